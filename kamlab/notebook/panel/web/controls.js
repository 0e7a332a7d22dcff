// The controls: buttons, speed, breakpoints, and the keys.

const BUTTONS = [
  [
    ["Step", "step", "step", "Run one slice of one component", "s or \u2192"],
    ["Message", "message", "message", "Run until a message has been sent or taken", "m"],
    ["Round", "round", "round", "Run one slice of each component", "r"],
    ["Back", "back", "back", "Take back the last slice", "b or \u2190"],
  ],
  [
    ["Run", "run", "run", "Run freely, at the speed set", "space"],
    ["Pause", "pause", "pause", "Pause between two slices", "space"],
    ["Run to breakpoint", "breakpoint", "breakpoint", "Run until the next breakpoint", "k"],
  ],
  [
    ["Reset", "reset", "reset", "Build the system again, at step 0", ""],
    ["Stop", "stop", "end", "End everything: close its files, sockets and threads", ""],
  ],
];

const PACES = [1, 2, 5, 10, 20, 50, 100, null]; // slices per second; null is full speed

function paceShort(pace) {
  return pace === null || pace === undefined ? "full speed" : `${pace} slice${pace === 1 ? "" : "s"}/s`;
}

function paceWords(pace) {
  if (pace === null || pace === undefined) return "full speed";
  return `${pace} slice${pace === 1 ? "" : "s"} per second`;
}

function paceIndex(pace) {
  if (pace === null || pace === undefined) return PACES.length - 1;
  let best = 0;
  PACES.forEach((each, index) => {
    if (each !== null && Math.abs(Math.log(each / pace)) < Math.abs(Math.log(PACES[best] / pace))) best = index;
  });
  return best;
}

function controlsOf(panel) {
  const groups = BUTTONS.map((group) =>
    h(
      "div",
      { class: "kamlab-group" },
      group.map(([label, command, sign, title, keys]) => panel.button({ label, command, icon: sign, title, keys })),
    ),
  );
  const words = h("output", { class: "kamlab-pace" });
  let asked = 0; // id of the last change of speed; until it is answered the slider stays where it was put
  const slider = h("input", {
    type: "range", min: 0, max: PACES.length - 1, step: 1, "aria-label": "Speed", class: "kamlab-slider",
    oninput: () => {
      const pace = PACES[slider.value];
      asked = panel.act("speed", { pace });
      show(pace);
      if (!asked) panel.draw();
    },
  });
  const show = (pace) => {
    write(words, paceShort(pace));
    put(slider, { "aria-valuetext": paceWords(pace) });
  };
  const speed = h(
    "label",
    { class: "kamlab-speed", title: "Slices per second of a free run" },
    h("span", { text: "Speed", "aria-hidden": "true" }),
    slider,
    words,
  );
  const keys = keysOf(panel);
  const named = { class: "kamlab-toolbar", role: "group", "aria-label": "Controls" };
  const bar = h("div", named, groups, speed, keys.button);
  const list = h("ul", { class: "kamlab-chips" });
  const breaks = h(
    "div",
    { class: "kamlab-breaks", role: "group", "aria-label": "Breakpoints", hidden: true },
    h("span", { class: "kamlab-dim", text: "Breakpoints" }),
    list,
  );
  return {
    root: h("div", { class: "kamlab-controls" }, bar, keys.root, breaks),
    draw(now) {
      if (!panel.pending.has(asked)) {
        const index = String(paceIndex(now.pace));
        if (slider.value !== index) slider.value = index;
        show(now.pace);
      }
      const gone = panel.gone();
      put(slider, { "aria-disabled": gone ? "true" : null, "aria-description": gone || null });
      if (!panel.changed(list, now.breaks || [])) return;
      const known = now.breaks || [];
      const rename = (node, each) => write(node.firstChild, each.text);
      patchList(list, known, (each) => each.id, (each) => breakChip(panel, each), rename);
      hide(breaks, !known.length);
    },
  };
}

// A breakpoint is named by `number` in the command, because `id` is the command's own.
function breakChip(panel, each) {
  const remove = panel.button({
    label: `Remove breakpoint ${each.text}`, icon: "close", command: "unbreak", args: { number: each.id }, words: false,
  });
  remove.classList.add("kamlab-small-button");
  return h("li", { class: "kamlab-chip kamlab-break" }, h("span", { class: "kamlab-mono" }), remove);
}

const KEYS = [
  ["s, \u2192", "Step"],
  ["m", "Message"],
  ["r", "Round"],
  ["b, \u2190", "Back"],
  ["Space", "Run or pause"],
  ["k", "Run to breakpoint"],
  ["?", "Show or hide these keys"],
  ["Escape", "Close"],
];
const GRAPH_KEYS = [
  ["Arrows", "Go to another component"],
  ["Home, End", "First, last component"],
  ["Enter, Space", "Select it"],
  ["f", "Fold or unfold it"],
  ["c", "Choose it as next"],
  ["p", "Set or clear a breakpoint at it"],
];

/** The list of keys, and the button that shows it. */
function keysOf(panel) {
  const id = panel.id("keys");
  const caps = (keys) => keys.split(", ").flatMap((key, index) => [index ? " or " : null, h("kbd", { text: key })]);
  const row = ([keys, words]) => h("div", {}, h("dt", {}, caps(keys)), h("dd", { text: words }));
  const table = (title, rows) => h("div", {}, h("h4", { text: title }), h("dl", {}, rows.map(row)));
  const root = h(
    "div",
    { id, class: "kamlab-keys", role: "dialog", "aria-label": "Keys", tabindex: "-1", hidden: true },
    table("In the panel", KEYS),
    table("In the graph", GRAPH_KEYS),
  );
  const button = panel.button({ label: "Keys", icon: "keys", title: "Show the keys", keys: "?", run: () => toggle() });
  put(button, { "aria-expanded": "false", "aria-controls": id });
  let before = null;
  const toggle = (show = root.hidden) => {
    if (show === !root.hidden) return;
    root.hidden = !show;
    put(button, { "aria-expanded": String(show) });
    if (show) {
      before = root.getRootNode().activeElement;
      root.focus({ preventScroll: true });
    } else (before && panel.root.contains(before) ? before : button).focus({ preventScroll: true });
  };
  const shut = () => toggle(false);
  const close = panel.button({ label: "Close the list of keys", icon: "close", words: false, run: shut });
  close.classList.add("kamlab-small-button", "kamlab-keys-close");
  root.append(close);
  panel.toggleKeys = toggle;
  panel.keysShown = () => !root.hidden;
  return { root, button };
}

const SHORTCUTS = {
  s: "step", ArrowRight: "step", m: "message", r: "round", b: "back", ArrowLeft: "back", k: "breakpoint", " ": "run",
};
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
  if (key === "Escape" && panel.keysShown()) panel.toggleKeys(false);
  else if (ownKey(event.target, key)) return void event.stopPropagation();
  else if (key === "?") panel.toggleKeys();
  else if (key in SHORTCUTS) {
    const command = key === " " && panel.now().state === "running" ? "pause" : SHORTCUTS[key];
    panel.act(command, {}, panel.root.querySelector(`.kamlab-toolbar [data-does="${command}"]`));
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
