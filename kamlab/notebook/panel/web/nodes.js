// The nodes of the graph, with their boxes.

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
  const short = shorten(port.name, 86, SAY_FONT);
  write(name, short);
  write(title, portWords(node, port, count, limit));
  put(body, { x: left, width });
  put(pips, { d: (!words && PIPS[count]) || null });
  if (words) put(number, { x: left + width / 2 });
  write(number, words);
  if (tag) tag.remove();
  if (port.lost) {
    const beside = (wide) => (open ? [10, -7] : [left - 8 - Math.ceil(measure(short, SAY_FONT)) - wide, -7]);
    element.append(tagOf(`${shortCount(port.lost)} lost`, "kamlab-tag-lost", beside));
  }
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
