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
//                                 right end of which the tools stand
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
  keys: "M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M5 9.5h6",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  choose: "M2 8h9M7.5 4.5L11 8l-3.5 3.5M14 3v10",
  end: "M4 4h8v8H4z",
  stop: "M8 3a5 5 0 1 1 0 10 5 5 0 0 1 0-10z",
  wait: "M4 8h.1M8 8h.1M12 8h.1",
  open: "M4 6l4 4 4-4",
  shut: "M6 4l4 4-4 4",
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
const FILLED = new Set(["step", "back", "run", "pause", "breakpoint", "stop", "end"]);

/** Make an icon. */
function icon(name) {
  const kind = FILLED.has(name) ? "kamlab-icon kamlab-filled" : "kamlab-icon";
  const size = { viewBox: "0 0 16 16", width: 16, height: 16 };
  const picture = s("svg", { class: kind, ...size, "aria-hidden": "true", focusable: "false" });
  picture.append(s("path", { d: ICONS[name] || ICONS.wait }));
  return picture;
}

// ---------------------------------------------------------------------------------------------------- the frame

const LATE_AFTER = 2500; // milliseconds without an answer before that is said
const LATE =
  "The kernel has not answered yet: it executes a cell. Clicks are carried out when the cell is done; " +
  "`await lab.arun()` lets them through.";
const RESTARTED = "The kernel was restarted: this panel's lab is gone. Run the cell again.";
const NO_KERNEL = "This panel has no kernel: it shows what was saved. Run the cell again.";
const UNSENT = "The kernel cannot be reached: this panel's lab is gone. Run the cell again.";

/** What `now.can` calls the permission for a command; commands that are not here are always possible. */
const PERMISSION = {
  step: "step", message: "message", round: "round", back: "back", run: "run", pause: "pause",
  breakpoint: "breakpoint", reset: "reset", stop: "stop", goto: "goto", branch: "goto", look: "look", choose: "choose",
  break: "break", drop: "edit", duplicate: "edit", next: "edit", move: "edit", edit: "edit",
  inject: "edit",
};

/** The pieces that stand under the controls. Those of another file may be missing. */
const PIECES = {
  graph: () => graphPiece,
  inboxes: () => (typeof inboxesPiece === "function" ? inboxesPiece : null),
  source: () => (typeof sourcePiece === "function" ? sourcePiece : null),
  timeline: () => (typeof timelinePiece === "function" ? timelinePiece : null),
  story: () => (typeof storyPiece === "function" ? storyPiece : null),
};

let lastId = 0; // of a command; shared by the views of a page, so that their answers are not taken for one another's

function token() {
  return Math.random().toString(36).slice(2, 10);
}

/** The name of this page, the same for every panel in it, until it is loaded again. */
const PAGE = (window[Symbol.for("kamlab.page")] ??= token());

/** One view of the model: sends commands, knows what is answered, and draws. */
class Panel {
  constructor(model, el) {
    this.model = model;
    this.view = `${PAGE}/${token()}`; // views of one page have one page's name, so that a page that went is noticed
    this.pending = new Map(); // id -> {at, button}
    this.lost = ""; // why the kernel cannot be reached, as seen from here
    this.local = null; // a note of this view, until Python says something new
    this.heard = "";
    this.pieces = [];
    this.ends = [];
    this.seen = new WeakMap();
    this.specs = new WeakMap();
    this.frame = 0;
    this.late = 0;
    this.motion = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.root = h("div", {
      class: "kamlab-panel",
      role: "group",
      "aria-label": "kamlab panel",
      tabindex: "-1",
      [SUPPRESS]: "true",
      onkeydown: (event) => shortcut(this, event),
    });
    this.controls = controlsOf(this);
    this.line = stateLineOf(this);
    this.grid = h("div", { class: "kamlab-pieces" });
    this.root.append(this.controls.root, this.line.root, this.grid);
    el.append(this.root);
    shield(this);
    this.listen();
    this.redraw();
    this.tell({ do: "hello", view: this.view });
  }

  // ---- what pieces use

  now() {
    return this.model.get("now") || {};
  }

  scene() {
    return this.model.get("scene") || {};
  }

  selected() {
    return this.now().selected || "";
  }

  still() {
    return this.motion.matches;
  }

  id(word) {
    return `kamlab-${this.view.replace("/", "-")}-${word}`;
  }

  changed(holder, value) {
    const text = JSON.stringify(value) || "";
    if (this.seen.get(holder) === text) return false;
    this.seen.set(holder, text);
    return true;
  }

  gone() {
    return this.lost || this.now().gone || "";
  }

  can(command, args) {
    const gone = this.gone();
    if (gone) return gone;
    const now = this.now();
    let answer = now.can && now.can[PERMISSION[command]];
    const key = args && args.key;
    if (key && (command === "choose" || command === "break")) {
      // What `can` says is about the selected one; about others only the lab knows, and says.
      answer = command === "break" || key !== this.selected() ? true : (now.choose || {})[key];
    }
    if (typeof answer === "string") return answer;
    return answer === false ? "This cannot be done now." : true;
  }

  act(command, args, button) {
    const can = this.can(command, args);
    if (can !== true) {
      this.say(can, true);
      return 0;
    }
    const said = this.now().said || {};
    const id = (lastId = Math.max(lastId, Number(said.reply) || 0) + 1);
    if (!this.tell({ do: command, id, ...args })) return 0;
    this.pending.set(id, { at: performance.now(), button: button || null });
    if (button) this.refresh(button);
    if (!this.late) this.late = setTimeout(() => this.complain(), LATE_AFTER);
    return id;
  }

  say(text, error = false) {
    this.local = text ? { text, error } : null;
    this.draw();
  }

  section(name, title, ...tools) {
    const head = h(
      "div",
      { class: "kamlab-head" },
      h("h3", { class: "kamlab-title", text: title }),
      h("div", { class: "kamlab-tools" }, tools),
    );
    return h("section", { class: `kamlab-piece kamlab-${name}`, "aria-label": title }, head);
  }

  button(spec) {
    const words = spec.words !== false;
    const button = h(
      "button",
      {
        type: "button",
        class: "kamlab-button",
        "data-does": spec.command || "view",
        "aria-label": words ? null : spec.label,
      },
      h("span", { class: "kamlab-sign" }, spec.icon ? icon(spec.icon) : null),
      words ? h("span", { class: "kamlab-word", text: spec.label }) : null,
    );
    button.addEventListener("click", (event) => this.press(button, event));
    this.specs.set(button, spec);
    this.refresh(button);
    return button;
  }

  onEnd(fn) {
    this.ends.push(fn);
  }

  /** Ask for a drawing in the next frame. */
  draw() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.redraw());
  }

  // ---- how buttons keep up to date

  /** Why a button cannot be used now, or true. */
  allowed(spec) {
    if (spec.can) {
      const own = spec.can();
      if (own !== true) return own;
    }
    return spec.command ? this.can(spec.command, argsOf(spec)) : true;
  }

  press(button, event) {
    const spec = this.specs.get(button);
    const can = this.allowed(spec);
    if (can !== true) this.say(can, true);
    else if (spec.run) spec.run(event);
    else this.act(spec.command, argsOf(spec), button);
  }

  refresh(button) {
    const spec = this.specs.get(button);
    if (!spec) return;
    const can = this.allowed(spec);
    const why = can === true ? null : can;
    let waits = false;
    for (const each of this.pending.values()) waits = waits || each.button === button;
    const keys = spec.keys ? ` (${spec.keys})` : "";
    const title = why || (spec.title ? spec.title + keys : spec.words === false ? spec.label + keys : null);
    const label = typeof spec.name === "function" ? spec.name() : null;
    if (label !== null) write(button.querySelector(".kamlab-word"), label);
    put(button, {
      "aria-disabled": why ? "true" : null,
      "aria-description": why,
      "aria-busy": waits ? "true" : null,
      title,
    });
    const sign = waits ? "wait" : spec.icon || "";
    if (button.dataset.sign !== sign) {
      button.dataset.sign = sign;
      button.firstChild.replaceChildren(...(sign ? [icon(sign)] : []));
    }
  }

  // ---- the kernel

  tell(content) {
    try {
      this.model.send(content);
      return true;
    } catch (error) {
      if (content.do !== "bye") {
        console.error(error);
        this.lose(UNSENT);
      }
      return false;
    }
  }

  complain() {
    this.late = 0;
    if (!this.pending.size || this.gone()) return;
    const waited = performance.now() - Math.min(...[...this.pending.values()].map((each) => each.at));
    if (waited < LATE_AFTER - 50) this.late = setTimeout(() => this.complain(), LATE_AFTER - waited);
    else this.say(LATE, true);
  }

  /** Forget the commands that are carried out. */
  settle(reply) {
    for (const id of [...this.pending.keys()]) if (id <= reply || this.gone()) this.pending.delete(id);
    if (this.pending.size) return;
    clearTimeout(this.late);
    this.late = 0;
    if (this.local && this.local.text === LATE) this.local = null;
  }

  lose(why) {
    if (this.lost === why) return;
    this.lost = why;
    this.draw();
  }

  listen() {
    const { model } = this;
    const on = (name, fn) => {
      model.on(name, fn);
      this.onEnd(() => model.off(name, fn));
    };
    on("change:now", () => {
      this.lost = ""; // news from the kernel: there is one
      this.draw();
    });
    on("change:scene", () => this.draw());
    on("change:pieces", () => this.draw());
    // A restart takes all comms away. The event does not say which way it went, and what a widget is given is only
    // a proxy of the model; its layout is a model as well, which knows.
    const alive = () => {
      const layout = model.get("layout");
      return layout && typeof layout === "object" ? layout.comm_live !== false : true;
    };
    if (!alive()) this.lost = NO_KERNEL;
    on("comm_live_update", () => setTimeout(() => this.lose(alive() ? "" : RESTARTED), 0));
    const kernel = kernelOf(model);
    if (kernel) {
      const ended = new Set(["restarting", "autorestarting", "dead", "terminating"]);
      const slot = (_, status) => ended.has(status) && this.lose(RESTARTED);
      kernel.statusChanged.connect(slot);
      this.onEnd(() => kernel.statusChanged.disconnect(slot));
    }
    const moved = () => this.draw();
    this.motion.addEventListener("change", moved);
    this.onEnd(() => this.motion.removeEventListener("change", moved));
  }

  // ---- drawing

  redraw() {
    this.frame = 0;
    const now = this.now();
    const said = now.said || {};
    const heard = JSON.stringify([said.text, said.error, said.reply]);
    if (heard !== this.heard) {
      this.heard = heard;
      this.local = null; // Python spoke last
    }
    this.settle(Number(said.reply) || 0);
    put(this.root, {
      "data-state": this.lost ? "gone" : now.state || "new",
      "data-step": now.step === undefined ? "" : now.step,
      "data-reply": Number(said.reply) || 0,
      "data-past": now.at === null || now.at === undefined ? null : now.at,
    });
    this.gather();
    this.guarded(this.controls, now);
    this.guarded(this.line, now);
    for (const piece of this.pieces) this.guarded(piece, now);
    for (const button of this.root.querySelectorAll("button[data-does]")) this.refresh(button);
  }

  /** Have the pieces that the trait names, in its order. */
  gather() {
    const names = this.model.get("pieces") || ["controls", ...Object.keys(PIECES)];
    hide(this.controls.root, !names.includes("controls"));
    if (!this.changed(this.grid, names)) return;
    const before = new Map(this.pieces.map((piece) => [piece.name, piece]));
    this.pieces = [];
    for (const name of names) {
      const make = PIECES[name] && PIECES[name]();
      if (!make) continue;
      const piece = before.get(name) || make(this);
      this.pieces.push(piece);
    }
    patchList(this.grid, this.pieces, (piece) => piece.name, (piece) => piece.root);
  }

  /** Draw a piece; one that fails says so, and the others are drawn. */
  guarded(piece, now) {
    try {
      piece.draw(now);
      if (piece.broken) piece.broken.remove();
      piece.broken = null;
    } catch (error) {
      console.error(error);
      if (!piece.broken) piece.root.append((piece.broken = h("p", { class: "kamlab-broken", role: "alert" })));
      write(piece.broken, `This could not be drawn (an error in kamlab's panel): ${error}`);
    }
  }

  end() {
    this.tell({ do: "bye", view: this.view });
    cancelAnimationFrame(this.frame);
    clearTimeout(this.late);
    for (const fn of this.ends) fn();
    this.root.remove();
  }
}

function argsOf(spec) {
  return (typeof spec.args === "function" ? spec.args() : spec.args) || {};
}

/** The kernel's connection, where the front end shows it to widgets. */
function kernelOf(model) {
  try {
    const kernel = model.widget_manager && model.widget_manager.kernel;
    return kernel && kernel.statusChanged && kernel.statusChanged.connect ? kernel : null;
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------------------------------------------- controls

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
    ["Stop", "end", "stop", "End everything: close its files, sockets and threads", ""],
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

// ---------------------------------------------------------------------------------------------------- state line

const STATES = {
  new: "Ready", running: "Running", paused: "Paused", finished: "Finished", stopped: "Stopped", gone: "Gone",
};

const NOTE_LINES = 6;

/** The state in words, where the lab stands, what was said last, and whether the lab is still there. */
function stateLineOf(panel) {
  const state = h("span", { class: "kamlab-state", role: "status" });
  const where = h("span", { class: "kamlab-where" });
  const at = h("span", { class: "kamlab-visually-hidden" }); // seen people read it to the left
  const why = h("span", {});
  const headline = h("span", { class: "kamlab-headline", "aria-live": "polite" }, at, why);
  const past = h("span", { class: "kamlab-dim" });
  const title = "Show the lab as it is now";
  const back = panel.button({ label: "Back to now", icon: "here", command: "look", args: { step: null }, title });
  const looking = h("div", { class: "kamlab-looking", hidden: true }, past, back);
  const gone = h("div", { class: "kamlab-gone", role: "alert" });
  const note = h("p", { class: "kamlab-note", role: "status" });
  const error = h("p", { class: "kamlab-note kamlab-error", role: "alert" });
  const notes = h("div", { class: "kamlab-notes" }, note, error);
  const states = h("div", { class: "kamlab-states" }, state, where, headline);
  let lines = 1; // room is kept for the longest note so far: what stands below must not jump with every step
  return {
    root: h("div", { class: "kamlab-line" }, gone, states, looking, notes),
    draw(now) {
      const lost = panel.gone();
      const name = panel.lost ? "gone" : now.state || "new";
      write(gone, lost);
      hide(gone, !lost);
      write(state, STATES[name] || name);
      put(state, { "data-state": name });
      write(where, whereWords(now));
      // A screen reader would be told a dozen times a second while the lab runs.
      put(headline, { "aria-live": name === "running" ? "off" : "polite" });
      const [told, reason] = headlineParts(now);
      write(at, told);
      write(why, reason);
      const isPast = now.at !== null && now.at !== undefined;
      hide(looking, !isPast);
      write(past, isPast ? `Showing step ${now.at}. The lab stands at step ${now.step}.` : "");
      const said = panel.local || now.said || {};
      const text = said.text || "";
      write(note, said.error ? "" : text);
      write(error, said.error ? text : "");
      lines = Math.max(lines, Math.min(NOTE_LINES, text.split("\n").length));
      if (panel.changed(notes, lines)) notes.style.setProperty("--kamlab-lines", lines);
      hide(note, !!said.error);
      hide(error, !said.error);
    },
  };
}

/** The headline as what the line says anyhow ("paused at step 3: "), and the rest. */
function headlineParts(now) {
  const text = now.headline || "";
  const known = `${now.state} at step ${now.step}`;
  if (!text.startsWith(known)) return ["", text];
  const rest = text.slice(known.length).replace(/^[:;,] */, "");
  return [rest ? `${known}: ` : known, rest];
}

function whereWords(now) {
  const words = [];
  if (now.step !== undefined) words.push(`step ${now.step}`);
  if (now.round !== undefined) words.push(`round ${now.round}`);
  if (typeof now.time === "number") words.push(`${now.time.toFixed(2)} s${now.virtual ? " (virtual)" : ""}`);
  return words.join(" \u00b7 ");
}

// ---------------------------------------------------------------------------------------------------- graph

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
  const bar = selectionBar(panel, () => places.get(panel.selected()));
  root.append(bar.root, empty, box, more);

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
      bar.draw(now);
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

function selectionBar(panel, selected) {
  const key = () => ({ key: panel.selected() });
  const some = () => (selected() ? true : "Select a component first.");
  const name = h("span", { class: "kamlab-chosen" });
  const buttons = [
    ["Choose as next", "choose", "choose", "Give it the next slice", "c"],
    ["Break here", "stop", "break", "Stop before it runs; once more takes the breakpoint away", "p"],
  ].map(([label, sign, command, title, keys]) =>
    panel.button({ label, icon: sign, command, args: key, can: some, title, keys }),
  );
  return {
    root: h("div", { class: "kamlab-selection", role: "group", "aria-label": "Selected component" }, name, buttons),
    draw() {
      const node = selected();
      write(name, node ? node.label : "Nothing selected");
      name.classList.toggle("kamlab-dim", !node);
    },
  };
}

// ---- nodes

function makeNode(node) {
  return s(
    "g",
    { class: "kamlab-node", role: "button", tabindex: "-1", "data-node": node.key },
    s("title"),
    s("rect", { class: "kamlab-ring", rx: 11 }),
    s("rect", { class: "kamlab-behind", x: 4, y: 4, rx: 8 }),
    s("rect", { class: "kamlab-body", rx: 8 }),
    s("text", { class: "kamlab-label" }),
    s("path", { class: "kamlab-glyph" }),
    s("text", { class: "kamlab-says" }),
    s("g", { class: "kamlab-marks" }),
  );
}

function place(element, x, y) {
  const where = `translate(${x}px, ${y}px)`;
  if (element.style.transform !== where) element.style.transform = where;
}

/** One that holds others, whether they are shown or not: what is folded away may be no container to the eye. */
function canFold(node) {
  return !!(node.container || node.folded);
}

/** One whose inside is shown. */
function isOpen(node) {
  return !!node.container && !node.folded;
}

/** Where the name begins: after the fold control, where there is one. */
function indent(node) {
  return canFold(node) ? 25 : 12;
}

function placeNode(element, node) {
  place(element, node.x, node.y);
  const [, ring, behind, body, label] = element.children;
  put(ring, { x: -4, y: -4, width: node.w + 8, height: node.h + 8 });
  put(behind, { width: node.w, height: node.h });
  put(body, { width: node.w, height: node.h });
  put(label, { x: indent(node), y: 20 });
  write(label, shorten(node.label, labelRoom(node), LABEL_FONT));
  element.classList.toggle("kamlab-folded", !!node.folded);
  element.classList.toggle("kamlab-open", isOpen(node));
}

function labelRoom(node) {
  return isOpen(node) ? Math.max(60, node.w - 150) : node.w - indent(node) - 8;
}

/** The state stands under the name; beside it in a container, which has others under it. */
function stateAt(node) {
  if (!isOpen(node)) return [12, 38];
  return [indent(node) + Math.ceil(measure(shorten(node.label, labelRoom(node), LABEL_FONT), LABEL_FONT)) + 14, 20];
}

function showNode(element, node, state, selected, breaks) {
  const name = state.state || "new";
  const [title, , , , , glyph, says, marks] = element.children;
  const held = Object.entries(state.in || {}).filter(([, [count]]) => count);
  const heard = held.map(([box, [count]]) => `${box} ${count}`);
  const told = descriptionOf(node, state, breaks);
  put(element, {
    "data-state": name,
    "aria-label": [node.label, name, ...heard].join(", "),
    "aria-description": told.join(", ") || null,
    "aria-pressed": String(selected),
    "data-next": state.next ? "" : null,
    "data-last": state.last ? "" : null,
  });
  element.classList.toggle("kamlab-selected", selected);
  const kind = node.kind && !node.label.startsWith(node.kind) ? ` (${node.kind})` : "";
  write(title, [`${node.label}${kind}: ${name}`, ...told].join("\n"));
  const [x, y] = stateAt(node);
  const inside = node.folded && node.inside ? `, ${node.inside} inside` : "";
  write(says, shorten(`${state.say || name}${inside}`, node.w - x - 24, SAY_FONT));
  put(says, { x: x + 17, y });
  put(glyph, { d: GLYPHS[name] || GLYPHS.new, transform: `translate(${x} ${y - 10})` });
  marks.replaceChildren(...marksOf(node, state, breaks));
}

function descriptionOf(node, state, breaks) {
  const words = [];
  if (state.say && state.say !== state.state) words.push(state.say);
  if (state.next) words.push("has the next turn");
  if (state.last) words.push("had the last slice");
  for (const [box, [count, limit]] of Object.entries(state.in || {})) {
    if (isFull(count, limit)) words.push(`${box} is full (${count} of ${limit})`);
  }
  for (const [box, count] of Object.entries(state.out || {})) words.push(`${count} lost from ${box}`);
  if (breaks) words.push("breakpoint");
  if (node.folded && node.inside) words.push(`folded, ${node.inside} inside`);
  const more = node.boxes_more;
  if (more) words.push(`${more} more box${more === 1 ? "" : "es"}, empty and not linked`);
  return words;
}

function isFull(count, limit) {
  return limit !== null && limit !== undefined && count >= limit;
}

/** Who is next and who was last, said in words on the upper edge. */
function marksOf(node, state, breaks) {
  const found = [];
  let right = node.w - 8;
  const tag = (text, name) =>
    found.push(
      tagOf(text, name, (width) => {
        right -= width + 4;
        return [right + 4, -7];
      }),
    );
  if (state.next) tag("next", "kamlab-tag-next");
  if (state.last) tag("ran", "kamlab-tag-last");
  if (breaks) found.push(s("circle", { class: "kamlab-stop", cx: 1, cy: 1, r: 5 }));
  return found;
}

// ---- boxes

function makePorts(node) {
  return s("g", { class: "kamlab-ports", "data-of": node.key });
}

function placePorts(group, node) {
  place(group, node.x, node.y);
}

function showPorts(group, node, state) {
  const waiting = state.in || {};
  const lost = state.out || {};
  const ports = [
    ...(node.in || []).map((port) => ({ ...port, side: "in", held: waiting[port.name] || [0, null] })),
    ...(node.out || []).map((port) => ({ ...port, side: "out", lost: lost[port.name] || 0 })),
  ];
  patchList(group, ports, (port) => `${port.side} ${port.x} ${port.y} ${port.name}`, makePort, (element, port) => {
    put(element, { transform: `translate(${port.x - node.x} ${port.y - node.y})` });
    if (element.dataset.shows !== portKey(port)) showPort(element, port, node);
  });
}

function portKey(port) {
  return JSON.stringify([port.held, port.lost]);
}

function makePort(port) {
  return s(
    "g",
    { class: `kamlab-port kamlab-port-${port.side}`, "data-box": port.name },
    s("title"),
    s("rect", { class: "kamlab-portbody", x: -7, y: -7, width: 14, height: 14, rx: port.side === "in" ? 3 : 7 }),
    s("path", { class: "kamlab-pips" }),
    s("text", { class: "kamlab-boxname" }),
    s("text", { class: "kamlab-portcount", y: 3.5, "text-anchor": "middle" }),
  );
}

function showPort(element, port, node) {
  element.dataset.shows = portKey(port);
  const [count, limit] = port.held || [0, null];
  const full = port.side === "in" && isFull(count, limit);
  const words = full ? `${count}/${limit}` : count > 5 ? shortCount(count) : "";
  const width = words ? Math.max(14, Math.ceil(measure(words, TAG_FONT)) + 7) : 14;
  const right = port.x - node.x > node.w / 2; // on the right side: it grows into the node, not over the link's end
  const left = right ? 7 - width : -7;
  element.classList.toggle("kamlab-full", full);
  element.classList.toggle("kamlab-held", count > 0);
  const [title, body, pips, name, number, tag] = element.children;
  const open = isOpen(node); // its own boxes are named above the links that lead to them from inside
  put(name, { x: right ? left - 4 : left + width + 4, y: open ? -7 : 4, "text-anchor": right ? "end" : null });
  write(name, shorten(port.name, 86, SAY_FONT));
  write(title, portWords(node, port, count, limit));
  put(body, { x: left, width });
  put(pips, { d: (!words && PIPS[count]) || null });
  if (words) put(number, { x: left + width / 2 });
  write(number, words);
  if (tag) tag.remove();
  if (port.lost) element.append(tagOf(`${shortCount(port.lost)} lost`, "kamlab-tag-lost", (wide) => [8 - wide / 2, 9]));
}

/** A word on a ground of its own. */
function tagOf(text, name, place) {
  const width = Math.ceil(measure(text, TAG_FONT)) + 10;
  const [x, y] = place(width);
  return s(
    "g",
    { class: `kamlab-tag ${name}`, transform: `translate(${x} ${y})` },
    s("rect", { width, height: 14, rx: 7 }),
    s("text", { x: width / 2, y: 10.5, "text-anchor": "middle", text }),
  );
}

function portWords(node, port, count, limit) {
  const name = `${node.label}.${port.name}`;
  const lost = port.lost ? `: ${port.lost} lost, because nothing is linked to it` : "";
  if (port.side === "out") return `${name} (outbox)${lost}`;
  const of = limit === null || limit === undefined ? "" : ` of ${limit}`;
  return `${name} (inbox): ${count}${of} waiting${isFull(count, limit) ? ", full" : ""}`;
}

function shortCount(count) {
  if (count < 1000) return String(count);
  return count < 1e6 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 1e6)}M`;
}

// ---- folds, links, counts

function makeFold(node) {
  return s(
    "g",
    { class: "kamlab-fold", role: "button", tabindex: "-1", "data-fold": node.key },
    s("rect", { x: -8, y: -8, width: 16, height: 16, rx: 3 }),
    s("path"),
  );
}

function placeFold(element, node) {
  place(element, node.x + 13, node.y + 12);
  const label = `${node.folded ? "Unfold" : "Fold"} ${node.label}`;
  put(element, { "aria-label": label, "aria-expanded": String(!node.folded) });
  put(element.lastChild, { d: node.folded ? "M-2 -4L3 0L-2 4" : "M-4 -2L0 3L4 -2" });
}

function makeLink(link) {
  return s("path", { "data-link": link.key, "data-from": link.from.join("."), "data-to": link.to.join(".") });
}

function linkClass(link) {
  const kinds = ["feedback", "inner", "quiet"].filter((kind) => link[kind]);
  return ["kamlab-link", ...kinds.map((kind) => `kamlab-${kind}`)].join(" ");
}

function makeCount(link) {
  return s("text", { class: "kamlab-count", "data-count": link.key, "text-anchor": "middle" });
}

function fadeIn(...elements) {
  const frames = [{ opacity: 0 }, { opacity: 1 }];
  for (const element of elements) element.animate(frames, { duration: 200, easing: "ease-in" });
}

// ---- messages on their way

/** Lets messages travel along links; those of a batch set out one after the other. */
function traveller(panel, layer, pathOf, portOf) {
  const ways = new Map(); // key of a link -> points along it
  const pointsOf = (key) => {
    if (!ways.has(key)) {
      const path = pathOf(key);
      const length = path ? path.getTotalLength() : 0;
      const count = path ? Math.max(2, Math.min(12, Math.ceil(length / 24))) : 0;
      ways.set(key, Array.from({ length: count }, (_, index) => path.getPointAtLength((length * index) / (count - 1))));
    }
    return ways.get(key);
  };
  // What is handed over past the links goes straight from box to box.
  const straight = ({ from, to }) => (from && to ? [portOf(...from), portOf(...to)].filter(Boolean) : []);
  const clear = () => layer.replaceChildren();
  panel.onEnd(clear);
  return {
    forget() {
      ways.clear();
      clear();
    },
    send(moves, instead) {
      if (instead) clear();
      while (layer.childElementCount + moves.length > 2 * TRAVELLERS) layer.firstChild.remove();
      moves.forEach((move, index) => {
        const points = move.way.length ? move.way.flatMap(pointsOf) : straight(move);
        if (points.length < 2) return;
        const letter = letterOf(move);
        layer.append(letter);
        const frames = framesOf(points, move.lost);
        const delay = index * Math.min(40, 240 / moves.length);
        const going = letter.animate(frames, { duration: TRAVEL, delay, easing: "ease-in-out", fill: "both" });
        going.onfinish = () => letter.remove();
      });
    },
  };
}

/** Keyframes with even speed along the points; one that is lost falls at the end. */
function framesOf(points, lost) {
  const steps = points.map((point, index) => {
    const before = points[index - 1] || point;
    return Math.hypot(point.x - before.x, point.y - before.y);
  });
  const at = (x, y) => `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  const whole = steps.reduce((sum, step) => sum + step, 0) || 1;
  const share = lost ? 0.75 : 1;
  let gone = 0;
  const frames = points.map((point, index) => {
    gone += steps[index];
    return { transform: at(point.x, point.y), opacity: 1, offset: Math.min(share, (gone / whole) * share) };
  });
  if (lost) {
    const end = points[points.length - 1];
    frames.push({ transform: at(end.x, end.y + 22), opacity: 0, offset: 1 });
  }
  return frames;
}

function letterOf(move) {
  const name = `kamlab-letter${move.lost ? " kamlab-letter-lost" : ""}`;
  const text = move.text ? shorten(move.text, 96, MONO_FONT) : icon("message");
  return h("span", { class: name, dataset: { move: move.n } }, text);
}

// ---- the width of texts

const LABEL_FONT = "600 13px system-ui, sans-serif";
const SAY_FONT = "11px system-ui, sans-serif";
const TAG_FONT = "600 10px system-ui, sans-serif";
const MONO_FONT = "11px monospace";
const widths = new Map();
let pen = null;

/** How wide a text is in the picture. */
function measure(text, font) {
  if (!text) return 0;
  const key = font + text;
  let width = widths.get(key);
  if (width === undefined) {
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.font = font;
    width = pen.measureText(text).width;
    if (widths.size > 2000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** Cut a text so that it is no wider than that, by whole characters. */
function shorten(text, room, font) {
  if (measure(text, font) <= room) return text;
  const letters = Array.from(text);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}\u2026`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return low ? `${letters.slice(0, low).join("")}\u2026` : "";
}

// ---------------------------------------------------------------------------------------------------- anywidget

export default {
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.end();
  },
};
