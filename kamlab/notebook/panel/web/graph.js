// The graph: components in their containers, the links between them, and messages on their way.

/** What a component's state looks like besides its colour: strokes on a field of 12 by 12. */
const GLYPHS = {
  held: "M2.5 5.5h7v5h-7zM4 5.5V4a2 2 0 0 1 4 0v1.5",
  new: "M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z",
  runnable: "M3.5 2v8l6-4z",
  running: "M2 2v8l4-4zM6.5 2v8l4-4z",
  waiting: "M4 2.5v7M8 2.5v7",
  blocked: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM3.5 6h5",
  failed: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  finished: "M2 6.5L4.8 9.2L10 3",
  stopped: "M3 3h6v6h-6z",
};
const ZOOMS = { least: 0.1, most: 4, factor: 1.25, fits: 1.5 }; // fits: no larger to fill the pane
const FAR = 0.45; // the scale below which only names are written
const PAN = 60; // pixels for a key
const TRAVEL = 350; // milliseconds that a message is on its way
const TRAVELLERS = 12;
const FAST = 5; // slices per second from which a new batch of messages takes the place of the one under way

function graphPiece(panel) {
  const marker = panel.id("arrow");
  const layer = (name, hidden) => s("g", { class: `kamlab-layer-${name}`, "aria-hidden": hidden ? "true" : null });
  const layers = {
    nodes: layer("nodes"), links: layer("links", true), counts: layer("counts", true),
    ports: layer("ports", true), folds: layer("folds"), waits: layer("waits", true),
  };
  // Messages travel above the picture, not in it: so the browser moves them without painting the picture anew.
  const letters = h("div", { class: "kamlab-letters", "aria-hidden": "true" });
  const svg = s(
    "svg",
    { class: "kamlab-picture", role: "group", "aria-label": "Components" },
    s(
      "defs",
      {},
      // The tip stands before the box that the link ends in, which is drawn over the end.
      s(
        "marker",
        {
          id: marker,
          viewBox: "0 0 8 8",
          markerWidth: 8,
          markerHeight: 8,
          refX: 11.5,
          refY: 4,
          markerUnits: "userSpaceOnUse",
          orient: "auto",
        },
        s("path", { d: "M0 0.5L8 4L0 7.5z", class: "kamlab-arrow" }),
      ),
    ),
    Object.values(layers),
  );
  const canvas = h("div", { class: "kamlab-canvas" }, svg, letters);
  const box = h("div", { class: "kamlab-scroll", tabindex: "-1" }, canvas);
  const empty = h("p", { class: "kamlab-empty", text: "There are no components yet." });
  const more = h("p", { class: "kamlab-empty" });
  const zoom = { scale: 1, fit: true, far: false };
  /** Zoom by a factor, or fit (0); what is at a point of the box, its middle unless told, stays there. */
  const zoomed = (factor, at = [box.clientWidth / 2, box.clientHeight / 2]) => {
    const before = zoom.scale;
    zoom.fit = factor === 0;
    if (factor) zoom.scale = Math.min(ZOOMS.most, Math.max(ZOOMS.least, zoom.scale * factor));
    const from = [box.scrollLeft + at[0] - canvas.offsetLeft, box.scrollTop + at[1] - canvas.offsetTop];
    size();
    const [x, y] = from.map((distance) => (distance * zoom.scale) / before);
    box.scrollTo(x + canvas.offsetLeft - at[0], y + canvas.offsetTop - at[1]);
    panel.draw();
  };
  const ends = (end, words) => () => (Math.abs(zoom.scale - end) > 0.001 ? true : words);
  const tools = [
    ["Zoom out", "minus", 1 / ZOOMS.factor, "-", "", ends(ZOOMS.least, "It cannot be smaller.")],
    ["Zoom in", "plus", ZOOMS.factor, "+", "", ends(ZOOMS.most, "It cannot be larger.")],
    ["Fit", "fit", 0, "0", "Fit the picture into the panel", null],
  ].map(([label, sign, factor, keys, title, can]) =>
    panel.button({ label, icon: sign, keys: `${keys} in the graph`, title, words: false, run: () => zoomed(factor), can }),
  );
  let places = new Map(); // key -> node of the scene
  const root = panel.section("graph", "Graph", tools);
  root.append(empty, box, more);

  let scene = {};
  let focusKey = ""; // the one that Tab goes to
  const drawn = { once: false, scene: null, now: null, seen: new Set(), step: null, counts: {} };
  const pathOf = (key) => layers.links.querySelector(`[data-link="${CSS.escape(key)}"]`);
  const portOf = (key, name) => {
    const node = places.get(key);
    return node && [...(node.out || []), ...(node.in || [])].find((port) => port.name === name);
  };
  const travel = traveller(panel, letters, pathOf, portOf);

  const elementOf = (key) => layers.nodes.querySelector(`[data-node="${CSS.escape(key)}"]`);

  const size = () => {
    const [width, height] = [scene.w || 0, scene.h || 0];
    if (!width || !box.clientWidth) return;
    const across = Math.min(ZOOMS.fits, box.clientWidth / width);
    box.style.setProperty("--kamlab-need", `${Math.ceil(height * across)}px`);
    if (zoom.fit) zoom.scale = Math.max(ZOOMS.least, Math.min(across, box.clientHeight / height));
    const [shownWidth, shownHeight] = [width, height].map((length) => Math.floor(length * zoom.scale));
    const middle = [box.clientWidth - shownWidth, box.clientHeight - shownHeight];
    const [left, top] = middle.map((room) => `${Math.max(0, Math.floor(room / 2))}px`);
    Object.assign(canvas.style, { left, top, width: `${shownWidth}px`, height: `${shownHeight}px` });
    zoom.far = zoom.scale < FAR;
    svg.classList.toggle("kamlab-far", zoom.far);
    letters.style.transform = `scale(${zoom.scale})`;
    put(svg, { viewBox: `0 0 ${width} ${height}`, width: shownWidth, height: shownHeight });
  };
  const observer = new ResizeObserver(() => {
    if (!zoom.fit) return;
    size();
    if (zoom.far !== drawn.far) panel.draw();
  });
  observer.observe(box);
  panel.onEnd(() => observer.disconnect());

  svg.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold]");
    const node = event.target.closest("[data-node], [data-of]");
    if (fold) return panel.act("fold", { key: fold.dataset.fold });
    if (!node) return;
    const key = node.dataset.node || node.dataset.of;
    focus(key);
    panel.act("select", { key });
  });
  box.addEventListener("focusin", (event) => {
    // Not at the picture itself: Chromium lets Tab stop at an SVG element that listens for the focus.
    const node = event.target.closest("[data-node]");
    if (node) rove(node.dataset.node);
  });
  box.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = box.getBoundingClientRect();
      zoomed(ZOOMS.factor ** (-Math.sign(event.deltaY) / 2), [event.clientX - left, event.clientY - top]);
    },
    { passive: false },
  );
  box.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.closest("[data-node], [data-of], [data-fold]")) return;
    const from = [box.scrollLeft + event.clientX, box.scrollTop + event.clientY];
    const drag = ({ clientX, clientY }) => box.scrollTo(from[0] - clientX, from[1] - clientY);
    const drop = () => box.removeEventListener("pointermove", drag);
    box.setPointerCapture(event.pointerId);
    box.addEventListener("pointermove", drag);
    for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, drop, { once: true });
  });
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      const way = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] }[event.key];
      box.scrollBy(...way);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const node = event.target.closest("[data-node]");
    if (!node || !keyed(event.key, node.dataset.node)) return;
    event.preventDefault();
    event.stopPropagation();
  });

  /** Make a node the one that Tab goes to. */
  function rove(key) {
    if (focusKey && focusKey !== key) {
      const old = elementOf(focusKey);
      if (old) put(old, { tabindex: "-1" });
    }
    focusKey = key;
    const node = elementOf(key);
    if (node) put(node, { tabindex: "0" });
  }

  function focus(key) {
    rove(key);
    const node = elementOf(key);
    if (node) node.focus();
  }

  function keyed(key, at) {
    const all = scene.nodes || [];
    if (key.startsWith("Arrow")) {
      const next = neighbour(all, places.get(at), key);
      if (next) focus(next.key);
    } else if (key === "Home" || key === "End") focus(all[key === "Home" ? 0 : all.length - 1].key);
    else if (key === "Enter" || key === " ") panel.act("select", { key: at });
    else if (key === "f") {
      if (canFold(places.get(at))) panel.act("fold", { key: at });
      else panel.say(`${places.get(at).label} holds no components, so it cannot be folded.`, true);
    } else if (key === "+" || key === "-" || key === "0") {
      zoomed(key === "0" ? 0 : key === "+" ? ZOOMS.factor : 1 / ZOOMS.factor);
    } else if (key === "c") panel.act("choose", { key: at });
    else if (key === "p") panel.act("break", { key: at });
    else return false;
    return true;
  }

  function drawScene() {
    const nodes = scene.nodes || [];
    const links = scene.links || [];
    places = new Map(nodes.map((node) => [node.key, node]));
    const active = svg.getRootNode().activeElement;
    const focused = active && svg.contains(active) ? active : null;
    svg.classList.toggle("kamlab-crowd", nodes.length > CROWD);
    hide(empty, nodes.length > 0);
    hide(box, !nodes.length);
    size();
    drawn.far = zoom.far;
    patchList(layers.nodes, nodes, (node) => node.key, makeNode, (element, node) => placeNode(element, node, zoom.far));
    patchList(layers.ports, nodes, (node) => node.key, makePorts, placePorts);
    patchList(layers.folds, nodes.filter(canFold), (node) => node.key, makeFold, placeFold);
    patchList(layers.links, links, (link) => link.key, makeLink, (path, link) => {
      put(path, { d: link.path, class: linkClass(link) });
      if (!path.style.markerEnd) path.style.markerEnd = `url(#${marker})`;
    });
    patchList(layers.counts, links, (link) => link.key, makeCount, (text, link) => put(text, { x: link.x, y: link.y }));
    if (drawn.once && !panel.still()) fadeIn(layers.links, layers.counts);
    if (!places.has(focusKey)) focusKey = places.has(panel.selected()) ? panel.selected() : (nodes[0] || {}).key || "";
    if (focusKey) rove(focusKey);
    if (focused && !svg.contains(svg.getRootNode().activeElement) && focusKey) focus(focusKey);
    hide(more, !scene.more);
    const left = scene.more === 1 ? "1 more component is" : `${scene.more} more components are`;
    write(more, scene.more ? `${left} not shown. Fold containers to see the others.` : "");
    travel.forget();
  }

  function drawNow(graph, now) {
    const breaks = new Set((now.breaks || []).map((each) => each.key).filter(Boolean));
    const selected = now.selected || "";
    const links = scene.links || [];
    const circle = ((now.banner || {}).circle || []).filter((pair) => pair.every((key) => places.has(key)));
    const waiting = new Set(circle.flat());
    const red = new Set(circle.flatMap((pair) => linksBetween(links, pair)).map((link) => link.key));
    for (const node of layers.nodes.children) {
      const key = node.dataset.node;
      const state = (graph.nodes || {})[key] || {};
      const marked = { selected: key === selected, breaks: breaks.has(key), circle: waiting.has(key), far: zoom.far };
      if (panel.changed(node, [state, marked, places.get(key)])) showNode(node, places.get(key), state, marked);
    }
    const apart = circle.filter((pair) => !linksBetween(links, pair).length);
    patchList(layers.waits, apart, (pair) => pair.join(" "), makeWait, ({ children: [path, words] }, pair) => {
      const arc = arcOf(...pair.map((key) => places.get(key)));
      put(path, { d: arc.d });
      path.style.markerEnd = `url(#${marker})`;
      put(words, { x: arc.x, y: arc.y });
    });
    for (const ports of layers.ports.children) {
      const key = ports.dataset.of;
      const state = (graph.nodes || {})[key] || {};
      if (panel.changed(ports, [state.in, state.out, places.get(key)])) showPorts(ports, places.get(key), state);
    }
    const counts = graph.links || {};
    const minor = new Set(links.filter((link) => link.quiet || link.inner).map((link) => link.key));
    for (const text of layers.counts.children) {
      const [count, exact] = counts[text.dataset.count] || [0, true];
      const none = !count && (exact !== false || minor.has(text.dataset.count)); // then it says nothing
      write(text, none ? "" : exact === false ? `${count}+` : count);
    }
    const running = now.state === "running";
    const went = new Set((graph.moves || []).flatMap((move) => move.way));
    const followed = new Set(graph.follow || []);
    for (const path of layers.links.children) {
      const key = path.dataset.link;
      const [count] = counts[key] || [0];
      const rose = running && drawn.counts[key] !== undefined && count > drawn.counts[key];
      path.classList.toggle("kamlab-hot", rose);
      path.classList.toggle("kamlab-red", red.has(key));
      path.classList.toggle("kamlab-followed", followed.has(key));
      path.classList.toggle("kamlab-idle", !count && path.classList.contains("kamlab-inner"));
      path.classList.toggle("kamlab-went", !running && went.has(key));
    }
    drawn.counts = Object.fromEntries(Object.entries(counts).map(([key, [count]]) => [key, count]));
  }

  /** Let the messages travel that are new: not in the last batch, and no going back. */
  function drawMoves(graph, now) {
    const moves = graph.moves || [];
    const step = now.at === null || now.at === undefined ? now.step || 0 : now.at;
    const fresh = moves.filter((move) => !drawn.seen.has(move.n));
    const forth = drawn.step !== null && step >= drawn.step;
    drawn.seen = new Set(moves.map((move) => move.n));
    drawn.step = step;
    const running = now.state === "running";
    const full = running && (now.pace === null || now.pace === undefined);
    if (!fresh.length || !forth || full || panel.still()) return;
    travel.send(fresh.slice(-TRAVELLERS), running && now.pace > FAST);
  }

  return {
    name: "graph",
    title: "Graph",
    root,
    draw(now) {
      scene = panel.scene();
      const graph = now.graph || {};
      const isNew = scene !== drawn.scene || zoom.far !== drawn.far;
      if (isNew) drawScene();
      if (isNew || now !== drawn.now) drawNow(graph, now);
      [drawn.scene, drawn.now] = [scene, now];
      drawn.once = true;
      drawMoves(graph, now);
    },
  };
}

/** The component in a direction that is nearest; where there is none, the one before or after. */
function neighbour(all, from, key) {
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const centre = (node) => [node.x + node.w / 2, node.y + node.h / 2];
  const [x, y] = centre(from);
  let best = null;
  let least = Infinity;
  for (const node of all) {
    if (node === from || node.key === from.parent || node.parent === from.key) continue;
    const [dx, dy] = [centre(node)[0] - x, centre(node)[1] - y];
    const [along, across] = sideways ? [dx * sign, Math.abs(dy)] : [dy * sign, Math.abs(dx)];
    if (along <= 4 || across > along * 2) continue;
    const distance = along + 2 * across + (node.parent === from.parent ? 0 : 200);
    if (distance < least) [best, least] = [node, distance];
  }
  return best || all[all.indexOf(from) + sign] || null;
}
