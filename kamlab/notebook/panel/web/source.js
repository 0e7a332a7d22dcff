// The source: the code of a component, with the line that it stands at.

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
    const items = words.map((each, index) => ({ number: source.first + index, current: source.first + index === source.at, words: each, plain: source.lines[index] })); // prettier-ignore
    // What kamlab's own code does that this line has called is one grey line below it.
    const at = items.findIndex((item) => item.current);
    if (source.inside && at >= 0) items.splice(at + 1, 0, { number: "", words: [["comment", `\u21b3 ${source.inside}`]], plain: source.inside });
    patchList(lines, items, (each) => each.number, makeLine, (node, item) =>
      updateLine(node, { ...item, words: item.words.map(([kind, text]) => (kind ? h("span", { class: `kamlab-code-${kind}`, text }) : text)) }),
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
    put(body, { "data-state": source.state || null });
    drawLines(source);
    locals.fill(source.locals);
    attributes.fill(source.attributes);
    hide(values, !(source.locals || []).length && !(source.attributes || []).length);
    const callers = (source.stack || []).slice(0, source.inside ? -2 : undefined);
    hide(calls, !callers.length);
    patchList(stack, callers, (_, index) => index, () => h("li", { class: "kamlab-mono" }), (node, text) => {
      write(node, text);
      put(node, { "data-own": text.startsWith("kamlab's ") ? "true" : null });
    });
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
