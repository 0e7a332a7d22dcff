// The layout: how high the panel is; graph, divider and tabs on the stage; and the whole window for a lecture hall.

const STORE = "kamlab.panel"; // what the browser remembers for all panels: shares, the chosen tab, what is folded
const TABS = ["timeline", "inboxes", "source", "story", "watch"];
const LEAST_HEIGHT = 300;
const MOST_HEIGHT = 960;
const ONE_COLUMN = 700; // below this width the tabs stand under the graph
const SHARE = { wide: 58, tall: 55, hall: 55, least: 15, most: 85, step: 4 };

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    return {}; // no store, or somebody else's words in it
  }
}

function remember(change) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...remembered(), ...change }));
  } catch {
    // then it is forgotten
  }
}

/** The pieces on their places: a stage where the graph has company, else one below the other. */
function layoutOf(panel) {
  const kept = { tab: "timeline", fold: "", ...remembered() };
  const main = h("div", { class: "kamlab-main" });
  const tabs = h("div", { class: "kamlab-tabs", role: "tablist", "aria-label": "Beside the graph" });
  const body = h("div", { class: "kamlab-side-body" });
  const side = h("div", { class: "kamlab-side" }, tabs, body);
  const root = h("div", { class: "kamlab-pieces" });
  const divider = dividerOf(panel, root, { share, fold });
  const holders = new Map(); // name of a piece -> its tab panel
  let beside = []; // the pieces that have a tab
  let shape = "stack";
  let touched = false; // whether a tab was chosen since the panel was drawn
  let failure = ""; // the one whose line was brought to the front

  function share(wish) {
    const place = panel.presents() ? "hall" : shape;
    const name = `${place}Share`;
    if (wish === undefined) return kept[name] || SHARE[place] || SHARE.wide;
    kept[name] = Math.min(SHARE.most, Math.max(SHARE.least, Math.round(wish)));
    remember({ [name]: kept[name] });
    arrange();
    return kept[name];
  }

  /** Fold "graph" or "side", or unfold what is folded; without an argument, what is folded. */
  function fold(name) {
    if (name === undefined) return kept.fold;
    kept.fold = kept.fold === name ? "" : name;
    remember({ fold: kept.fold });
    arrange();
    panel.draw();
    return kept.fold;
  }

  function arrange() {
    root.style.setProperty("--kamlab-share", `${share()}%`);
    put(root, { "data-fold": kept.fold || null });
    divider.draw(shape);
  }

  function makeTab(piece) {
    const number = TABS.indexOf(piece.name) + 1;
    const badge = h("span", { class: "kamlab-badge", "aria-hidden": "true" });
    const tab = h("button", { type: "button", role: "tab", class: "kamlab-tab", id: panel.id(`tab-${piece.name}`), dataset: { tab: piece.name }, title: `${piece.title} (${number})`, "aria-controls": panel.id(`pane-${piece.name}`), onclick: () => show(piece.name) }, h("span", { text: piece.title }), badge); // prettier-ignore
    return tab;
  }

  function holderOf(piece) {
    if (!holders.has(piece.name)) {
      holders.set(piece.name, h("div", { class: "kamlab-pane", role: "tabpanel", id: panel.id(`pane-${piece.name}`), "aria-labelledby": panel.id(`tab-${piece.name}`) })); // prettier-ignore
    }
    const holder = holders.get(piece.name);
    pieceMove(piece.root, holder);
    return holder;
  }

  const chosen = () => (beside.some((piece) => piece.name === kept.tab) ? kept.tab : (beside[0] || {}).name);

  /** Open a tab. */
  function show(name) {
    if (!beside.some((piece) => piece.name === name)) return false;
    touched = true;
    kept.tab = name;
    remember({ tab: name });
    if (kept.fold === "side") fold("side");
    panel.drawNow();
    return true;
  }

  tabs.addEventListener("keydown", (event) => {
    const names = beside.map((piece) => piece.name);
    const at = names.indexOf(chosen());
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    show(names[(next + names.length) % names.length]);
    pieceFocusOn(tabs.querySelector("[aria-selected=true]"));
  });

  const fitting = fitterOf(panel, (given) => {
    shape = given;
    put(panel.root, { "data-shape": shape });
    arrange();
  });

  return {
    root,
    show,
    fold,
    fit: fitting.fit,
    share: arrange,
    /** Put the pieces where they belong. */
    arrange(pieces) {
      const graph = pieces.find((piece) => piece.name === "graph");
      const others = pieces.filter((piece) => piece !== graph);
      const staged = Boolean(graph && others.length);
      beside = staged ? TABS.map((name) => others.find((piece) => piece.name === name)).filter(Boolean) : [];
      for (const holder of holders.values()) holder.remove();
      if (staged) {
        root.replaceChildren(main, divider.root, side);
        main.replaceChildren(graph.root);
        body.replaceChildren(...beside.map(holderOf));
      } else root.replaceChildren(...pieces.map((piece) => piece.root));
      patchList(tabs, beside, (piece) => piece.name, makeTab);
      put(panel.root, { "data-staged": staged ? "true" : null });
      fitting.fit();
    },
    /** Whether a piece is seen, and so has to be drawn. */
    sees(piece) {
      if (!beside.length) return true;
      return piece.name === "graph" ? kept.fold !== "graph" : kept.fold !== "side" && piece.name === chosen();
    },
    draw(now) {
      const { kind, key, title } = now.banner || {};
      if (kind === "failed" && failure !== `${key} ${title}`) {
        failure = `${key} ${title}`;
        if (!touched) kept.tab = "source"; // the line that failed is seen without a click
      }
      const name = chosen();
      for (const tab of tabs.children) {
        const on = tab.dataset.tab === name;
        put(tab, { "aria-selected": String(on), tabindex: on ? "0" : "-1" });
        write(tab.lastChild, badgeOf(tab.dataset.tab, now));
      }
      for (const [each, holder] of holders) hide(holder, each !== name);
    },
  };
}

/** What a tab says of its piece while that is not seen. */
function badgeOf(name, now) {
  if (name === "watch") return (now.watches || []).length || "";
  if (name !== "inboxes" || !now.inboxes) return "";
  const waiting = now.inboxes.components.flatMap((each) => each.inboxes).reduce((sum, box) => sum + box.n, 0);
  return waiting || "";
}

/** The line between graph and tabs: dragged, moved by arrows, folded by a double click. */
function dividerOf(panel, stage, { share, fold }) {
  const root = h("div", { class: "kamlab-divider", role: "separator", tabindex: "0", "aria-label": "Size of the graph", "aria-valuemin": SHARE.least, "aria-valuemax": SHARE.most, title: "Drag to resize; double-click to fold the tabs" }); // prettier-ignore
  let wide = true;
  let from = null; // where the dragging began
  root.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    root.setPointerCapture(event.pointerId);
    from = [event.clientX, event.clientY];
    event.preventDefault();
  });
  root.addEventListener("pointermove", (event) => {
    if (!from || Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 3) return;
    const box = stage.getBoundingClientRect();
    if (fold()) fold(fold());
    share(wide ? (100 * (event.clientX - box.left)) / box.width : (100 * (event.clientY - box.top)) / box.height);
  });
  for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, () => (from = null));
  root.addEventListener("click", () => fold() && fold(fold()));
  root.addEventListener("dblclick", () => fold("side"));
  root.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by) share(share() + by * SHARE.step);
    else if (event.key === "Home") share(SHARE.least);
    else if (event.key === "End") share(SHARE.most);
    else if (event.key === "Enter") fold(fold() || "side");
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    root,
    draw(shape) {
      wide = shape !== "tall";
      put(root, { "aria-orientation": wide ? "vertical" : "horizontal", "aria-valuenow": share() });
    },
  };
}

/** The nearest element around that scrolls the notebook; outputs, which grow with what is in them, are none. */
function scrollerOf(node) {
  for (let each = node.parentElement; each && each !== document.body; each = each.parentElement) {
    if (/output/i.test(each.className)) continue;
    if (/auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return null;
}

/** Keep the panel as high as its window allows, and choose its shape: "wide", "tall" or "stack". */
function fitterOf(panel, shaped) {
  let scroller = null;
  let shape = "";
  const fit = () => {
    const { root } = panel;
    const width = root.clientWidth;
    if (!width) return;
    const found = scrollerOf(root);
    if (found !== scroller) {
      if (scroller) sizes.unobserve(scroller);
      scroller = found;
      if (scroller) sizes.observe(scroller);
    }
    const room = scroller ? scroller.clientHeight : window.innerHeight;
    const spare = room >= 600 ? 48 : 6; // for the next cell, which the notebook scrolls to
    const likely = Math.max(480, Math.round(width * (width < ONE_COLUMN ? 1.15 : 0.54))); // higher than that, there would be holes
    const height = Math.max(LEAST_HEIGHT, Math.min(room - spare, likely, MOST_HEIGHT));
    root.style.setProperty("--kamlab-height", `${height}px`);
    put(root, { "data-short": height < 460 && !panel.presents() ? "true" : null });
    const columns = width >= ONE_COLUMN || (width >= 560 && height < 420) || panel.presents();
    const next = root.dataset.staged ? (columns ? "wide" : "tall") : "stack";
    if (next !== shape) shaped((shape = next));
  };
  const sizes = new ResizeObserver(() => fit());
  sizes.observe(panel.root);
  window.addEventListener("resize", fit);
  panel.onEnd(() => {
    sizes.disconnect();
    window.removeEventListener("resize", fit);
  });
  return { fit };
}

/** The whole screen for the panel, and back; where a page may not have the screen, its window. */
function presenterOf(panel) {
  const { root } = panel;
  const on = () => root.dataset.present !== undefined;
  const changed = (present) => {
    if (present === on()) return;
    put(root, { "data-present": present ? "" : null });
    panel.layout.fit();
    panel.layout.share();
    panel.draw();
  };
  const covers = () => root.hasAttribute("popover");
  const cover = () => {
    root.setAttribute("popover", "manual"); // the top layer: nothing around can clip it or move it
    root.showPopover();
    changed(true);
  };
  const enter = () => {
    panel.layout.show("timeline");
    const asked = root.requestFullscreen ? root.requestFullscreen() : Promise.reject(new Error("no full screen"));
    asked.catch(() => root.isConnected && cover());
  };
  const leave = () => {
    if (document.fullscreenElement === root) document.exitFullscreen();
    if (covers()) root.removeAttribute("popover");
    changed(false);
  };
  const follow = () => covers() || changed(document.fullscreenElement === root);
  document.addEventListener("fullscreenchange", follow);
  panel.onEnd(() => document.removeEventListener("fullscreenchange", follow));
  return { on, toggle: () => (on() ? leave() : enter()), leave };
}
