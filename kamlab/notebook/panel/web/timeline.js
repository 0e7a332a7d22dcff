// The timeline: who ran when, and which message went from where to where.

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
  const chart = pieceChart(panel);
  const scrub = pieceScrub(panel);
  const empty = h("p", { class: "kamlab-empty", text: "Nothing has happened yet: step the lab." });
  root.append(empty, chart.root, scrub.root);
  pieceLinks(panel, root);

  function draw(now) {
    const line = now.timeline;
    hide(root, !line);
    if (!line) return;
    const nothing = !line.lines.length;
    hide(empty, !nothing);
    hide(chart.root, nothing);
    if (!nothing) chart.draw(line, now);
    scrub.draw(line);
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
