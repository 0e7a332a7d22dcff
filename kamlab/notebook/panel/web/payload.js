// One message: the whole of it, and what can be done to it.

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
  const followed = () => Boolean(shown && shown.followed);
  const follow = panel.button({ label: "Follow", icon: "watch", title: "Light up its whole way", name: () => (followed() ? "Stop following" : "Follow"), run: () => panel.act("follow", followed() ? { event: null } : place(), follow), can: () => panel.can("follow") });
  const buttons = h(
    "div",
    { class: "kamlab-payload-acts", role: "group", "aria-label": "Act on this message" },
    hand("Deliver next", "deliver", "next"),
    hand("Move up", "up", "move", () => ({ to: shown.index - 1 }), first),
    hand("Move down", "down", "move", () => ({ to: shown.index + 1 }), last),
    hand("Duplicate", "copy", "duplicate"),
    editButton,
    hand("Drop", "drop", "drop"),
    follow,
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
