// The graph: components in their containers, the links between them, and messages on their way.

/** What a component's state looks like besides its colour: strokes on a field of 12 by 12. */
const GLYPHS = {
  new: "M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z",
  runnable: "M3.5 2v8l6-4z",
  running: "M2 2v8l4-4zM6.5 2v8l4-4z",
  waiting: "M4 2.5v7M8 2.5v7",
  blocked: "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM3.5 6h5",
  failed: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  finished: "M2 6.5L4.8 9.2L10 3",
  stopped: "M3 3h6v6h-6z",
};
/** Where the dots of a box are for 1 to 5 messages, as on a die. */
const PIPS = [
  [],
  [[0, 0]],
  [[-3, 0], [3, 0]],
  [[-3, 3], [0, 0], [3, -3]],
  [[-3, -3], [3, -3], [-3, 3], [3, 3]],
  [[-3, -3], [3, -3], [0, 0], [-3, 3], [3, 3]],
].map((dots) => dots.map(([x, y]) => `M${x} ${y}h0`).join(""));
const ZOOMS = { least: 0.25, most: 3, factor: 1.25, fits: 0.75 };
const TRAVEL = 350; // milliseconds that a message is on its way
const TRAVELLERS = 12;
const FAST = 5; // slices per second from which a new batch of messages takes the place of the one under way

function graphPiece(panel) {
  const marker = panel.id("arrow");
  const layer = (name, hidden) => s("g", { class: `kamlab-layer-${name}`, "aria-hidden": hidden ? "true" : null });
  const layers = {
    nodes: layer("nodes"), links: layer("links", true), counts: layer("counts", true),
    ports: layer("ports", true), folds: layer("folds"),
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
          refX: 15.5,
          refY: 4,
          markerUnits: "userSpaceOnUse",
          orient: "auto",
        },
        s("path", { d: "M0 0.5L8 4L0 7.5z", class: "kamlab-arrow" }),
      ),
    ),
    Object.values(layers),
  );
  const box = h("div", { class: "kamlab-scroll", tabindex: "-1" }, h("div", { class: "kamlab-canvas" }, svg, letters));
  const empty = h("p", { class: "kamlab-empty", text: "There are no components yet." });
  const more = h("p", { class: "kamlab-empty" });
  const zoom = { scale: 1, fit: true };
  const zoomed = (factor) => {
    zoom.fit = factor === 0;
    if (factor) zoom.scale = Math.min(ZOOMS.most, Math.max(ZOOMS.least, zoom.scale * factor));
    size();
    panel.draw();
  };
  const ends = (end, words) => () => (Math.abs(zoom.scale - end) > 0.001 ? true : words);
  const tools = [
    ["Zoom out", "minus", 1 / ZOOMS.factor, "", ends(ZOOMS.least, "It cannot be smaller.")],
    ["Zoom in", "plus", ZOOMS.factor, "", ends(ZOOMS.most, "It cannot be larger.")],
    ["Fit", "fit", 0, "Fit the picture into the panel", null],
  ].map(([label, sign, factor, title, can]) =>
    panel.button({ label, icon: sign, title, words: false, run: () => zoomed(factor), can }),
  );
  const root = panel.section("graph", "Graph", tools);
  let places = new Map(); // key -> node of the scene
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
    if (zoom.fit && box.clientWidth && width) {
      zoom.scale = Math.max(ZOOMS.fits, Math.min(1, (box.clientWidth - 2) / width));
    }
    letters.style.transform = `scale(${zoom.scale})`;
    const [shownWidth, shownHeight] = [Math.round(width * zoom.scale), Math.round(height * zoom.scale)];
    put(svg, { viewBox: `0 0 ${width} ${height}`, width: shownWidth, height: shownHeight });
  };
  const observer = new ResizeObserver(() => zoom.fit && size());
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
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
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
    patchList(layers.nodes, nodes, (node) => node.key, makeNode, placeNode);
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
    hide(empty, nodes.length > 0);
    hide(box, !nodes.length);
    hide(more, !scene.more);
    const left = scene.more === 1 ? "1 more component is" : `${scene.more} more components are`;
    write(more, scene.more ? `${left} not shown. Fold containers to see the others.` : "");
    size();
    travel.forget();
  }

  function drawNow(graph, now) {
    const breaks = new Set((now.breaks || []).map((each) => each.key).filter(Boolean));
    const selected = now.selected || "";
    for (const node of layers.nodes.children) {
      const key = node.dataset.node;
      const state = (graph.nodes || {})[key] || {};
      const place = places.get(key);
      const marks = [state, key === selected, breaks.has(key), place];
      if (panel.changed(node, marks)) showNode(node, place, state, key === selected, breaks.has(key));
    }
    for (const ports of layers.ports.children) {
      const key = ports.dataset.of;
      const state = (graph.nodes || {})[key] || {};
      if (panel.changed(ports, [state.in, state.out, places.get(key)])) showPorts(ports, places.get(key), state);
    }
    const counts = graph.links || {};
    for (const text of layers.counts.children) {
      const [count, exact] = counts[text.dataset.count] || [0, true];
      write(text, exact === false ? `${count}+` : count || ""); // a link that nothing went over says nothing
    }
    const running = now.state === "running";
    const went = new Set((graph.moves || []).flatMap((move) => move.way));
    for (const path of layers.links.children) {
      const key = path.dataset.link;
      const [count] = counts[key] || [0];
      const rose = running && drawn.counts[key] !== undefined && count > drawn.counts[key];
      path.classList.toggle("kamlab-hot", rose);
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
      const isNew = scene !== drawn.scene;
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
