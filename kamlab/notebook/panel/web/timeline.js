// The timeline: who ran when, and which message went from where to where.
//
// Where everything is comes from Python (views/timeline/layout.py), for the room that this page reports; the still picture
// is drawn from the same numbers with the same classes. What only this view knows is where the playhead is dragged to.

const CHART_STEP = 1.25; // how much one press of + or - zooms

/** Who ran when and what went where, any step of it to be looked at, and the branches of the run. */
function timelinePiece(panel) {
  const chart = pieceChart(panel);
  const root = panel.section("timeline", "Timeline", chart.tools);
  const empty = h("p", { class: "kamlab-empty", text: "Nothing has happened yet: step the lab." });
  root.append(empty, chart.root);
  pieceLinks(panel, root);

  function draw(now) {
    const line = now.timeline;
    hide(root, !line);
    if (!line) return;
    const nothing = !line.lines.length && !line.find;
    hide(empty, !nothing);
    hide(chart.root, nothing);
    chart.draw(line, now);
  }

  /** Press the tool of a key; "i" goes to the filter. */
  function press(key) {
    chart.open();
    const button = [...root.querySelectorAll("[data-shortcut]")].find((each) => each.dataset.shortcut === key);
    if (button) panel.press(button);
    else pieceFocusOn(root.querySelector(".kamlab-chart-find"));
  }

  return { name: "timeline", title: "Timeline", root, draw, press };
}

/** The space-time diagram: a row for each component, a slot for each step, a playhead, and the whole run above it. */
function pieceChart(panel) {
  const names = h("div", { class: "kamlab-chart-names" });
  const layers = Object.fromEntries(["rows", "runs", "moments", "messages", "slices", "marks"].map((name) => [name, s("g")]));
  const svg = s("svg", { class: "kamlab-chart", role: "group" }, Object.values(layers));
  const ticks = s("svg", { class: "kamlab-chart kamlab-chart-axis", "aria-hidden": "true" });
  const foot = s("svg", { class: "kamlab-chart kamlab-chart-foot", "aria-hidden": "true" });
  const corners = [h("div", { class: "kamlab-chart-corner" }), h("div", { class: "kamlab-chart-corner kamlab-chart-foot" })];
  const inner = h("div", { class: "kamlab-chart-inner" }, corners[0], ticks, names, svg, corners[1], foot);
  const box = h("div", { class: "kamlab-chart-box", tabindex: "0", "aria-label": "Timeline, arrow keys move it, plus and minus zoom" }, inner);
  const frame = h("div", { class: "kamlab-chart-frame" }, box);
  const more = h("p", { class: "kamlab-dim kamlab-chart-more" });
  const quiet = h("button", { type: "button", class: "kamlab-chart-quiet", onclick: () => panel.act("rows", { everyone: !line.everyone }) });
  const about = h("p", { class: "kamlab-about", role: "status" });

  let line = null;
  let scale = 1; // pixels for a unit of the geometry
  let told = ""; // the room that was reported
  let drag = null; // the step to which the playhead is dragged
  let rover = ""; // the event that Tab leads to
  let events = [];
  const nodes = new Map();
  const chosenMessage = () => line && line.messages.find(({ n, took }) => line.event !== null && (n === line.event || took === line.event));
  const isFollowed = () => [chosenMessage()].some((each) => each && [each.n, each.took].includes(panel.now().following ?? -1));
  const follow = panel.button({ label: "Follow", icon: "watch", title: "Light up the whole way of this message", name: () => (isFollowed() ? "Stop following" : "Follow"), run: () => panel.act("follow", { event: isFollowed() ? null : line.event }, follow), can: () => panel.can("follow") });
  follow.classList.add("kamlab-small-button");

  // ---- room

  function measure() {
    const width = box.clientWidth - names.offsetWidth;
    if (width < 40) return; // not shown
    const size = parseFloat(getComputedStyle(box).fontSize) / 13 || 1;
    const others = foot.checkVisibility && !foot.checkVisibility() ? 24 : 48; // axis and foot
    const room = { width: Math.round(width / size), height: Math.round((frame.clientHeight - others) / size) };
    if (JSON.stringify(room) === told) return;
    told = JSON.stringify(room);
    panel.tell({ do: "room", ...room });
    panel.draw();
  }
  if (typeof ResizeObserver === "function") {
    const sizes = new ResizeObserver(measure);
    for (const node of [frame, names]) sizes.observe(node);
    panel.onEnd(() => sizes.disconnect());
  }

  // ---- the window

  const windowed = pieceThrottle(panel, (value) => panel.act("window", value));
  const span = () => line.last - line.first + 1;

  /** Show so many steps from a step on, within what is known. */
  function show(first, count) {
    const whole = line.latest - line.earliest + 1;
    count = Math.max(2, Math.min(whole, Math.round(count)));
    first = Math.max(line.earliest, Math.min(Math.round(first), line.latest - count + 1));
    windowed.want({ first, last: first + count - 1 });
  }
  function zoom(factor, around = line.at) {
    const at = Math.min(line.last, Math.max(line.first, around));
    const count = Math.max(2, factor < 1 ? Math.floor(span() * factor) : Math.ceil(span() * factor));
    show(at - ((at - line.first) * count) / span(), count);
  }
  const pan = (steps) => show(line.first + steps, span());

  // ---- what is looked at

  const looked = pieceThrottle(panel, (step) => panel.look(step));
  const place = (event) => (event.clientX - svg.getBoundingClientRect().left) / scale + line.left;
  const stepAt = (event, round) => Math.max(line.first - 1, 0, Math.min(line.last, line.base + round(place(event) / line.slot) - (round === Math.round ? 1 : 0)));

  function scrub(event) {
    const why = panel.can("look");
    if (event.button || event.target.closest(".event")) return;
    if (why !== true) return void panel.say(why, true);
    const from = event.target.closest("svg");
    drag = stepAt(event, Math.floor);
    const move = (moved) => {
      drag = stepAt(moved, Math.round);
      drawPlayhead();
      looked.want(drag);
    };
    const done = () => {
      drag = null;
      from.removeEventListener("pointermove", move);
    };
    if (event.pointerId !== undefined && from.setPointerCapture) from.setPointerCapture(event.pointerId);
    from.addEventListener("pointermove", move);
    from.addEventListener("pointerup", done, { once: true });
    from.addEventListener("pointercancel", done, { once: true });
    drawPlayhead();
    looked.want(drag);
    event.preventDefault();
    box.focus({ preventScroll: true });
  }
  for (const node of [svg, ticks, foot]) node.addEventListener("pointerdown", scrub);
  box.addEventListener(
    "wheel",
    (event) => {
      const sideways = event.shiftKey ? event.deltaY : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
      if (event.ctrlKey || event.metaKey) zoom(event.deltaY > 0 ? CHART_STEP : 1 / CHART_STEP, stepAt(event, Math.floor));
      else if (sideways) pan(Math.sign(sideways) * Math.max(1, span() / 10));
      else return;
      event.preventDefault();
    },
    { passive: false },
  );

  function drawPlayhead() {
    const at = drag === null ? line.at : drag;
    const moments = [["play", at, `step ${at}`]];
    if (at !== line.here) moments.unshift(["here", line.here, `lab: ${line.here}`]);
    const shown = moments.filter(([, step]) => step >= line.first - 1 && step <= line.last);
    const x = (step) => (step - line.base + 1) * line.slot;
    const half = 3.5 * `step ${line.latest}`.length;
    const inside = (at) => Math.min(Math.max(at, line.left + half), line.left + line.width - half);
    const apart = (step, kind) => (kind === "here" && Math.abs(x(step) - x(at)) < 2 * half ? (step < at ? -2 : 2) * half + inside(x(at)) : inside(x(step)));
    patchList(layers.moments, shown, ([kind]) => kind, ([kind]) => s("path", { class: kind }), (node, [, step]) => put(node, { d: `M${x(step)} 0V${line.height}` }));
    patchList(foot, shown, ([kind]) => kind, ([kind]) => s("text", { class: `num ${kind === "play" ? "played" : ""}`, y: 13 }), (node, [kind, step, words]) => {
      put(node, { x: apart(step, kind) });
      write(node, words);
    });
  }

  // ---- the ground

  const y = (index) => line.pad + (index + 0.5) * line.row;

  function drawGround() {
    const { left, width, height } = line;
    scale = told ? Math.max(0.5, (box.clientWidth - names.offsetWidth) / width) : 1;
    inner.style.setProperty("--row", `${line.row * scale}px`);
    names.style.paddingBlock = `${line.pad * scale}px`;
    frame.style.setProperty("--need", `${(line.lines.length * 64 + 64) * scale}px`);
    for (const [node, high] of [[svg, height], [ticks, 24], [foot, 18]]) put(node, { width: width * scale, height: high * scale, viewBox: `${left} 0 ${width} ${high}` });
    put(svg, { "aria-label": `Steps ${line.first} to ${line.last}, a line for each of ${pieceCount(line.lines.length, "component")}` });
    patchList(ticks, line.ticks, (step) => step, () => s("text", { class: "num", y: 16 }), (node, step) => {
      put(node, { x: Math.max(left + 3.5 * String(step).length, (step - line.base + 0.5) * line.slot) });
      write(node, step);
    });
    const end = left + width;
    patchList(names, line.lines, (each) => each.key, makeName, (node, each) => {
      write(node, each.drawn || each.name);
      const ended = each.state ? `, ${each.state} at step ${each.ends}` : "";
      put(node, { "aria-pressed": each.key ? String(each.key === panel.selected()) : null, title: each.name + ended, "data-over": ended ? "true" : null });
    });
    const makeRow = () => s("g", {}, s("path", { class: "life" }), s("path", { class: "life over" }));
    patchList(layers.rows, line.lines, (each) => each.key, makeRow, (node, each, index) => {
      const edge = (step, other) => (step === undefined || step === null ? other : Math.min(end, Math.max(left, (step - line.base + 1) * line.slot)));
      const [from, to] = each.key ? [edge(each.begins, left), edge(each.ends, end)] : [left, left];
      put(node.firstChild, { d: from < to ? `M${from} ${y(index)}H${to}` : null, "data-selected": each.key && each.key === panel.selected() ? "true" : null });
      put(node.lastChild, { d: to < end ? `M${Math.max(from, to)} ${y(index)}H${end}` : null });
    });
    patchList(layers.runs, line.counts, (_, index) => line.lines[index].key, () => s("path", { class: "run" }), (node, digits, index) => {
      const wide = line.bin * line.slot;
      const bars = [...digits].map((digit, part) => {
        const half = (Number(digit) / 9) * (line.box[1] / 2);
        return half ? `M${(left + part * wide).toFixed(1)} ${(y(index) - half).toFixed(1)}h${Math.max(0.7, wide - 0.6).toFixed(1)}v${(2 * half).toFixed(1)}h${-Math.max(0.7, wide - 0.6).toFixed(1)}z` : "";
      });
      put(node, { d: bars.join("") });
    });
    const older = line.more_messages && `${pieceCount(line.more_messages, "older message")} not drawn`;
    const found = line.find && !line.lines.length && "nothing in these steps contains that text";
    write(more, [older, found].filter(Boolean).join("; "));
    hide(more, !more.textContent);
    const rest = [line.more && pieceCount(line.more, "more component"), line.quiet && pieceCount(line.quiet, "quiet component")];
    write(quiet, line.everyone ? "Fewer components" : rest.filter(Boolean).join(", "));
    hide(quiet, !line.everyone && !line.quiet && !line.more);
    put(quiet, { "aria-expanded": String(line.everyone) });
  }

  const makeName = (each) =>
    each.key
      ? h("button", { type: "button", class: "kamlab-chart-name", onclick: () => panel.act("select", { key: each.key }) })
      : h("span", { class: "kamlab-chart-name", "data-over": "true" });

  // ---- events

  const makeEvent = (...children) => s("g", { class: "event", role: "button", tabindex: "-1" }, s("title"), children);

  function update(node, given, look) {
    if (!panel.changed(node, [given, line.slot, line.row, line.base, line.box])) return;
    const [number, took, words] = look(node, given);
    put(node, { "data-event": number, "data-took": took, "aria-label": words });
    write(node.firstChild, words);
  }

  const makeSlice = () => makeEvent(s("rect", { class: "area" }), s("rect", { class: "slice" }));
  function lookSlice(node, [step, index, number, name]) {
    const [wide, high] = line.box;
    const x = (step - line.base + 0.5) * line.slot;
    put(node.children[1], { x: x - line.slot / 2, y: y(index) - line.row / 2, width: line.slot, height: line.row });
    put(node.children[2], { x: x - wide / 2, y: y(index) - high / 2, width: wide, height: high, rx: Math.min(5, wide / 3) });
    return [number, null, `step ${step}: ${name} runs`];
  }
  const makeMessage = () => makeEvent(s("path", { class: "way" }), s("path", { class: "msg" }), s("path", { class: "tip" }), s("text", { class: "txt", "aria-hidden": "true" }));
  function lookMessage(node, message) {
    const [, way, arrow, tip, text] = node.children;
    put(node, { "data-fate": message.fate });
    for (const path of [way, arrow]) put(path, { d: message.d });
    put(tip, { d: message.tip });
    put(text, { x: message.xy[0], y: message.xy[1] });
    write(text, message.text);
    return [message.n, message.took, message.title];
  }
  const makeMark = () => makeEvent(s("circle", { class: "area", r: 7 }), s("path", { class: "mark" }));
  function lookMark(node, mark) {
    put(node, { "data-mark": mark.kind, transform: `translate(${mark.xy.join(" ")})` });
    put(node.children[2], { d: mark.d });
    return [mark.n, null, mark.title];
  }

  function drawEvents(now) {
    const named = line.slices.map(([step, index, number]) => [step, index, number, line.lines[index].name]);
    patchList(layers.slices, named, (each) => each[2], makeSlice, (node, each) => update(node, each, lookSlice));
    patchList(layers.messages, line.messages, (each) => each.n, makeMessage, (node, each) => update(node, each, lookMessage));
    patchList(layers.marks, line.marks, (each) => `${each.n} ${each.line} ${each.kind}`, makeMark, (node, each) => update(node, each, lookMark));
    nodes.clear();
    events = [];
    const add = (layer, list, look) => list.forEach((each, index) => layer.children[index] && events.push({ node: layer.children[index], ...look(each) }));
    add(layers.slices, line.slices, ([step, index, number]) => ({ numbers: [number], index, step }));
    add(layers.messages, line.messages, ({ n, took, at }) => ({ numbers: took === null ? [n] : [n, took], index: at ? at[0] : 0, step: at ? at[1] : line.first }));
    add(layers.marks, line.marks, ({ n, line: index, step }) => ({ numbers: [n], index, step }));
    for (const each of events) nodes.set(each.node, each);
    events.sort((one, other) => one.step - other.step || one.numbers[0] - other.numbers[0]);
    drawChoice(now);
    drawRover();
  }

  /** Show which event is selected, what could have led to it and what it could have led to, and which is followed. */
  function drawChoice(now) {
    const [before, after] = [new Set(line.before), new Set(line.after)];
    const followed = new Set([].concat(line.follow || now.following || []));
    const chosen = line.event;
    svg.classList.toggle("asked", chosen !== null);
    let words = "";
    for (const { node, numbers } of events) {
      const selected = chosen !== null && numbers.includes(chosen);
      if (selected) words = node.getAttribute("aria-label");
      node.classList.toggle("picked", selected);
      node.classList.toggle("before", !selected && before.has(numbers[numbers.length - 1]));
      node.classList.toggle("after", !selected && after.has(numbers[0]));
      node.classList.toggle("followed", numbers.some((each) => followed.has(each)));
      put(node, { "aria-pressed": String(selected) });
    }
    hide(about, chosen === null);
    hide(follow, !chosenMessage());
    if (chosen === null || !panel.changed(about, [chosen, words, before.size, after.size])) return;
    about.replaceChildren(
      h("strong", { text: words || `event ${chosen}, which is not among what is shown` }),
      h("span", { class: "kamlab-key kamlab-key-before", text: `before it: ${before.size}` }),
      h("span", { class: "kamlab-key kamlab-key-after", text: `after it: ${after.size}` }),
      follow,
      h("span", { class: "kamlab-dim", text: "the rest goes on beside it" }),
    );
  }

  /** One event can be reached by Tab: the one last visited, else the selected one, else the newest. */
  function drawRover() {
    const at = events.find((each) => String(each.numbers[0]) === rover) || events.find((each) => each.node.classList.contains("picked")) || events[events.length - 1];
    for (const each of events) put(each.node, { tabindex: each === at ? "0" : "-1" });
  }

  function visit(event) {
    if (!event) return;
    rover = String(event.numbers[0]);
    drawRover();
    pieceFocusOn(event.node);
    pieceReveal(box, y(event.index) * scale + 24 - line.row, y(event.index) * scale + 24 + line.row);
  }

  /** The nearest event of the next line up or down that has one. */
  function across(from, way) {
    const far = (each) => (each.index - from.index) * way * 10000 + Math.abs(each.step - from.step);
    return events.filter((each) => (each.index - from.index) * way > 0).sort((one, other) => far(one) - far(other))[0];
  }

  svg.addEventListener("focusin", (event) => {
    const found = nodes.get(event.target);
    if (!found) return;
    rover = String(found.numbers[0]);
    drawRover();
  });
  function press(event) {
    const node = event.target.closest(".event");
    if (node) pieceChoose(panel, Number(node.dataset.event), node.classList.contains("picked"));
  }
  svg.addEventListener("click", press);
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const found = nodes.get(event.target);
    if (!found && event.target !== box) return;
    const at = found ? events.indexOf(found) : -1;
    const moves = {
      "+": () => zoom(1 / CHART_STEP),
      "=": () => zoom(1 / CHART_STEP),
      "-": () => zoom(CHART_STEP),
      ArrowRight: () => (found ? visit(events[at + 1]) : pan(Math.max(1, span() / 8))),
      ArrowLeft: () => (found ? visit(events[at - 1]) : pan(-Math.max(1, span() / 8))),
      ArrowDown: () => (found ? visit(across(found, 1)) : box.scrollBy(0, line.row)),
      ArrowUp: () => (found ? visit(across(found, -1)) : box.scrollBy(0, -line.row)),
      Home: () => (found ? visit(events[0]) : show(line.earliest, span())),
      End: () => (found ? visit(events[events.length - 1]) : show(line.latest, span())),
      Enter: () => found && press(event),
      " ": () => found && press(event),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  });

  // ---- the whole run, and the tools

  const overview = pieceOverview(() => line, (first) => show(first, span()));
  const search = h("input", { type: "search", class: "kamlab-field kamlab-chart-find", "aria-label": "Filter the timeline", placeholder: "Filter", title: "Filter the timeline (i)", spellcheck: "false" });
  const sought = pieceThrottle(panel, (find) => panel.act("rows", { find }));
  search.addEventListener("input", () => sought.want(search.value));
  search.addEventListener("keydown", (event) => event.stopPropagation());
  const whole = () => line && line.first <= line.earliest && line.last >= line.latest;
  const shift = (way) => show(line.first + way * Math.max(1, Math.round((span() - 1) * 0.75)), span()); // something of it stays in sight
  const tools = [
    search,
    panel.button({ label: "Earlier", icon: "back", words: false, keys: ",", run: () => shift(-1), can: () => (line && line.first > line.earliest ? true : "The diagram begins at the earliest step that is known.") }),
    panel.button({ label: "Later", icon: "step", words: false, keys: ";", run: () => shift(1), can: () => (line && line.last < line.latest ? true : "The diagram goes to the last step already.") }),
    panel.button({ label: "Zoom out", icon: "minus", words: false, keys: "-", run: () => zoom(CHART_STEP), can: () => (whole() ? "All steps are shown already." : true) }),
    panel.button({ label: "Zoom in", icon: "plus", words: false, keys: "+", run: () => zoom(1 / CHART_STEP), can: () => (line && span() > 2 ? true : "It cannot be larger.") }),
    panel.button({ label: "All steps", icon: "fit", words: false, keys: "0", run: () => show(line.earliest, line.latest + 1), can: () => (whole() ? "All steps are shown already." : true) }),
  ];
  const exporting = pieceExport(panel);
  const opener = panel.button({ label: "Tools of the timeline", icon: "more", words: false, run: () => unfold(opener.ariaExpanded !== "true") });
  const unfold = (yes) => put(opener, { "aria-expanded": String(yes) });
  opener.classList.add("kamlab-chart-opener");
  unfold(false);

  return {
    root: h("div", { class: "kamlab-chart-root" }, overview.root, frame, h("div", { class: "kamlab-chart-under" }, quiet, more), about),
    tools: [opener, h("div", { class: "kamlab-chart-tools" }, tools, exporting.root)],
    open: () => unfold(true),
    draw(given, now) {
      line = given;
      exporting.draw(now);
      if (document.activeElement !== search && !sought.busy()) search.value = line.find || "";
      if (!panel.changed(svg, [given, now.following, panel.selected(), told])) return;
      overview.draw();
      drawGround();
      drawEvents(now);
      drawPlayhead();
    },
  };
}
