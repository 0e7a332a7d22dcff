// -- The pieces beside the graph: inboxes, source, timeline, story --------------------------------------------------
//
// Each draws its part of `now` and nothing else; the common ground is told at the top of this module. What a piece
// keeps for itself is what only this view can know: drafts in text fields, where its boxes are scrolled, which step
// the slider is being drawn to.
//
// Two parts that show the same event (an arrow of the timeline, a line of the story) both carry its number in
// `data-event`, and an arrow the number of its being taken in `data-took`. Linking them is classes on these alone, so
// that neither piece knows the other, and each works without it.

// -- helpers of these pieces ----------------------------------------------------------------------------------------

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

// -- inboxes --------------------------------------------------------------------------------------------------------

/** What waits in each inbox, the messages themselves, and hands to change them. */
function inboxesPiece(panel) {
  const root = panel.section("inboxes", "Inboxes");
  const empty = h("p", { class: "kamlab-empty", text: "There is no component yet: activate one." });
  const stray = h("div", { class: "kamlab-stray" });
  const cards = h("ul", { class: "kamlab-cards" });
  const scroll = h("div", { class: "kamlab-inboxes-box" }, cards);
  const more = h("p", { class: "kamlab-dim" });
  const failures = h("ul", { class: "kamlab-failures" });
  const failed = h("div", { class: "kamlab-tail", hidden: true }, h("h4", { text: "Failed" }), failures);
  const lines = h("ol", { class: "kamlab-lines" });
  const printed = h("div", { class: "kamlab-tail", hidden: true }, h("h4", { text: "Printed" }), lines);
  root.append(empty, stray, scroll, more, failed, printed);

  const parts = new WeakMap(); // of a card or an inbox: its inner elements
  const slots = new Map(); // where the payload of an inbox goes, by key and name
  const detail = piecePayload(panel, (node) => scroll.contains(node) && pieceShow(scroll, node));
  const inject = pieceInject(panel);
  let opened = null; // the payload that is shown
  let chosen = null; // the key that was selected when last drawn
  let boxes = 0; // how many were made, for their ids

  const placeOf = (key, box) => `${key}.${box}`;

  function makeCard(component) {
    const { key } = component;
    const dot = h("span", { class: "kamlab-dot", "aria-hidden": "true" });
    const name = h("span", { class: "kamlab-card-name" });
    const say = h("span", { class: "kamlab-card-say" });
    const head = h("button", { type: "button", class: "kamlab-card-head", onclick: () => panel.act("select", { key }) }, dot, name, say);
    const inside = h("div", { class: "kamlab-card-boxes" });
    const rest = h("p", { class: "kamlab-dim" });
    const lost = h("p", { class: "kamlab-lost" }, icon("warn"), h("span"));
    const slot = h("div", { class: "kamlab-card-slot" });
    const card = h("li", { class: "kamlab-card", dataset: { component: key } }, head, inside, rest, lost, slot);
    parts.set(card, { dot, name, say, head, inside, rest, lost, slot });
    return card;
  }

  function updateCard(card, component) {
    const selected = component.key === panel.selected();
    if (!panel.changed(card, [component, selected, openIndex(component.key)])) return;
    const part = parts.get(card);
    put(part.dot, { "data-state": component.state });
    put(card, { "data-state": component.state, "data-selected": selected ? "true" : null });
    put(part.head, { "aria-pressed": String(selected) });
    write(part.name, component.name);
    write(part.say, component.say || component.state);
    patchList(part.inside, component.inboxes, (box) => box.name, (box) => makeBox(component, box), (node, box) => updateBox(node, component, box));
    write(part.rest, component.more ? `and ${component.more} more ${component.more === 1 ? "inbox" : "inboxes"}` : "");
    hide(part.rest, !component.more);
    const lost = (component.lost || []).map(([outbox, count]) => `${count} from ${outbox}`);
    write(part.lost.lastChild, lost.length ? `Lost: ${lost.join(", ")}` : "");
    hide(part.lost, !lost.length);
  }

  /** The opened message of this component, in a form that can be compared. */
  function openIndex(key) {
    return opened && opened.key === key ? [opened.box, opened.index] : null;
  }

  function makeBox(component, box) {
    const count = h("span", { class: "kamlab-box-count" });
    const chips = h("ol", { class: "kamlab-chips" });
    const rest = h("p", { class: "kamlab-dim kamlab-box-rest" });
    const slot = h("div", { class: "kamlab-box-slot", id: panel.id(`payload-${(boxes += 1)}`) });
    const node = h(
      "div",
      { class: "kamlab-inbox", role: "group", tabindex: "-1", dataset: { inbox: placeOf(component.key, box.name) } },
      h("div", { class: "kamlab-box-head" }, h("span", { class: "kamlab-box-name", text: box.name }), count),
      chips,
      rest,
      slot,
    );
    parts.set(node, { count, chips, rest, slot });
    slots.set(placeOf(component.key, box.name), node);
    return node;
  }

  function updateBox(node, component, box) {
    const open = openIndex(component.key);
    const at = open && open[0] === box.name ? open[1] : -1;
    if (!panel.changed(node, [box, component.name, at])) return;
    const part = parts.get(node);
    const words = pieceFill(box);
    write(part.count, words);
    put(node, {
      "data-full": box.full ? "true" : null,
      "data-empty": box.n ? null : "true",
      "aria-label": `${box.name} of ${component.name}: ${words}`,
    });
    patchList(part.chips, box.messages, (_, index) => index, (_, index) => makeChip(component.key, box.name, index), (chip, message, index) =>
      updateChip(chip.firstChild, message, index, box, index === at, part.slot),
    );
    hide(part.chips, !box.messages.length);
    write(part.rest, box.more ? `and ${box.more} more` : "");
    hide(part.rest, !box.more);
  }

  function makeChip(key, box, index) {
    const press = (event) => {
      const isOpen = event.currentTarget.getAttribute("aria-expanded") === "true";
      if (isOpen) panel.act("close");
      else panel.act("open", { key, box, index });
    };
    const mark = h("span", { class: "kamlab-mark", "aria-hidden": "true" });
    const text = h("span", { class: "kamlab-chip-text" });
    const dataset = { message: `${key}.${box}.${index}` };
    return h("li", {}, h("button", { type: "button", class: "kamlab-chip kamlab-message", dataset, onclick: press }, mark, text));
  }

  function updateChip(chip, message, index, box, open, slot) {
    const [sort, mark] = pieceSort(message.kind);
    write(chip.firstChild, mark);
    write(chip.lastChild, message.text);
    put(chip, {
      "data-kind": message.kind,
      "aria-label": `${sort} ${message.text}, message ${index + 1} of ${box.n}`,
      "aria-expanded": String(open),
      "aria-controls": open ? slot.id : null,
      title: message.text,
    });
  }

  /** Focus the chip of a message, or the last one before it, or the inbox where there is none. */
  function focusChip({ key, box, index }) {
    const node = slots.get(placeOf(key, box));
    if (!node || !node.isConnected) return false;
    const chips = node.querySelectorAll("button.kamlab-message");
    return pieceFocusOn(chips[Math.min(index, chips.length - 1)] || node);
  }

  function drawPayload(now) {
    const box = opened && boxOf(now, opened);
    const node = opened && slots.get(placeOf(opened.key, opened.box));
    const shown = node && node.isConnected && box;
    if (opened) pieceMove(detail.root, shown ? parts.get(node).slot : stray);
    detail.draw(opened, box);
    if (!opened || !panel.changed(slots, [opened.key, opened.box, opened.index])) return;
    if (shown) pieceLater(panel, () => pieceShow(scroll, detail.root));
  }

  function boxOf(now, { key, box }) {
    const component = now.inboxes.components.find((each) => each.key === key);
    return (component && component.inboxes.find((each) => each.name === box)) || null;
  }

  function drawInject(now, components) {
    const key = panel.selected();
    const card = key && [...cards.children].find((each) => each.dataset.component === key);
    const component = components.find((each) => each.key === key) || null;
    const node = (panel.scene().nodes || []).find((each) => each.key === key) || null;
    const names = component ? component.inboxes.map((each) => each.name) : node ? node.in.map((each) => each.name) : [];
    const name = component ? component.name : node ? node.label : "";
    if (card) pieceMove(inject.root, parts.get(card).slot);
    else if (inject.root.parentNode !== root) root.insertBefore(inject.root, failed);
    inject.draw(key, name, names);
  }

  function drawTail(looks) {
    if (!panel.changed(failed, [looks.failures, looks.more_failures, looks.printed])) return;
    const rows = (looks.failures || []).map(([name, error]) => [name, error]);
    if (looks.more_failures) rows.push(["", `and ${looks.more_failures} more`]);
    hide(failed, !rows.length);
    patchList(failures, rows, (_, index) => index, () => h("li", {}, h("b"), " ", h("span", { class: "kamlab-mono" })), (node, [name, error]) => {
      write(node.firstChild, name);
      write(node.lastChild, error);
    });
    const last = (looks.printed || []).slice(-8);
    hide(printed, !last.length);
    patchList(lines, last, (_, index) => index, () => h("li", {}, h("b"), " ", h("span", { class: "kamlab-mono" })), (node, line) => {
      put(node, { "data-error": line.error ? "true" : null });
      write(node.firstChild, line.name);
      write(node.lastChild, line.text);
    });
  }

  function draw(now) {
    const looks = now.inboxes;
    hide(root, !looks);
    if (!looks) return;
    const before = opened;
    const held = pieceFocus(detail.root);
    opened = now.payload || null;
    const selected = panel.selected();
    if (panel.changed(root, [looks.components, looks.more, selected, opened && [opened.key, opened.box, opened.index]])) {
      const rank = (each) => (each.key === selected ? 0 : 1);
      const components = [...looks.components].sort((one, other) => rank(one) - rank(other));
      put(cards, { "data-many": components.length > PIECE_MANY ? "true" : null });
      patchList(cards, components, (each) => each.key, makeCard, updateCard);
      for (const [place, node] of slots) if (!node.isConnected && !node.contains(detail.root)) slots.delete(place);
      hide(empty, components.length > 0);
      write(more, looks.more ? `and ${pieceCount(looks.more, "more component")}` : "");
      hide(more, !looks.more);
      if (selected !== chosen) pieceLater(panel, () => (scroll.scrollTop = 0));
      chosen = selected;
    }
    drawInject(now, looks.components);
    drawPayload(now);
    drawTail(looks);
    if (!opened) panel.changed(slots, null);
    if (before && !opened && held) focusChip(before) || pieceFocusOn(cards.querySelector("button"));
  }

  return { name: "inboxes", title: "Inboxes", root, draw };
}

/** How full an inbox is, in words. */
function pieceFill(box) {
  if (box.limit === null || box.limit === undefined) return box.n ? String(box.n) : "empty";
  return `${box.n} of ${box.limit}${box.full ? ", full" : ""}`;
}

/** "Put a message in", for the selected component. Each component has a draft of its own. */
function pieceInject(panel) {
  const drafts = new Map();
  const select = h("select", { class: "kamlab-field", "aria-label": "Inbox" });
  let target = "";
  const form = pieceForm(panel, {
    name: "Message to put in",
    action: "Put in",
    iconName: "plus",
    hint: "'text', b'bytes', 42, [1, 2]",
    can: () => (target ? panel.can("edit") : "Select a component first."),
    send: (text) => panel.act("inject", { key: target, box: select.value, text }),
    done: () => {
      form.field.value = "";
      drafts.delete(target);
    },
  });
  form.field.addEventListener("input", () => drafts.set(target, form.field.value));
  const label = h("p", { class: "kamlab-inject-title" });
  const hint = h("p", { class: "kamlab-dim", text: "Select a component to put a message into one of its inboxes." });
  const body = h("div", { class: "kamlab-inject-body" }, label, h("div", { class: "kamlab-inject-row" }, select, form.root));
  return {
    root: h("div", { class: "kamlab-inject" }, hint, body),
    draw(key, name, names) {
      form.check();
      const ready = Boolean(key && names.length);
      hide(hint, Boolean(key));
      hide(body, !ready);
      if (key !== target) {
        target = key;
        form.field.value = drafts.get(key) || "";
        form.tell("");
      }
      if (!ready || !panel.changed(select, [key, name, names])) return;
      write(label, `Put a message in ${name}`);
      patchList(select, names, (each) => each, (each) => h("option", { value: each, text: each }));
    },
  };
}

/** The whole of one message, and what can be done to it. */
function piecePayload(panel, reveal) {
  const title = h("p", { class: "kamlab-payload-title" });
  const text = pieceScrolls(h("pre", { class: "kamlab-payload-text", tabindex: "0", role: "region" }));
  const cut = h("p", { class: "kamlab-dim", text: "Only the beginning is shown." });
  const tabs = pieceTabs(panel, text);
  const table = pieceTable("Parts");
  const beyond = h("p", { class: "kamlab-dim" });
  let shown = null;
  let count = 0;
  let held = 0; // how many of the inbox its owner's thread has in its hands
  let edited = null; // what the message was when its editing began

  const place = () => ({ key: shown.key, box: shown.box, index: shown.index });
  const here = () => {
    if (!shown) return "No message is open.";
    return shown.index < held ? `The thread of ${shown.name} has it in its hands already.` : true;
  };
  const hand = (label, name, command, more = () => ({}), can = () => true) =>
    panel.button({ label, icon: name, command, args: () => ({ ...place(), ...more() }), can: () => (here() === true ? can() : here()) });
  const first = () => (shown.index > held ? true : "It is the first one already.");
  const last = () => (shown.index + 1 < count ? true : "It is the last one already.");
  const editButton = panel.button({ label: "Edit", icon: "edit", run: startEditing, can: () => (here() === true ? panel.can("edit") : here()) });
  const buttons = h(
    "div",
    { class: "kamlab-payload-acts", role: "group", "aria-label": "Act on this message" },
    hand("Deliver next", "deliver", "next"),
    hand("Move up", "up", "move", () => ({ to: shown.index - 1 }), first),
    hand("Move down", "down", "move", () => ({ to: shown.index + 1 }), last),
    hand("Duplicate", "copy", "duplicate"),
    editButton,
    hand("Drop", "drop", "drop"),
    panel.button({ label: "Close", icon: "close", command: "close" }),
  );

  const form = pieceForm(panel, {
    name: "New message",
    action: "Save",
    iconName: "edit",
    hint: "'text', b'bytes', 42, [1, 2]",
    can: () => (isOther() ? "This is another message than the one you edited: cancel, and look again." : panel.can("edit")),
    send: (text) => panel.act("edit", { ...place(), text }),
    done: () => stopEditing(),
    cancel: () => stopEditing(),
  });
  const hint = h("p", { class: "kamlab-dim" });
  const editing = h("div", { class: "kamlab-payload-edit", hidden: true }, hint, form.root);
  const root = h(
    "div",
    { class: "kamlab-payload", role: "group", "aria-label": "Message", hidden: true },
    title,
    tabs.root,
    text,
    cut,
    table.root,
    beyond,
    buttons,
    editing,
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    panel.act("close");
  });

  /** Whether another message lies now where the edited one lay. */
  function isOther() {
    return Boolean(edited) && (!shown || edited.key !== shown.key || edited.box !== shown.box || edited.text !== shown.text || edited.literal !== shown.literal);
  }

  function startEditing() {
    edited = { key: shown.key, box: shown.box, text: shown.text, literal: shown.literal };
    form.field.value = shown.literal === null || shown.literal === undefined ? "" : shown.literal;
    form.tell("");
    hide(editing, false);
    tellEditing();
    reveal(editing);
    pieceFocusOn(form.field);
    form.field.select();
  }

  function stopEditing() {
    const focused = pieceFocus(editing);
    edited = null;
    hide(editing, true);
    if (focused) pieceFocusOn(editButton);
  }

  function tellEditing() {
    if (!edited) return;
    const plain = edited.literal === null || edited.literal === undefined;
    const words = plain ? "This message cannot be written down as it is: write a Python value to put in its place." : "A Python value. Enter saves, Escape cancels.";
    write(hint, isOther() ? "The message you began to edit is not here any more. Your text is kept until you cancel." : words);
    put(hint, { "data-warn": isOther() ? "true" : null });
  }

  function drawBody(payload) {
    const [sort] = pieceSort(payload.kind);
    const sorted = PIECE_SORTS[payload.kind] ? sort : payload.kind;
    write(title, `Message ${payload.index + 1}${count ? ` of ${count}` : ""} in ${payload.name}.${payload.box}: ${sorted}${pieceLength(payload)}`);
    put(root, { "aria-label": `Message ${payload.index + 1} in ${payload.box} of ${payload.name}` });
    tabs.fill(payload);
    hide(cut, !payload.cut);
    table.fill(payload.parts);
    write(beyond, payload.more ? `and ${pieceCount(payload.more, "more part")}` : "");
    hide(beyond, !payload.more);
  }

  return {
    root,
    draw(payload, box) {
      const known = box ? box.n : 0;
      held = (box && box.held) || 0;
      hide(root, !payload);
      if (!payload) {
        if (shown) stopEditing();
        shown = null;
      } else {
        shown = payload;
        count = known || payload.index + 1;
        if (panel.changed(root, [payload, count])) drawBody(payload);
      }
      form.check();
      tellEditing();
    },
  };
}

/** How long a message is, in words. */
function pieceLength(payload) {
  if (payload.length === null || payload.length === undefined) return "";
  const nouns = { str: "character", bytes: "byte", bytearray: "byte" };
  return `, ${pieceCount(payload.length, nouns[payload.kind] || "item")}`;
}

/** The text of a message, or its bytes in hex. */
function pieceTabs(panel, view) {
  const labels = { text: "Text", hex: "Hex" };
  let payload = null;
  let chosen = "text";
  view.id = panel.id("content");
  const buttons = Object.entries(labels).map(([name, label]) =>
    h("button", { type: "button", role: "tab", class: "kamlab-tab", "aria-controls": view.id, text: label, onclick: () => choose(name) }),
  );
  const root = h("div", { class: "kamlab-tabs", role: "tablist", "aria-label": "Show as" }, buttons);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    event.stopPropagation();
    choose(chosen === "text" ? "hex" : "text");
    pieceFocusOn(buttons[chosen === "text" ? 0 : 1]);
  });
  function choose(name) {
    chosen = name;
    show();
  }
  function show() {
    const hex = payload.hex !== null && payload.hex !== undefined;
    const name = hex ? chosen : "text";
    hide(root, !hex);
    Object.keys(labels).forEach((each, index) => put(buttons[index], { "aria-selected": String(each === name), tabindex: each === name ? "0" : "-1" }));
    put(view, { "aria-label": name === "hex" ? "Bytes of the message in hex" : "Text of the message", "data-as": name });
    write(view, name === "hex" ? payload.hex : payload.text);
  }
  return {
    root,
    fill(given) {
      payload = given;
      show();
    },
  };
}

// -- source ---------------------------------------------------------------------------------------------------------

/** The code of the selected component, with the line it stands at, and what its names stand for. */
function sourcePiece(panel) {
  const root = panel.section("source", "Source");
  const empty = h("p", { class: "kamlab-empty" });
  const title = h("p", { class: "kamlab-source-title" });
  const file = h("p", { class: "kamlab-dim kamlab-source-file" });
  const remark = h("p", { class: "kamlab-remark" });
  const lines = h("ol", { class: "kamlab-code-lines" });
  const code = pieceScrolls(h("div", { class: "kamlab-code", tabindex: "0", role: "region", "aria-label": "Code" }, lines));
  const locals = pieceTable("Locals");
  const attributes = pieceTable("Attributes");
  const stack = h("ol", { class: "kamlab-stack" });
  const calls = h("div", { class: "kamlab-tail" }, h("h4", { text: "Stack" }), stack);
  const values = h("div", { class: "kamlab-values" }, locals.root, attributes.root);
  const body = h("div", { class: "kamlab-source-body" }, title, file, remark, h("div", { class: "kamlab-source-row" }, code, values), calls);
  root.append(empty, body);
  let stood = "";

  function makeLine() {
    return h("li", { class: "kamlab-code-line" }, h("span", { class: "kamlab-code-number" }), h("span", { class: "kamlab-code-arrow" }), h("code"));
  }

  function updateLine(node, line) {
    if (!panel.changed(node, line)) return;
    write(node.firstChild, line.number);
    node.lastChild.replaceChildren(...line.words);
    put(node, { "aria-current": line.current ? "true" : null });
    node.children[1].replaceChildren(...(line.current ? [icon("run")] : []));
  }

  function titleOf({ name, at, function: inside }) {
    const place = inside ? `${inside}()` : "";
    if (at) return `${name} at line ${at}${place && ` of ${place}`}`;
    return place ? `${name}, ${place}` : name;
  }

  function drawLines(source) {
    const words = pieceCode(source.lines || []);
    const items = words.map((each, index) => ({ number: source.first + index, current: source.first + index === source.at, words: each }));
    patchList(lines, items, (each) => each.number, makeLine, (node, item) =>
      updateLine(node, { ...item, words: item.words.map(([kind, text]) => (kind ? h("span", { class: `kamlab-code-${kind}`, text }) : text)), plain: source.lines[item.number - source.first] }),
    );
    hide(code, !items.length);
    put(code, { "aria-label": `Code of ${source.name}` });
  }

  function reveal(source) {
    const place = `${source.key} ${source.file} ${source.function} ${source.at}`;
    if (place === stood) return;
    stood = place;
    pieceLater(panel, () => {
      const line = lines.querySelector("[aria-current]");
      if (line) pieceReveal(code, line.offsetTop, line.offsetTop + line.offsetHeight, 2 * line.offsetHeight);
      else code.scrollTop = 0;
    });
  }

  function draw(now) {
    const source = now.source;
    if (!panel.changed(root, source)) return;
    const shown = Boolean(source && source.name);
    hide(body, !shown);
    hide(empty, shown);
    write(empty, shown ? "" : (source && source.note) || "Select a component to see its code.");
    if (!shown) {
      stood = "";
      return;
    }
    write(title, titleOf(source));
    write(file, source.file || "");
    hide(file, !source.file);
    write(remark, source.remark || "");
    hide(remark, !source.remark);
    drawLines(source);
    locals.fill(source.locals);
    attributes.fill(source.attributes);
    hide(values, !(source.locals || []).length && !(source.attributes || []).length);
    hide(calls, !(source.stack || []).length);
    patchList(stack, source.stack || [], (_, index) => index, () => h("li", { class: "kamlab-mono" }), (node, text) => write(node, text));
    reveal(source);
  }

  return { name: "source", title: "Source", root, draw };
}

const PIECE_WORDS =
  "False None True and as assert async await break case class continue def del elif else except finally for from global if " +
  "import in is lambda match nonlocal not or pass raise return try while with yield";

/** Lines of Python as lists of [kind or "", text]: enough to colour comments, texts and keywords, and no more. */
function pieceCode(lines) {
  const token = new RegExp(`(#.*)|("""|''')|("(?:\\\\.|[^"\\\\])*"|'(?:\\\\.|[^'\\\\])*')|\\b(${PIECE_WORDS.replaceAll(" ", "|")})\\b`, "g");
  let quote = ""; // of the long text that goes on from the line before
  return lines.map((line) => {
    const found = [];
    let place = 0;
    while (place < line.length) {
      if (quote) {
        const end = line.indexOf(quote, place);
        const stop = end < 0 ? line.length : end + 3;
        found.push(["text", line.slice(place, stop)]);
        if (end >= 0) quote = "";
        place = stop;
        continue;
      }
      token.lastIndex = place;
      const hit = token.exec(line);
      if (!hit) break;
      if (hit.index > place) found.push(["", line.slice(place, hit.index)]);
      place = token.lastIndex;
      if (hit[2]) {
        quote = hit[2];
        found.push(["text", quote]);
      } else found.push([hit[1] ? "comment" : hit[3] ? "text" : "word", hit[0]]);
    }
    if (place < line.length) found.push(["", line.slice(place)]);
    return found;
  });
}

// -- timeline -------------------------------------------------------------------------------------------------------

const PIECE_MARKS = {
  activated: "M0 -4a4 4 0 1 1 0 8a4 4 0 1 1 0 -8z",
  finished: "M-3.5 -3.5h7v7h-7z",
  stopped: "M-3.5 -3.5h7v7h-7z",
  failed: "M-4 -4l8 8M4 -4l-8 8",
  "by hand": "M0 -5l5 5l-5 5l-5 -5z",
};
const PIECE_PAD = 12; // above the first lifeline of a diagram and below the last, in pixels
const PIECE_FATES = { waits: "it still waits", discarded: "nobody takes it: it is lost", removed: "it was taken away" };

/** Who ran when and what went where, any step of it to be looked at, and the branches of the run. */
function timelinePiece(panel) {
  const root = panel.section("timeline", "Timeline");
  const banner = h("p", { class: "kamlab-past", hidden: true });
  const chart = pieceChart(panel);
  const scrub = pieceScrub(panel);
  const tree = pieceTree(panel);
  const empty = h("p", { class: "kamlab-empty", text: "Nothing has happened yet: step the lab." });
  root.append(banner, empty, chart.root, scrub.root, tree.root);
  pieceLinks(panel, root);

  function draw(now) {
    const line = now.timeline;
    hide(root, !line);
    if (!line) return;
    const past = now.at !== null && now.at !== undefined;
    write(banner, past ? `You look at step ${now.at}. The lab stands at step ${line.here}.` : "");
    hide(banner, !past);
    const nothing = !line.lines.length;
    hide(empty, !nothing);
    hide(chart.root, nothing);
    if (!nothing) chart.draw(line, now);
    scrub.draw(line, now);
    tree.draw(now.tree);
  }

  return { name: "timeline", title: "Timeline", root, draw };
}

/** The space-time diagram: a row for each component, a column for each step. */
function pieceChart(panel) {
  const names = h("div", { class: "kamlab-chart-names" });
  const axis = s("svg", { class: "kamlab-chart-axis", "aria-hidden": "true" });
  const rows = s("g", { "aria-hidden": "true" });
  const stands = s("g", { class: "kamlab-here", "aria-hidden": "true" }, s("path"));
  const looks = s("g", { class: "kamlab-at", "aria-hidden": "true" }, s("path"));
  const slices = s("g");
  const messages = s("g");
  const marks = s("g");
  const svg = s("svg", { class: "kamlab-chart", role: "group" }, rows, stands, looks, slices, messages, marks);
  const inner = h("div", { class: "kamlab-chart-inner" }, h("div", { class: "kamlab-chart-corner" }), axis, names, svg);
  const box = h("div", { class: "kamlab-chart-box" }, inner);
  const more = h("p", { class: "kamlab-dim" });
  const about = h("p", { class: "kamlab-about", role: "status" });
  const ticks = s("g");
  const flags = s("g", { class: "kamlab-flags" });
  axis.append(ticks, flags);

  let line = null;
  let grid = null; // how the picture is laid out
  let width = 0; // of the box, and of the names in it, as last measured
  let beside = 0;
  let left = 0; // how far the box is scrolled
  let seen = null; // the step that was last brought into view
  let rover = ""; // the event that Tab leads to
  let events = [];
  const nodes = new Map();

  box.addEventListener("scroll", () => (left = box.scrollLeft), { passive: true });
  if (typeof ResizeObserver === "function") {
    const sizes = new ResizeObserver(() => {
      if (box.clientWidth === width && names.offsetWidth === beside) return;
      width = box.clientWidth;
      beside = names.offsetWidth;
      panel.draw();
    });
    sizes.observe(box);
    sizes.observe(names);
    panel.onEnd(() => sizes.disconnect());
  }

  /** Columns as wide as there is room for; x counts from a step that seldom changes, so a moving window moves nothing. */
  function layout() {
    const count = Math.max(1, line.last - line.first + 1);
    const room = width ? width - beside - 2 : 560;
    const col = Math.max(14, Math.min(72, Math.floor(room / count)));
    const row = line.lines.length <= 6 ? 40 : line.lines.length <= 10 ? 32 : 26;
    const base = line.first - (line.first % 512);
    return { col, row, base, count, wide: count * col, high: line.lines.length * row + 2 * PIECE_PAD };
  }
  const x = (step) => (step - grid.base) * grid.col + grid.col / 2;
  const y = (index) => PIECE_PAD + index * grid.row + grid.row / 2;
  const sliceWidth = () => Math.max(6, Math.min(30, Math.round(grid.col * 0.62)));
  const nameOf = (index) => (line.lines[index] ? line.lines[index].name : "a component that is not shown");

  // what each event is called

  function messageWords(message) {
    const target = message.to ? nameOf(message.to[0]) : "";
    const [owner, inbox] = [message.box.slice(0, message.box.lastIndexOf(".")), message.box.slice(message.box.lastIndexOf(".") + 1)];
    const whom = message.box ? (inbox === "inbox" && (owner === target || !target) ? owner : message.box) : target || "nobody";
    const who = message.from ? `${nameOf(message.from[0])} sends` : "somebody outside puts";
    const step = (message.from || message.to || [0, "?"])[1];
    const fate = message.fate === "taken" ? (message.to ? `taken at step ${message.to[1]}` : "taken") : PIECE_FATES[message.fate] || message.fate;
    if (message.fate === "discarded") return `step ${step}: ${who} ${message.text} out of ${message.box}; ${fate}`;
    const way = message.from ? "to" : "into";
    return `step ${step}: ${who} ${message.text} ${way} ${whom}, ${fate}`;
  }

  function markWords(mark) {
    const name = nameOf(mark.line);
    const text = mark.text || "";
    if (text.includes(name)) return `step ${mark.step}: ${text}`;
    return `step ${mark.step}: ${name} ${mark.kind}${text ? `: ${text}` : ""}`;
  }

  // what each event looks like

  function makeEvent(children) {
    const node = s("g", { class: "kamlab-event", role: "button", tabindex: "-1" }, s("title"), children);
    return node;
  }

  function markEvent(node, number, took, words) {
    put(node, { "data-event": number, "data-took": took, "aria-label": words });
    write(node.firstChild, words);
    return node;
  }

  const makeSlice = () => makeEvent([s("rect", { class: "kamlab-slice-area" }), s("rect", { class: "kamlab-slice", rx: 3 })]);

  function updateSlice(node, [step, index, number]) {
    if (!panel.changed(node, [step, index, number, nameOf(index), grid.col, grid.row, grid.base])) return;
    markEvent(node, number, null, `step ${step}: ${nameOf(index)} runs`);
    const wide = sliceWidth();
    put(node.children[1], { x: x(step) - grid.col / 2, y: y(index) - grid.row / 2, width: grid.col, height: grid.row });
    put(node.children[2], { x: x(step) - wide / 2, y: y(index) - 6, width: wide, height: 12 });
  }

  const makeMessage = () =>
    makeEvent([s("path", { class: "kamlab-passage-area" }), s("path", { class: "kamlab-passage" }), s("path", { class: "kamlab-tip" }), s("text", { class: "kamlab-passage-text", "aria-hidden": "true" })]);

  function updateMessage(node, { message, shift, labelled }) {
    if (!panel.changed(node, [message, shift, labelled, grid.col, grid.row, grid.base, line.lines.length])) return;
    markEvent(node, message.n, message.took, messageWords(message));
    put(node, { "data-fate": message.fate });
    const drawn = pieceArrow(ends(message, shift), message.fate);
    put(node.children[1], { d: drawn.path });
    put(node.children[2], { d: drawn.path });
    put(node.children[3], { d: drawn.tip });
    const text = node.children[4];
    write(text, labelled ? pieceCut(message.text, 14) : "");
    put(text, { x: drawn.middle[0], y: drawn.middle[1] });
  }

  /** Where an arrow begins and ends; what comes from outside or goes nowhere has a short one. */
  function ends(message, shift) {
    const half = sliceWidth() / 2;
    const { from, to } = message;
    const down = from && to && to[0] < from[0] ? -1 : 1;
    const start = from ? [x(from[1]) + shift, y(from[0]) + (to && to[0] === from[0] ? -6 : 6 * down)] : null;
    if (from && to && from[0] === to[0]) return { start: [x(from[1]) + half / 2, start[1]], end: [x(to[1]) - (to[1] > from[1] ? half / 2 : -half), y(to[0]) - 6], bow: true };
    const end = to ? [x(to[1]) + shift, y(to[0]) - 6 * down] : null;
    if (start && end) return { start, end };
    if (end) return { start: [end[0] - grid.col * 0.3, end[1] - Math.min(14, grid.row * 0.4)], end, outside: true };
    if (start) return { start, end: [start[0] + Math.min(10, grid.col * 0.4), start[1] + Math.min(13, grid.row * 0.4)] };
    return { start: [0, -99], end: [0, -99] };
  }

  const makeMark = () => makeEvent([s("circle", { class: "kamlab-slice-area", r: 8 }), s("path", { class: "kamlab-mark-shape" })]);

  function updateMark(node, mark) {
    if (!panel.changed(node, [mark, nameOf(mark.line), grid.col, grid.row, grid.base])) return;
    markEvent(node, mark.n, null, markWords(mark));
    put(node, { "data-mark": mark.kind, transform: `translate(${x(mark.step)} ${y(mark.line)})` });
    put(node.children[2], { d: PIECE_MARKS[mark.kind] || PIECE_MARKS["by hand"] });
  }

  // the frame around them

  function drawFrame(now) {
    const { wide, high, base, col } = grid;
    const from = (line.first - base) * col;
    inner.style.setProperty("--kamlab-row", `${grid.row}px`);
    names.style.paddingBlock = `${PIECE_PAD}px`;
    put(svg, { width: wide, height: high, viewBox: `${from} 0 ${wide} ${high}`, "aria-label": `Steps ${line.first} to ${line.last}, a line for each of ${pieceCount(line.lines.length, "component")}` });
    put(axis, { width: wide, height: 30, viewBox: `${from} 0 ${wide} 30` });
    patchList(names, line.lines, (each) => each.key, makeName, (node, each) => {
      write(node, each.name);
      put(node, { "aria-pressed": each.key ? String(each.key === panel.selected()) : null, title: each.name });
    });
    patchList(rows, line.lines, (each) => each.key, () => s("path", { class: "kamlab-lifeline" }), (node, each, index) =>
      put(node, { d: `M${from} ${y(index)}h${wide}`, "data-selected": each.key && each.key === panel.selected() ? "true" : null }),
    );
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => each * col >= 34) || 1000;
    const steps = [];
    for (let step = Math.ceil(line.first / every) * every; step <= line.last; step += every) steps.push(step);
    patchList(ticks, steps, (step) => step, () => s("text", { class: "kamlab-tick", y: 26 }), (node, step) => {
      put(node, { x: x(step) });
      write(node, step);
    });
    const beyond = [line.more && pieceCount(line.more, "more component"), line.more_messages && pieceCount(line.more_messages, "more message")];
    write(more, beyond.some(Boolean) ? `and ${beyond.filter(Boolean).join(", ")}` : "");
    hide(more, !beyond.some(Boolean));
    drawFlags(now, from);
  }

  const makeName = (each) =>
    each.key ? nameButton(each) : h("span", { class: "kamlab-chart-name" });
  const nameButton = (each) => h("button", { type: "button", class: "kamlab-chart-name", onclick: () => panel.act("select", { key: each.key }) });

  function drawFlags(now, from) {
    const shown = (step) => step !== null && step !== undefined && step >= line.first && step <= line.last;
    const past = now.at !== null && now.at !== undefined && now.at !== line.here;
    const each = [];
    for (const [group, step, words, on] of [
      [stands, line.here, "lab", shown(line.here)],
      [looks, now.at, "look", past && shown(now.at)],
    ]) {
      put(group, { display: on ? null : "none" });
      if (!on) continue;
      put(group.firstChild, { d: `M${x(step)} 0v${grid.high}` });
      each.push({ step, words, place: Math.min(Math.max(x(step), from + 15), from + grid.wide - 15) });
    }
    if (each.length === 2 && Math.abs(each[0].place - each[1].place) < 32) each[1].place = each[0].place + (each[1].step < each[0].step ? -32 : 32);
    patchList(flags, each, (flag) => flag.words, (flag) => s("text", { class: `kamlab-flag kamlab-flag-${flag.words}`, y: 12 }), (node, flag) => {
      put(node, { x: flag.place });
      write(node, flag.words);
    });
  }

  /** Arrows between the same two places are set side by side. */
  function spread() {
    const taken = new Map();
    const labelled = line.messages.length <= 24 && grid.col >= 20;
    return line.messages.map((message) => {
      const place = JSON.stringify([message.from, message.to]);
      const before = taken.get(place) || 0;
      taken.set(place, before + 1);
      return { message, shift: (before % 4) * 4, labelled };
    });
  }

  /** Show which event is selected, what could have led to it, and what it could have led to. */
  function drawChoice() {
    const before = new Set(line.before || []);
    const after = new Set(line.after || []);
    const chosen = line.event === undefined ? null : line.event;
    svg.classList.toggle("kamlab-asked", chosen !== null);
    let words = "";
    for (const { node, numbers } of events) {
      const selected = chosen !== null && numbers.includes(chosen);
      if (selected) words = node.getAttribute("aria-label");
      node.classList.toggle("kamlab-picked", selected);
      node.classList.toggle("kamlab-before", !selected && numbers.some((each) => before.has(each)));
      node.classList.toggle("kamlab-after", !selected && numbers.some((each) => after.has(each)));
      put(node, { "aria-pressed": String(selected) });
    }
    hide(about, chosen === null);
    if (chosen === null) return about.replaceChildren();
    if (!panel.changed(about, [chosen, words, before.size, after.size])) return;
    about.replaceChildren(
      h("strong", { text: words || `event ${chosen}, which is not among what is shown` }),
      h("span", { class: "kamlab-key kamlab-key-before", text: `before it: ${before.size}` }),
      h("span", { class: "kamlab-key kamlab-key-after", text: `after it: ${after.size}` }),
      h("span", { class: "kamlab-dim", text: "the rest goes on beside it" }),
    );
  }

  /** All events in order of time, with where they are and which numbers they go by. */
  function collect() {
    nodes.clear();
    const found = [];
    const add = (node, numbers, index, step) => {
      found.push({ node, numbers, index, step });
      nodes.set(node, found[found.length - 1]);
    };
    line.slices.forEach(([step, index, number], place) => slices.children[place] && add(slices.children[place], [number], index, step));
    line.messages.forEach((message, place) => {
      const [index, step] = message.from || message.to || [0, line.first];
      const node = messages.children[place];
      if (node) add(node, message.took === null || message.took === undefined ? [message.n] : [message.n, message.took], index, step);
    });
    line.marks.forEach((mark, place) => marks.children[place] && add(marks.children[place], [mark.n], mark.line, mark.step));
    events = found.sort((one, other) => one.step - other.step || one.numbers[0] - other.numbers[0]);
  }

  /** One event can be reached by Tab: the one last visited, else the selected one, else the newest. */
  function drawRover() {
    const at = events.find((each) => String(each.numbers[0]) === rover) || events.find((each) => each.node.classList.contains("kamlab-picked")) || events[events.length - 1];
    for (const each of events) put(each.node, { tabindex: each === at ? "0" : "-1" });
  }

  function visit(event) {
    if (!event) return;
    rover = String(event.numbers[0]);
    drawRover();
    pieceFocusOn(event.node);
    reveal(event.step);
    pieceReveal(box, y(event.index) + 30 - grid.row / 2, y(event.index) + 30 + grid.row / 2);
  }

  /** The nearest event of the next line up or down that has one. */
  function across(from, way) {
    let best = null;
    for (const each of events) {
      const rise = (each.index - from.index) * way;
      if (rise <= 0) continue;
      const far = rise * 10000 + Math.abs(each.step - from.step);
      if (!best || far < best.far) best = { far, event: each };
    }
    return best && best.event;
  }

  function reveal(step) {
    const room = width - beside;
    if (!(room > 0)) return;
    const place = (step - line.first) * grid.col;
    const most = Math.max(0, grid.wide - room);
    let to = left;
    if (place < left) to = place - grid.col;
    else if (place + grid.col > left + room) to = place + 2 * grid.col - room;
    to = Math.max(0, Math.min(most, to));
    if (to !== left) box.scrollLeft = left = to;
  }

  svg.addEventListener("focusin", (event) => {
    const found = nodes.get(event.target);
    if (!found) return;
    rover = String(found.numbers[0]);
    drawRover();
  });
  function press(event) {
    const node = event.target.closest(".kamlab-event");
    if (node) pieceChoose(panel, Number(node.dataset.event), node.classList.contains("kamlab-picked"));
  }
  svg.addEventListener("click", press);
  svg.addEventListener("keydown", (event) => {
    const found = nodes.get(event.target);
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = events.indexOf(found);
    const moves = {
      ArrowRight: () => visit(events[place + 1]),
      ArrowLeft: () => visit(events[place - 1]),
      ArrowDown: () => visit(across(found, 1)),
      ArrowUp: () => visit(across(found, -1)),
      Home: () => visit(events[0]),
      End: () => visit(events[events.length - 1]),
      Enter: () => press(event),
      " ": () => press(event),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  });

  return {
    root: h("div", { class: "kamlab-chart-root" }, box, more, about),
    draw(given, now) {
      if (!panel.changed(svg, [given, now.at, panel.selected(), width, beside])) return;
      line = given;
      grid = layout();
      drawFrame(now);
      patchList(slices, line.slices, (each) => each[2], makeSlice, updateSlice);
      patchList(messages, spread(), (each) => each.message.n, makeMessage, updateMessage);
      patchList(marks, line.marks, (each) => `${each.n} ${each.line} ${each.kind}`, makeMark, updateMark);
      collect();
      drawChoice();
      drawRover();
      const step = now.at === null || now.at === undefined ? line.here : now.at;
      if (JSON.stringify([step, width]) !== seen && step >= line.first && step <= line.last) pieceLater(panel, () => reveal(step));
      seen = JSON.stringify([step, width]);
    },
  };
}

/** The first characters of a text. */
function pieceCut(text, most) {
  const letters = Array.from(text || "");
  return letters.length <= most ? letters.join("") : `${letters.slice(0, most - 1).join("")}…`;
}

/** The paths of an arrow and of its tip, and where its text begins: beside its middle, on the side that it slopes from. */
function pieceArrow({ start, end, bow, outside }, fate) {
  const [ax, ay] = start.map(Math.round);
  const [bx, by] = end.map(Math.round);
  const rise = bow ? Math.min(14, 6 + Math.abs(bx - ax) / 4) : 0;
  const path = bow ? `M${ax} ${ay}C${ax} ${ay - rise} ${bx} ${by - rise} ${bx} ${by}` : `M${ax} ${ay}L${bx} ${by}`;
  const turn = bow ? Math.PI / 2 : Math.atan2(by - ay, bx - ax);
  const at = (along, beside) => `${(bx - along * Math.cos(turn) - beside * Math.sin(turn)).toFixed(1)} ${(by - along * Math.sin(turn) + beside * Math.cos(turn)).toFixed(1)}`;
  let tip = `M${at(0, 0)}L${at(8, 3.6)}L${at(8, -3.6)}z`;
  if (fate === "waits") tip = `M${bx - 3} ${by}a3 3 0 1 1 6 0a3 3 0 1 1 -6 0z`;
  if (fate === "discarded" || fate === "removed") tip = `M${bx - 3.5} ${by - 3.5}l7 7M${bx + 3.5} ${by - 3.5}l-7 7`;
  if (outside) tip += `M${ax - 2.5} ${ay}a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1 -5 0z`;
  const middle = [Math.round((ax + bx) / 2) + (bow ? -8 : 5), Math.round((ay + by) / 2 - rise * 0.75) + (bow ? -2 : by < ay ? 10 : 1)];
  return { path, tip, middle };
}

/** The slider that looks at any step, and the buttons around it. */
function pieceScrub(panel) {
  const slider = h("input", { type: "range", class: "kamlab-scrubber", "aria-label": "Step looked at", step: 1 });
  const output = h("output", { class: "kamlab-step-words" });
  let line = null;
  let at = null;
  const throttle = pieceThrottle(panel, (step) => panel.act("look", { step: step === line.here ? null : step }));
  slider.addEventListener("input", () => {
    write(output, wordsOf(Number(slider.value)));
    put(slider, { "aria-valuetext": wordsOf(Number(slider.value)) });
    throttle.want(Number(slider.value));
  });
  const wordsOf = (step) => `step ${step} of ${line.latest}`;

  /** Move the window by most of its width, so that something of it stays in sight. */
  function shift(way) {
    const span = line.last - line.first;
    const by = way * Math.max(1, Math.round(span * 0.75));
    const first = Math.max(line.earliest, Math.min(line.first + by, line.latest - span));
    panel.act("window", { first, last: Math.min(line.latest, first + span) });
  }
  const past = () => at !== null && at !== undefined;
  const buttons = [
    panel.button({ label: "Earlier", icon: "back", run: () => shift(-1), can: () => (line && line.first > line.earliest ? true : "The diagram begins at the earliest step that is known.") }),
    panel.button({ label: "Later", icon: "step", run: () => shift(1), can: () => (line && line.last < line.latest ? true : "The diagram goes to the last step already.") }),
    panel.button({ label: "Now", icon: "here", run: () => panel.act("look", { step: null }), can: () => (past() ? true : "You look at where the lab stands already.") }),
    panel.button({ label: "Go there", icon: "run", run: () => panel.act("goto", { step: at }), can: () => (past() ? panel.can("goto") : "Look at a step of the past first: move the slider.") }),
  ];
  return {
    root: h("div", { class: "kamlab-scrub" }, h("div", { class: "kamlab-scrub-row" }, slider, output), h("div", { class: "kamlab-scrub-acts" }, buttons)),
    draw(given, now) {
      line = given;
      at = now.at === undefined ? null : now.at;
      put(slider, { min: line.earliest, max: line.latest });
      const why = line.latest > line.earliest ? panel.can("look") : "There is only one step to look at.";
      put(slider, { disabled: why === true ? null : true, title: why === true ? null : why });
      const step = past() ? at : line.here;
      if (!throttle.busy() && Number(slider.value) !== step) slider.value = String(step);
      const value = throttle.busy() ? Number(slider.value) : step;
      write(output, wordsOf(value));
      put(slider, { "aria-valuetext": wordsOf(value) });
    },
  };
}

/** The branches of the run: a row for each, a bar from where it leaves another to its end. */
function pieceTree(panel) {
  const list = h("ul", { class: "kamlab-tree-list" });
  const root = h("div", { class: "kamlab-tree", role: "group", "aria-label": "Branches", hidden: true }, h("h4", { text: "Branches" }), list);
  let shown = null;

  function makeBranch(branch) {
    const press = () => {
      const why = reason(branch.number);
      if (why === true) panel.act("branch", { number: branch.number });
      else panel.say(why, true);
    };
    const name = h("span", { class: "kamlab-branch-name" }, icon("branch"), h("span"));
    const bar = h("span", { class: "kamlab-branch-bar", "aria-hidden": "true" }, h("span", { class: "kamlab-branch-run" }), h("span", { class: "kamlab-branch-here" }));
    const words = h("span", { class: "kamlab-branch-words" });
    return h("li", {}, h("button", { type: "button", class: "kamlab-branch", dataset: { branch: branch.number }, onclick: press }, name, bar, words));
  }

  /** Why one cannot go to the end of a branch, or true. */
  function reason(number) {
    const branch = shown.branches.find((each) => each.number === number);
    if (branch && number === shown.here && shown.step >= branch.steps) return "The lab stands at the end of this branch already.";
    return panel.can("goto");
  }

  function updateBranch(node, branch) {
    const button = node.firstChild;
    const here = branch.number === shown.here;
    const why = reason(branch.number);
    put(button, {
      "aria-current": here ? "true" : null,
      "aria-disabled": why === true ? null : "true",
      "aria-description": why === true ? null : why,
      title: why === true ? `Go to the end of branch ${branch.number}` : why,
    });
    const [name, bar, words] = button.children;
    write(name.lastChild, `Branch ${branch.number}`);
    write(words, wordsOf(branch));
    const most = Math.max(1, ...shown.branches.map((each) => each.steps));
    const share = (step) => `${((100 * step) / most).toFixed(1)}%`;
    bar.firstChild.style.left = share(branch.forked_at);
    bar.firstChild.style.width = share(Math.max(0, branch.steps - branch.forked_at));
    hide(bar.lastChild, !here);
    bar.lastChild.style.left = share(Math.min(most, shown.step));
  }

  function wordsOf(branch) {
    const from = branch.parent === null || branch.parent === undefined ? "" : `, leaves branch ${branch.parent} after step ${branch.forked_at}`;
    const hands = branch.by_hand ? `, ${branch.by_hand} by hand` : "";
    const here = branch.number === shown.here ? `; the lab is here, at step ${shown.step}` : "";
    return `to step ${branch.steps}${from}${hands}${here}`;
  }

  return {
    root,
    draw(tree) {
      if (!panel.changed(root, [tree, panel.can("goto")])) return;
      hide(root, !tree || !tree.branches.length);
      if (root.hidden) return;
      shown = tree;
      patchList(list, tree.branches, (each) => each.number, makeBranch, updateBranch);
    },
  };
}

// -- story ----------------------------------------------------------------------------------------------------------

const PIECE_KINDS = {
  resumed: "run", sent: "message", delivered: "message", received: "deliver", discarded: "drop", removed: "drop", inserted: "plus",
  paused: "wait", woken: "up", activated: "plus", linked: "branch", unlinked: "branch", printed: "edit", failed: "warn",
  finished: "stop", stopped: "stop", opened: "open", closed: "close", timer: "round",
}; // prettier-ignore
const PIECE_TONES = { failed: "bad", discarded: "warn", removed: "warn", finished: "good", sent: "brand", received: "brand", inserted: "warn" };

/** What happened, in words. */
function storyPiece(panel) {
  const root = panel.section("story", "Story");
  const field = h("input", { type: "search", class: "kamlab-field", "aria-label": "Filter the story", placeholder: "Filter", autocomplete: "off", spellcheck: "false" });
  const kinds = h("div", { class: "kamlab-kinds", role: "group", "aria-label": "Show only these kinds" });
  const count = h("p", { class: "kamlab-dim kamlab-story-count", role: "status" });
  const list = h("ol", { class: "kamlab-story-list" });
  const box = h("div", { class: "kamlab-story-box" }, list);
  const empty = h("p", { class: "kamlab-empty" });
  const newest = panel.button({ label: "Newest", icon: "down", run: () => follow() });
  const foot = h("div", { class: "kamlab-story-foot" }, count, newest);
  root.append(h("div", { class: "kamlab-story-search" }, icon("search"), field), kinds, empty, box, foot);
  pieceLinks(panel, root);

  let chosen = new Set(); // the kinds that are wanted; none means all
  let following = true;
  let timer = 0;
  let typed = false; // whether what is typed waits to be sent
  let sent = 0;
  let picked = null;
  hide(newest, true);

  function send() {
    clearTimeout(timer);
    typed = false;
    sent = panel.act("filter", { text: field.value, kinds: chosen.size ? [...chosen] : null });
  }
  field.addEventListener("input", () => {
    typed = true;
    clearTimeout(timer);
    timer = setTimeout(send, 200);
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") send();
    if (event.key !== "Escape" || !field.value) return;
    event.preventDefault();
    field.value = "";
    send();
  });
  panel.onEnd(() => clearTimeout(timer));

  box.addEventListener(
    "scroll",
    () => {
      following = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
      hide(newest, following);
    },
    { passive: true },
  );
  function follow() {
    following = true;
    box.scrollTop = box.scrollHeight;
    if (pieceFocus(foot)) pieceFocusOn(list.querySelector("li:last-child button"));
    hide(newest, true);
  }

  function makeKind([kind]) {
    const press = () => {
      if (!chosen.delete(kind)) chosen.add(kind);
      send();
      drawKinds(panel.now().story);
    };
    const mark = h("span", { class: "kamlab-mark", "data-tone": PIECE_TONES[kind] }, icon(PIECE_KINDS[kind] || "wait"));
    return h("button", { type: "button", class: "kamlab-chip kamlab-kind", "data-kind": kind, onclick: press }, mark, h("span", { text: kind.replaceAll("_", " ") }), h("span", { class: "kamlab-kind-count" }));
  }

  function drawKinds(story) {
    const all = { ...(story.kinds || {}) };
    for (const kind of chosen) if (!(kind in all)) all[kind] = 0;
    patchList(kinds, Object.entries(all), ([kind]) => kind, makeKind, (node, [kind, times]) => {
      put(node, { "aria-pressed": String(chosen.has(kind)) });
      write(node.lastChild, times);
    });
  }

  function makeItem() {
    const press = (event) => {
      const button = event.currentTarget;
      pieceChoose(panel, Number(button.dataset.event), button.classList.contains("kamlab-picked"));
    };
    const step = h("span", { class: "kamlab-story-step" }, h("span", { class: "kamlab-visually-hidden", text: "step " }), h("span"));
    const mark = h("span", { class: "kamlab-mark" });
    const text = h("span", { class: "kamlab-story-text" });
    const times = h("span", { class: "kamlab-times" });
    return h("li", {}, h("button", { type: "button", class: "kamlab-story-item", onclick: press }, step, mark, text, times));
  }

  function updateItem(node, item) {
    if (!panel.changed(node, item)) return;
    const button = node.firstChild;
    const [step, mark, text, times] = button.children;
    put(button, { "data-event": item.n, "data-kind": item.kind });
    write(step.lastChild, item.step);
    if (panel.changed(mark, item.kind)) {
      put(mark, { "data-tone": PIECE_TONES[item.kind] });
      mark.replaceChildren(icon(PIECE_KINDS[item.kind] || "wait"));
    }
    write(text, item.text);
    write(times, item.times > 1 ? `x ${item.times}` : "");
    hide(times, !(item.times > 1));
  }

  function drawSelected(event) {
    for (const node of list.querySelectorAll(".kamlab-picked")) {
      node.classList.remove("kamlab-picked");
      put(node, { "aria-pressed": null });
    }
    const node = event === null ? null : list.querySelector(`[data-event="${Number(event)}"]`);
    if (node) {
      node.classList.add("kamlab-picked");
      put(node, { "aria-pressed": "true" });
    }
    if (event === picked) return;
    picked = event;
    if (node) pieceLater(panel, () => pieceReveal(box, node.parentNode.offsetTop, node.parentNode.offsetTop + node.parentNode.offsetHeight, 8));
  }

  function drawField(story) {
    if (typed || sent > pieceReply(panel)) return;
    const filter = typeof story.filter === "string" ? story.filter : (story.filter && story.filter.text) || "";
    if (field.value !== filter && pieceFocus(root) !== field) field.value = filter;
    if (Array.isArray(story.chosen)) chosen = new Set(story.chosen);
  }

  function draw(now) {
    const story = now.story;
    hide(root, !story);
    if (!story) return;
    drawField(story);
    const event = now.timeline && now.timeline.event !== undefined ? now.timeline.event : null;
    const items = panel.changed(list, story);
    if (items) {
      drawKinds(story);
      patchList(list, story.items, (item) => item.n, makeItem, updateItem);
      const filtered = Boolean(field.value || chosen.size);
      hide(empty, story.items.length > 0);
      hide(box, !story.items.length);
      write(empty, filtered ? "No event is like that." : "Nothing has happened yet: step the lab.");
      write(count, story.total > story.shown ? `${story.shown} of ${pieceCount(story.total, "event")}` : pieceCount(story.total, "event"));
    }
    if (items && following) pieceLater(panel, () => (box.scrollTop = 1e7));
    if (panel.changed(empty, event) || items) drawSelected(event);
  }

  return { name: "story", title: "Story", root, draw };
}
