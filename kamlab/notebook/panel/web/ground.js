// kamlab's live panel: one hand-written ES module for anywidget.
//
// Python computes what is shown (plain values in the traits `scene`, `now` and `pieces`); this module draws it and
// sends commands back. It keeps no truth of its own: what a view alone knows is where it is scrolled, which clicks
// still wait for an answer, and which messages it has already let travel. So two views of one model, or a page that
// is loaded again, show the same.
//
// Rejected: a framework and a bundler (a build step for a few hundred lines), redrawing by innerHTML (loses focus and
// scrolling, and would let messages be read as markup), a canvas (no names and roles for a screen reader).
//
// THE COMMON GROUND, for every piece (a piece is a function `xPiece(panel)`, see `PIECES` below):
//
//   xPiece(panel) -> { name, title, root, draw(now) }
//     name    its word in the trait `pieces`
//     title   its heading
//     root    its <section>: make it by panel.section(name, title)
//     draw    called at most once per animation frame, after something in the traits changed, with now as it is then;
//             must be cheap when its own part did not change: `if (!panel.changed(root, now.story)) return;`
//
//   panel.now() panel.scene()     the traits as they are (never null)
//   panel.selected()              key of the selected component, or ""
//   panel.can(command, args)      true, or why not (a sentence); of args only the key of choose and break matters
//   panel.act(command, args)      send {do: command, id, ...args}; returns the id, or 0 when it cannot be done: then
//                                 the reason is said in the note line
//   panel.say(text, error)        say something in the note line
//   panel.button({label, icon, command, args, title, keys, words, can, run})
//                                 a <button> that does `command`, greyed with its reason while panel.can says why not,
//                                 and showing that it waits until the kernel has answered. It keeps itself up to date
//                                 wherever it stands in the panel.
//                                 args: an object, or a function called at the click; title: its tooltip; keys: what
//                                 to press instead, said in the tooltip; words: false shows the icon alone, and the
//                                 label stays its name; can: () => true or one more reason why not; run: (event) => ...
//                                 instead of a command, for what concerns this view alone
//   panel.section(name, title, ...tools)
//                                 the <section class="kamlab-NAME" aria-label=TITLE> with its heading's row, at the
//                                 right end of which the tools stand; on the stage the heading is for screen readers
//                                 alone, and the section is as high as its pane, in which it scrolls
//   panel.look(step)              look at a step; where the lab stands, or null, is now
//   panel.changed(holder, value)  true when value differs from the one given last time for this holder, as JSON
//   panel.id(word)                an id for an element, unique in the page (for aria-controls and the like)
//   panel.still()                 true when the user wants no motion
//   panel.root panel.draw()       the panel's root element; ask for a drawing in the next frame
//   panel.onEnd(fn)               fn is called when the view goes
//
//   h(tag, props, ...children)    an HTML element; s(tag, props, ...children) the same for SVG
//     props: {class, text, dataset: {a: 1}, on<event>: listener, anything else: attribute; null and false leave it out}
//     children: nodes, texts (always text, never markup), arrays of them; null and false are left out
//   put(node, {attributes})       set attributes that differ; null or false removes one
//   write(node, text)             set the text, if it differs; hide(node, yes) the same for hidden
//   patchList(parent, items, keyOf, make, update)
//                                 keyed children: make(item) once for each key, update(node, item, index) each time.
//                                 What stays is neither rebuilt nor moved without need, so it keeps the focus; when
//                                 what has the focus goes, its neighbour gets it. For parents that hold nothing else.
//   icon(name)                    an inline SVG in the colour of the text; for names see ICONS

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element. */
function h(tag, props, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/** Make an SVG element. */
function s(tag, props, ...children) {
  return furnish(document.createElementNS(SVG, tag), props, children);
}

function furnish(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (typeof value === "function" && name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** Set the attributes that differ; null, undefined and false take one away. */
function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      if (node.hasAttribute(name)) node.removeAttribute(name);
    } else {
      const text = value === true ? "" : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
  return node;
}

/** Set an element's text, if it differs. */
function write(node, text) {
  const words = text === null || text === undefined ? "" : String(text);
  if (node.textContent !== words) node.textContent = words;
  return node;
}

/** Show an element or not; nothing is touched when that is as it was. */
function hide(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

const FOCUSABLE = "button, input, select, textarea, summary, a[href], [tabindex]";
const lists = new WeakMap();

/** Make the children of an element those of a list, by key; see above. */
function patchList(parent, items, keyOf, make, update) {
  const before = lists.get(parent) || new Map();
  const after = new Map();
  const focused = parent.getRootNode().activeElement;
  const held = focused && focused !== parent && parent.contains(focused) ? focused : null;
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    if (after.has(key)) return; // the first one with a key counts
    const node = before.get(key) || make(item, index);
    after.set(key, node);
    if (update) update(node, item, index);
  });
  let orphan = null;
  for (const [key, node] of before) {
    if (after.has(key)) continue;
    if (held && node.contains(held)) orphan = node.nextElementSibling || node.previousElementSibling || parent;
    node.remove();
  }
  let place = parent.firstChild;
  for (const node of after.values()) {
    if (node === place) place = place.nextSibling;
    else if (node.isConnected && node.parentNode === parent && parent.moveBefore) parent.moveBefore(node, place);
    else parent.insertBefore(node, place);
  }
  lists.set(parent, after);
  if (orphan) refocus(orphan.isConnected ? orphan : parent, held);
  else if (held && held.isConnected && parent.getRootNode().activeElement !== held) held.focus({ preventScroll: true });
}

/** Give the focus of an element that has gone to the like of it in another one, or to what is focusable around. */
function refocus(near, gone) {
  const alike = gone.className && typeof gone.className === "string" ? [...near.querySelectorAll(FOCUSABLE)] : [];
  const next =
    alike.find((node) => node.className === gone.className) ||
    (near.matches(FOCUSABLE) ? near : null) ||
    near.querySelector(FOCUSABLE) ||
    near.closest("[tabindex]");
  if (next) next.focus({ preventScroll: true });
}

/** Icons: paths on a field of 16 by 16; those in OUTLINE are strokes, the others are filled. */
const ICONS = {
  step: "M3 3l7 5-7 5zM11 3h2v10h-2z",
  message: "M2 4h12v8H2zM2 4.5l6 4.5 6-4.5",
  round: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  back: "M13 3L6 8l7 5zM3 3h2v10H3z",
  run: "M4 2.5l9 5.5-9 5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  breakpoint: "M2 3l6 5-6 5zM12 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  keys: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.6h.1",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  present: "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3",
  rewind: "M12 2.5L3 8l9 5.5z",
  hold: "M5 8V3.8M7 8V2.8M9 8V3M11 8.5V4.5M5 8 3.5 7.5 4.5 11C5 13 6 14 8 14s3-1.5 3-3.5V8.5",
  watch: "M1.5 8C4 3.8 12 3.8 14.5 8 12 12.2 4 12.2 1.5 8zM8 6.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  choose: "M2 8h9M7.5 4.5L11 8l-3.5 3.5M14 3v10",
  end: "M4 4h8v8H4z",
  stop: "M8 3a5 5 0 1 1 0 10 5 5 0 0 1 0-10z",
  wait: "M4 8h.1M8 8h.1M12 8h.1",
  open: "M4 6l4 4 4-4",
  up: "M8 13V3M4 7l4-4 4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  drop: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9",
  copy: "M5 5h8v8H5zM3 11V3h8",
  edit: "M3 13l.7-3L11 2.7 13.3 5 6 12.3z",
  deliver: "M8 2v7M5 6l3 3 3-3M2.5 9.5v4h11v-4",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3L14 14",
  branch: "M5 3v10M5 9c0-3 6-1.5 6-5M5 1.5h.1M11 3h.1",
  here: "M8 14s-4.5-4.5-4.5-8a4.5 4.5 0 0 1 9 0c0 3.5-4.5 8-4.5 8z",
  warn: "M8 2l6.5 11.5h-13zM8 6.5v3.5M8 12h.1",
};
const FILLED = new Set(["step", "back", "run", "rewind", "pause", "breakpoint", "stop", "end"]);

/** Make an icon. */
function icon(name) {
  const kind = FILLED.has(name) ? "kamlab-icon kamlab-filled" : "kamlab-icon";
  const size = { viewBox: "0 0 16 16", width: 16, height: 16 };
  const picture = s("svg", { class: kind, ...size, "aria-hidden": "true", focusable: "false" });
  picture.append(s("path", { d: ICONS[name] || ICONS.wait }));
  return picture;
}
