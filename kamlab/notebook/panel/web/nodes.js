// The nodes of the graph: what a component is called and does, and its boxes with the messages that wait in them.

const LANE = 66; // the room at the side of a container for the names of its boxes
const CROWD = 40; // from how many components on those at rest are faint

function makeNode(node) {
  return s(
    "g",
    { class: "kamlab-node", role: "button", tabindex: "-1", "data-node": node.key },
    s("title"),
    s("rect", { class: "kamlab-ring", rx: 12 }),
    s("rect", { class: "kamlab-behind", x: 4, y: 4, rx: 9 }),
    s("rect", { class: "kamlab-body", rx: 9 }),
    s("text", { class: "kamlab-label", y: 20 }),
    s("text", { class: "kamlab-kind", y: 20 }),
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

/** What is drawn of the name, and of the class where the name does not say it: each with its width. */
function headOf(node, far) {
  const full = node.name || node.label;
  const font = far ? FAR_FONT : LABEL_FONT;
  const [, stem, number] = /^(.*?)(_\d+)?$/s.exec(full); // the number tells two of one class apart
  const room = (isOpen(node) ? Math.max(60, node.w - 150) : node.w - indent(node) - 8) - measure(number, font);
  const name = shorten(stem, room, font) + (number || "");
  const wide = Math.ceil(measure(name, font));
  const kind = far || !node.kind || full === node.kind || full.startsWith(`${node.kind}_`) ? "" : node.kind;
  const beside = shorten(kind, node.w - indent(node) - wide - (isOpen(node) ? 90 : 16), SAY_FONT);
  return { name, wide, kind: beside, end: indent(node) + wide + (beside ? 8 + Math.ceil(measure(beside, SAY_FONT)) : 0) };
}

function placeNode(element, node, far) {
  place(element, node.x, node.y);
  const [, ring, behind, body, label, kind] = element.children;
  const head = headOf(node, far);
  put(ring, { x: -4, y: -4, width: node.w + 8, height: node.h + 8 });
  put(behind, { width: node.w, height: node.h });
  put(body, { width: node.w, height: node.h });
  put(label, { x: indent(node) });
  write(label, head.name);
  put(kind, { x: indent(node) + head.wide + 8 });
  write(kind, head.kind);
  element.classList.toggle("kamlab-folded", !!node.folded);
  element.classList.toggle("kamlab-open", isOpen(node));
}

function showNode(element, node, state, marked) {
  const name = state.state || "new";
  const [title, , , , , , glyph, says, marks] = element.children;
  const held = Object.entries(state.in || {}).filter(([, [count]]) => count);
  const heard = held.map(([box, [count]]) => `${box} ${count}`);
  const told = descriptionOf(node, state, marked.breaks);
  put(element, {
    "data-state": name,
    "aria-label": [node.label, name, ...heard].join(", "),
    "aria-description": told.join(", ") || null,
    "aria-pressed": String(marked.selected),
    "data-next": state.next ? "" : null,
    "data-last": state.last ? "" : null,
  });
  element.classList.toggle("kamlab-selected", marked.selected);
  element.classList.toggle("kamlab-lit", !!state.lit);
  element.classList.toggle("kamlab-calm", isCalm(state) && !marked.selected && !isOpen(node));
  element.classList.toggle("kamlab-circle", marked.circle);
  element.classList.toggle("kamlab-holds", held.length > 0 || !!(state.inside && state.inside.waiting));
  const kind = node.kind && !node.label.startsWith(node.kind) ? ` (${node.kind})` : "";
  write(title, [`${node.label}${kind}: ${name}`, ...told].join("\n"));
  const [x, y] = isOpen(node) ? [headOf(node, marked.far).end + 14, 20] : [12, 37];
  write(says, shorten(saidOf(node, state), node.w - x - 24, SAY_FONT));
  put(says, { x: x + 17, y });
  put(glyph, { d: GLYPHS[name] || GLYPHS.new, transform: `translate(${x} ${y - 10})` });
  marks.replaceChildren(...marksOf(node, state, marked.breaks));
}

/** What stands under the name: what it waits for or how it ended; of a folded one, what is inside. */
function saidOf(node, state) {
  if (node.folded && node.inside) {
    const { waiting, state: urgent } = state.inside || {};
    return `${node.inside} inside${waiting ? `, ${waiting} waiting` : urgent ? `, ${urgent}` : ""}`;
  }
  return !state.state || state.state === "new" ? "not started" : state.say || state.state;
}

/** One of which nothing asks for attention: it is at rest, and nothing waits for it. */
function isCalm(state) {
  if (state.lit || state.next || ["failed", "blocked", "held", "running"].includes(state.state)) return false;
  return !(state.inside && state.inside.waiting) && !Object.values(state.in || {}).some(([count]) => count);
}

function descriptionOf(node, state, breaks) {
  const words = [];
  if (state.say && state.say !== state.state) words.push(state.say);
  if (state.next) words.push("runs next");
  if (state.last) words.push("had the last slice");
  for (const [box, [count, limit]] of Object.entries(state.in || {})) {
    if (isFull(count, limit)) words.push(`${box} is full (${count} of ${limit})`);
  }
  for (const [box, count] of Object.entries(state.out || {})) {
    words.push(`${count} ${(state.unheard || []).includes(box) ? "unheard" : "lost"} from ${box}`);
  }
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
  let right = node.w - 10;
  for (const [text, name, is] of [["next", "kamlab-tag-next", state.next], ["ran", "kamlab-tag-last", state.last]]) {
    if (!is) continue;
    const tag = tagOf(text, name, (width) => [(right -= width + 4) + 4, -7]);
    found.push(tag);
  }
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
  group.classList.toggle("kamlab-calm", isCalm(state) && !isOpen(node));
  const outs = (node.out || []).map((port) => ({ ...port, side: "out", ...outboxSays(node, port, state) }));
  const ends = new Map(outs.map((port) => [port.y, measure(port.text, SAY_FONT) + (port.lost ? 10 : 0)]));
  const ins = (node.in || []).map((port) => {
    const chips = (state.chips || {})[port.name] || [];
    const held = (state.in || {})[port.name] || [0, null];
    return { ...port, side: "in", text: port.name, held, chips, lit: !!state.lit, end: ends.get(port.y) || -10 };
  });
  patchList(group, [...ins, ...outs], (port) => `${port.side} ${port.x} ${port.y} ${port.name}`, makePort, (element, port) => {
    const shows = JSON.stringify([port, node.w, isOpen(node)]);
    if (element.dataset.shows === shows) return;
    element.dataset.shows = shows;
    put(element, { transform: `translate(${port.x - node.x} ${port.y - node.y})` });
    showPort(element, port, node);
  });
}

function makePort(port) {
  return s("g", { class: `kamlab-port kamlab-port-${port.side}`, "data-box": port.name });
}

/** What is written at an outbox; that it lost messages takes the place of its name, unless nobody need hear it. */
function outboxSays(node, port, state) {
  const number = (state.out || {})[port.name] || 0;
  const unheard = (state.unheard || []).includes(port.name);
  if (!number || port.name === "signal" || (unheard && node.out.length > 1)) return { text: port.name, number };
  return { text: `${shortCount(number)} ${unheard ? "not subscribed" : "lost"}`, number, lost: !unheard };
}

function showPort(element, port, node) {
  const right = port.x - node.x > node.w / 2;
  const up = isOpen(node) ? -11 : 0; // its own boxes are named above the links that lead to them from inside
  const text = shorten(port.text, isOpen(node) ? LANE - 12 : 106, SAY_FONT);
  const at = right ? -9 : 9;
  const parts = [
    s("title", { text: portWords(node, port) }),
    s("rect", { class: "kamlab-grip", x: right ? -113 : -7, y: up - 9, width: 120, height: 18 }),
    s("circle", { class: "kamlab-dot", r: 3.5 }),
  ];
  if (port.lost) parts.push(tagOf(text, "kamlab-tag-lost", (width) => [at - width, up - 7]));
  else parts.push(s("text", { class: "kamlab-boxname", x: at, y: up + 4, "text-anchor": right ? "end" : null, text }));
  if (port.side === "in") parts.push(...heldIn(element, port, node, at + Math.ceil(measure(text, SAY_FONT)) + 7, up));
  element.replaceChildren(...parts);
}

/** The first messages in an inbox as chips, as many as there is room for, and how many there are beyond them. */
function heldIn(element, port, node, start, up) {
  const [count, limit] = port.held;
  const full = isFull(count, limit);
  element.classList.toggle("kamlab-full", full);
  element.classList.toggle("kamlab-held", count > 0);
  const parts = [];
  let [x, end, left] = [start, node.w - port.end - 20, count];
  if (full) {
    const tag = tagOf(`${count}/${limit}`, "kamlab-tag-full", (width) => [(end -= width + 2), up - 7]);
    parts.push(tag);
  }
  for (const text of isOpen(node) ? [] : port.chips) {
    const room = end - x - (left > 1 ? 24 : 0);
    const wide = Math.ceil(measure(text, MONO_FONT)) + 12;
    if (room < 26 || (parts.length > (full ? 1 : 0) && wide > room)) break;
    const shown = shorten(text, room - 12, MONO_FONT);
    const width = Math.ceil(measure(shown, MONO_FONT)) + 12;
    parts.push(
      s(
        "g",
        { class: `kamlab-chip${port.lit ? " kamlab-chip-new" : ""}`, transform: `translate(${x} ${up - 8})` },
        s("rect", { width, height: 16, rx: 8 }),
        s("text", { x: 6, y: 12, text: shown }),
      ),
    );
    [x, left] = [x + width + 4, left - 1];
  }
  const words = left === count ? shortCount(left) : `+${shortCount(left)}`;
  if (left && !full) parts.push(s("text", { class: "kamlab-portcount", x, y: up + 4, text: words }));
  return parts;
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

function portWords(node, port) {
  const name = `${node.label}.${port.name}`;
  if (port.side === "out") {
    const lost = port.lost ? `: ${port.number} lost, because nothing is linked to it` : "";
    return `${name} (outbox)${lost || (port.number ? `: nobody heard ${port.number}` : "")}`;
  }
  const [count, limit] = port.held;
  const of = limit === null || limit === undefined ? "" : ` of ${limit}`;
  return `${name} (inbox): ${count}${of} waiting${isFull(count, limit) ? ", full" : ""}`;
}

function shortCount(count) {
  if (count < 1000) return String(count);
  return count < 1e6 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 1e6)}M`;
}
