// What the pieces beside the graph share.
//
// Each draws its part of `now` and nothing else; the common ground is told at the top of this module. What a piece
// keeps for itself is what only this view can know: drafts in text fields, where its boxes are scrolled, which step
// the slider is being drawn to.
//
// Two parts that show the same event (an arrow of the timeline, a line of the story) both carry its number in
// `data-event`, and an arrow the number of its being taken in `data-took`. Linking them is classes on these alone, so
// that neither piece knows the other, and each works without it.

/** The element of this root that has the focus, or null. */
function pieceFocus(root) {
  const active = root.getRootNode().activeElement;
  return active && root.contains(active) ? active : null;
}

/** Focus an element where it is, without scrolling the page to it. */
function pieceFocusOn(node) {
  if (node) node.focus({ preventScroll: true });
  return Boolean(node);
}

/** Move a node to another place, keeping the focus that is in it. */
function pieceMove(node, parent) {
  if (node.parentNode === parent) return;
  const focused = pieceFocus(node);
  parent.append(node);
  if (focused) pieceFocusOn(focused);
}

/** Number of the last command that was carried out. */
function pieceReply(panel) {
  const said = panel.now().said;
  return (said && said.reply) || 0;
}

/** Wait for the answer to a command. `answered()` is null while there is none, then {error: text or ""}, once. */
function pieceAnswer(panel) {
  let waits = 0;
  return {
    expect(id) {
      waits = id || 0;
      return waits > 0;
    },
    waiting: () => waits > 0,
    answered() {
      if (!waits || pieceReply(panel) < waits) return null;
      const said = panel.now().said;
      const error = said.error && said.reply === waits ? said.text || "It could not be done." : "";
      waits = 0;
      return { error };
    },
  };
}

/** Send the newest of many wishes: at most one in an animation frame, and one in 100 ms while an answer is outstanding. */
function pieceThrottle(panel, send) {
  let wish = null;
  let booked = false;
  let timer = 0;
  let last = 0;
  let sentAt = -Infinity;
  const outstanding = () => last > pieceReply(panel);
  function book() {
    if (booked) return;
    booked = true;
    requestAnimationFrame(tick);
  }
  function tick() {
    booked = false;
    if (!wish) return;
    const rest = outstanding() ? 100 - (performance.now() - sentAt) : 0;
    if (rest > 0) {
      booked = true;
      timer = setTimeout(() => {
        booked = false;
        book();
      }, rest);
      return;
    }
    const { value } = wish;
    wish = null;
    sentAt = performance.now();
    last = send(value) || 0;
    panel.draw();
  }
  panel.onEnd(() => clearTimeout(timer));
  return {
    want(value) {
      wish = { value };
      book();
    },
    busy: () => wish !== null || outstanding(),
  };
}

/** Do what has to know how things lie after all pieces are drawn, so that the page is laid out once and not for each. */
function pieceLater(panel, fn) {
  queueMicrotask(() => panel.root.isConnected && fn());
}

/** Scroll a box so that what lies from `top` to `bottom` in it is seen; nothing outside of the box moves. */
function pieceReveal(box, top, bottom, margin = 0) {
  const { scrollTop, clientHeight } = box;
  if (top - margin < scrollTop) box.scrollTop = Math.max(0, top - margin);
  else if (bottom + margin > scrollTop + clientHeight) box.scrollTop = bottom + margin - clientHeight;
}

/** Scroll a box so that a node in it is seen. */
function pieceShow(box, node) {
  const top = node.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientTop + box.scrollTop;
  pieceReveal(box, Math.max(top, top + node.offsetHeight - box.clientHeight), top + node.offsetHeight, 4);
  if (node.offsetHeight > box.clientHeight) box.scrollTop = top;
}

/** In a box that scrolls, the keys that scroll it do nothing else. */
function pieceScrolls(box) {
  box.addEventListener("keydown", (event) => {
    if (event.target === box && (event.key.startsWith("Arrow") || event.key === " ")) event.stopPropagation();
  });
  return box;
}

/** Mark everything in the panel that shows this event, and unmark the rest. */
function pieceLink(panel, from) {
  const holder = from && from.closest ? from.closest("[data-event]") : null;
  const numbers = holder ? [holder.dataset.event, holder.dataset.took].filter((each) => each && /^\d+$/.test(each)) : [];
  const wanted = new Set();
  for (const number of numbers) {
    for (const node of panel.root.querySelectorAll(`[data-event="${number}"], [data-took="${number}"]`)) wanted.add(node);
  }
  for (const node of panel.root.querySelectorAll(".kamlab-linked")) if (!wanted.has(node)) node.classList.remove("kamlab-linked");
  for (const node of wanted) node.classList.add("kamlab-linked");
}

/** Link what is pointed at, or focused, in this piece with the same event elsewhere. */
function pieceLinks(panel, root) {
  root.addEventListener("pointerover", (event) => pieceLink(panel, event.target));
  root.addEventListener("pointerleave", () => pieceLink(panel, pieceFocus(root)));
  root.addEventListener("focusin", (event) => pieceLink(panel, event.target));
  root.addEventListener("focusout", () => pieceLink(panel, null));
}

/** Select an event, or clear it where it is selected already. */
function pieceChoose(panel, number, chosen) {
  panel.act("event", { number: chosen ? null : number });
}

/** A count with its noun: pieceCount(1, "message") is "1 message". */
function pieceCount(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const PIECE_CROWD = 12; // components from which those with messages are listed first
const PIECE_MANY = 40; // cards from which those out of sight are left out of the layout
const PIECE_SORTS = { str: ["text", "abc"], bytes: ["bytes", "01"], other: ["object", "{ }"] };

/** What a message is, in words and as a mark. */
function pieceSort(kind) {
  return PIECE_SORTS[kind] || PIECE_SORTS.other;
}

/** A table of names and values, with a caption; `fill` draws its rows and hides it where there are none. */
function pieceTable(caption) {
  const body = h("tbody");
  const table = h("table", { class: "kamlab-table" }, h("caption", { text: caption }), body);
  const make = () => h("tr", {}, h("th", { scope: "row" }), h("td"));
  const update = (row, [name, text]) => {
    write(row.firstChild, name);
    write(row.lastChild, text);
  };
  return {
    root: table,
    fill(rows) {
      hide(table, !rows || !rows.length);
      patchList(body, rows || [], ([name], index) => `${index} ${name}`, make, update);
    },
  };
}

const PIECE_EMPTY = "Write the message first: a Python value.";

/** A form of a text field and its buttons: Enter sends, Escape gives up. It keeps the draft until the answer is good. */
function pieceForm(panel, { name, action, iconName, hint, can, send, done, cancel }) {
  const answer = pieceAnswer(panel);
  const field = h("input", {
    type: "text",
    class: "kamlab-field kamlab-mono",
    "aria-label": name,
    placeholder: hint,
    autocomplete: "off",
    spellcheck: "false",
  });
  const trouble = h("p", { class: "kamlab-trouble", id: panel.id(`trouble-${name.replaceAll(" ", "-")}`), hidden: true });
  const submit = () => {
    if (answer.waiting()) return;
    const why = can();
    if (why !== true) panel.say(why, true);
    else if (field.value.trim()) answer.expect(send(field.value));
    else {
      tell(PIECE_EMPTY);
      panel.say(PIECE_EMPTY, true);
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key !== "Enter" && !(event.key === "Escape" && cancel)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") submit();
    else cancel();
  });
  const tell = (text) => {
    write(trouble, text);
    hide(trouble, !text);
    put(field, { "aria-invalid": text ? "true" : null, "aria-describedby": text ? trouble.id : null });
  };
  field.addEventListener("input", () => tell(""));
  const buttons = [panel.button({ label: action, icon: iconName, run: submit, can })];
  if (cancel) buttons.push(panel.button({ label: "Cancel", run: cancel }));
  return {
    root: h("div", { class: "kamlab-form" }, field, buttons, trouble),
    field,
    tell,
    /** Look whether the answer is there; once in each drawing. */
    check() {
      const came = answer.answered();
      if (!came) return;
      tell(came.error);
      if (!came.error) done();
    },
  };
}
