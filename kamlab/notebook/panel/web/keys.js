// The keys of the panel, the list of them, and how JupyterLab is kept from taking them for its own.

const KEYS = [
  ["In the panel", [
    ["s, \u2192", "Step"], ["m", "Message"], ["r", "Round"], ["b, \u2190", "Back"], ["Space", "Run or pause"],
    ["k", "Run to breakpoint"], ["<, >", "Slower, faster"], ["Shift+r", "Reset"], ["Shift+q", "Stop"],
  ]],
  ["Selected component", [["c", "Choose it as next"], ["p", "Set or clear a breakpoint at it"], ["h", "Hold or release it"]]],
  ["Time", [["v, w", "Play backwards, forwards"], ["n", "Back to now"], ["g", "Continue here"], ["t", "Branches"]]],
  ["View", [
    ["/", "Find"], ["1 \u2013 5", "First to last tab"], ["[, ]", "Fold the graph, the tabs"], ["l", "Present, or leave"],
    [".", "More controls"], ["a", "Show all of the banner"], ["?", "Show or hide these keys"], ["Escape", "Close"],
  ]],
  ["In the graph", [
    ["Arrows", "Go to another component"], ["Home, End", "First, last component"], ["Enter", "Select it"],
    ["f", "Fold or unfold it"], ["+, -, 0", "Zoom in, out; fit"],
  ]],
  ["Timeline", [["i", "Filter"], [",, ;", "Earlier, later"], ["+, -, 0", "Zoom in, out; all steps"], ["e", "Export"]]],
]; // prettier-ignore

/** The list of keys, and the button that shows it. */
function keysOf(panel) {
  const caps = (keys) => keys.split(", ").flatMap((key, index) => [index ? " or " : null, h("kbd", { text: key })]);
  const row = ([keys, words]) => h("div", {}, h("dt", {}, caps(keys)), h("dd", { text: words }));
  const table = ([title, rows]) => h("div", {}, h("h4", { text: title }), h("dl", {}, rows.map(row)));
  const spec = { label: "Keys", icon: "keys", title: "Show the keys", keys: "?", words: false };
  return (panel.keys = popOf(panel, { name: "keys", label: "Keys", spec, content: h("div", { class: "kamlab-keys-list" }, KEYS.map(table)) }));
}

const SHORTCUTS = {
  s: "step", ArrowRight: "step", m: "message", r: "round", b: "back", ArrowLeft: "back", k: "breakpoint", " ": "run",
  R: "reset", Q: "stop", c: "choose", p: "break", h: "hold",
};

/** Keys that concern this view, or are no button's. */
const VIEW_KEYS = {
  "?": (panel) => panel.keys.toggle(),
  ".": (panel) => panel.controls.menu.toggle(),
  "/": (panel) => panel.controls.search.focus(),
  "<": (panel) => panel.controls.menu.speed.shift(-1),
  ">": (panel) => panel.controls.menu.speed.shift(1),
  "[": (panel) => panel.layout.fold("graph"),
  "]": (panel) => panel.layout.fold("side"),
  a: (panel) => panel.line.showAll(),
  l: (panel) => panel.presenter.toggle(),
  t: (panel) => panel.foot.branches(),
  v: (panel) => panel.film.toggle(-1),
  w: (panel) => panel.film.toggle(1),
  n: (panel) => panel.look(null),
  g: (panel) => panel.film.go(),
};
TABS.forEach((name, index) => (VIEW_KEYS[index + 1] = (panel) => panel.layout.show(name)));

for (const key of ["i", ",", ";", "+", "-", "0", "e"]) {
  VIEW_KEYS[key] = (panel) => {
    const piece = panel.pieces.find(({ name }) => name === "timeline");
    if (!piece) return panel.say("This panel has no timeline.");
    panel.layout.show("timeline");
    piece.press(key);
  };
}

const TEXTUAL = new Set(["text", "search", "number", "email", "url", "tel", "password", "date", "time"]);
const PRESSED_BY_SPACE = "button, summary, [role=button], input[type=checkbox], input[type=radio], a[href]";

/** Does what has the focus need this key for itself? */
function ownKey(target, key) {
  if (!target || !target.closest) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  if (target.matches("input") && TEXTUAL.has(target.type)) return true;
  if (target.matches("input[type=range]")) return key.startsWith("Arrow");
  return key === " " && !!target.closest(PRESSED_BY_SPACE);
}

const SUPPRESS = "data-lm-suppress-shortcuts";

/**
 * Keep JupyterLab from taking the panel's keys for its own: x would cut the cell.
 *
 * JupyterLab goes from the element with the focus upwards, and the first one that a shortcut is for gets it, unless one
 * with this attribute comes before. Some shortcuts are for whatever has the focus in a notebook; so that element needs
 * the attribute itself. Keys with Ctrl or Cmd are let through, to save a notebook, say; but not those of a text field.
 */
function shield(panel) {
  panel.root.addEventListener("focusin", (event) => put(event.target, { [SUPPRESS]: "true" }));
  const letThrough = (event) => {
    const { target } = event;
    if (!(event.ctrlKey || event.metaKey) || !panel.root.contains(target)) return;
    if (target.matches("input, textarea, select")) return;
    const shields = [target, panel.root];
    for (const node of shields) node.removeAttribute(SUPPRESS);
    setTimeout(() => shields.forEach((node) => put(node, { [SUPPRESS]: "true" })), 0);
  };
  window.addEventListener("keydown", letThrough, true);
  panel.onEnd(() => window.removeEventListener("keydown", letThrough, true));
}

/** Keys of the panel. Those that are ours go no further. */
function shortcut(panel, event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  const open = [panel.keys, panel.controls.menu, panel.foot.pops].find((pop) => pop.shown());
  if (key === "Escape" && open) open.toggle(false);
  else if (key === "Escape" && panel.presents()) panel.presenter.leave();
  else if (ownKey(event.target, key)) return void event.stopPropagation();
  else if (key in VIEW_KEYS) VIEW_KEYS[key](panel);
  else if (key in SHORTCUTS) pressKey(panel, SHORTCUTS[key]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Do what the button of a command does, whether it is in sight or in the menu. */
function pressKey(panel, command) {
  const { film, controls } = panel;
  if (command === "run" && (panel.now().state === "running" || film.plays())) command = "pause";
  if (command === "hold" && controls.menu.selection.held()) command = "release";
  const button = controls.root.querySelector(`[data-does="${command}"]`);
  if (button) panel.press(button);
}
