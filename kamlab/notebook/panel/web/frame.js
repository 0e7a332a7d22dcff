// The frame: one view of the model. It sends commands, knows what is answered, and draws the pieces.

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

/** The pieces that stand under the controls. */
const PIECES = {
  graph: graphPiece,
  timeline: timelinePiece,
  inboxes: inboxesPiece,
  source: sourcePiece,
  story: storyPiece,
  watch: watchPiece,
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
    el.append(this.root);
    this.presenter = presenterOf(this);
    this.film = filmOf(this);
    this.controls = controlsOf(this);
    this.line = stateLineOf(this);
    this.layout = layoutOf(this);
    this.foot = footOf(this);
    const top = h("div", { class: "kamlab-top" }, this.controls.root, this.line.root);
    this.root.append(top, this.layout.root, this.foot.root);
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

  presents() {
    return this.presenter.on();
  }

  /** The step of the past that is looked at; null where one looks at the lab as it stands. */
  at() {
    const { at } = this.now();
    return at === undefined ? null : at;
  }

  /** Look at a step; the one where the lab stands is now. */
  look(step, button) {
    return this.act("look", { step: step === null || step >= this.now().step ? null : step }, button);
  }

  /** Select a component that may be selected already, which the command alone would undo. */
  choose(key) {
    return key === this.selected() ? 0 : this.act("select", { key });
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
        "data-shortcut": spec.keys || null,
        "aria-label": words ? null : spec.label,
      },
      h("span", { class: "kamlab-sign" }, spec.icon ? icon(spec.icon) : null),
      words ? h("span", { class: "kamlab-word", text: spec.label }) : null,
      spec.hint ? h("span", { class: "kamlab-hint", "aria-hidden": "true", dataset: { keys: spec.hint } }) : null,
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

  drawNow() {
    if (!this.root.isConnected) return this.draw();
    cancelAnimationFrame(this.frame);
    this.redraw();
  }

  // ---- how buttons keep up to date

  /** Why a button cannot be used now, or true. */
  allowed(spec) {
    if (spec.can) {
      const own = spec.can();
      if (own !== true) return own;
    }
    const other = this.film.meaning(spec.command);
    if (other) return other.can();
    return spec.command ? this.can(spec.command, argsOf(spec)) : true;
  }

  press(button, event) {
    const spec = this.specs.get(button);
    const can = this.allowed(spec);
    const other = this.film.meaning(spec.command);
    if (can !== true) this.say(can, true);
    else if (other) other.run(button);
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
    const other = this.film.meaning(spec.command) || {};
    const keys = spec.keys ? ` (${spec.keys})` : "";
    const told = other.title || spec.title || (spec.words === false ? spec.label : "");
    const title = why || (told ? told + keys : null);
    const label = other.label || (spec.name ? spec.name() : spec.label);
    if (spec.words !== false) write(button.querySelector(".kamlab-word"), label);
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
    else this.say(this.now().held || LATE, true); // a slice that does not end keeps the kernel, rather than a cell
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
      queueMicrotask(() => this.drawNow()); // a click is answered one frame earlier than by waiting for the next
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
      "data-past": this.at(),
    });
    this.gather();
    this.film.draw(now);
    for (const part of [this.controls, this.line, this.layout, this.foot]) this.guarded(part, now);
    for (const piece of this.pieces) if (this.layout.sees(piece)) this.guarded(piece, now);
    for (const button of this.root.querySelectorAll("button[data-does]")) this.refresh(button);
  }

  /** Have the pieces that the trait names, in its order. */
  gather() {
    const names = this.model.get("pieces") || ["controls", ...Object.keys(PIECES)];
    hide(this.controls.root, !names.includes("controls"));
    hide(this.foot.root, !names.includes("controls") && !names.includes("timeline"));
    if (!this.changed(this.layout, names)) return;
    const before = new Map(this.pieces.map((piece) => [piece.name, piece]));
    this.pieces = [];
    for (const name of names) {
      const make = PIECES[name];
      if (!make) continue;
      const piece = before.get(name) || make(this);
      this.pieces.push(piece);
    }
    this.layout.arrange(this.pieces);
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
    this.presenter.leave();
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

// ---------------------------------------------------------------------------------------------------- anywidget

export default {
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.end();
  },
};
