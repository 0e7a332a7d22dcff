// The inboxes: what waits where, in order.

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
      // In a crowd those with mail come before those without.
      const crowd = looks.components.length > PIECE_CROWD;
      const rank = (each) => (each.key === selected ? 0 : crowd && !each.inboxes.some((box) => box.n) ? 2 : 1);
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
