// Beside the timeline: the whole run as a bar, and the menu that saves the diagram.

const CHART_EXPORTS = [
  ["mermaid", "Mermaid", "A sequence diagram as text"],
  ["shiviz", "ShiViz log", "With vector clocks"],
  ["jsonl", "JSON lines", "One event a line"],
  ["svg", "SVG", "The picture, to be scaled"],
  ["png", "PNG", "The picture, as pixels"],
];

/** How much happened in each part of the run, and a frame around what is shown that can be dragged. */
function pieceOverview(lineOf, move) {
  const bars = s("path", { class: "kamlab-overview-bars" });
  const window = s("rect", { class: "kamlab-overview-window", y: 0.5, height: 19, rx: 2 });
  const at = s("path", { class: "kamlab-overview-at" });
  const root = s("svg", { class: "kamlab-overview", viewBox: "0 0 1000 20", preserveAspectRatio: "none", "aria-hidden": "true" }, bars, window, at);
  const share = (step) => ((step - lineOf().earliest) / Math.max(1, lineOf().latest - lineOf().earliest + 1)) * 1000;
  root.addEventListener("pointerdown", (event) => {
    const rect = root.getBoundingClientRect();
    const line = lineOf();
    const stepOf = (moved) => line.earliest + ((moved.clientX - rect.left) / rect.width) * (line.latest - line.earliest + 1);
    const held = stepOf(event);
    const off = held >= line.first && held <= line.last + 1 ? held - line.first : (line.last - line.first) / 2;
    const go = (moved) => move(stepOf(moved) - off);
    root.setPointerCapture(event.pointerId);
    root.addEventListener("pointermove", go);
    root.addEventListener("pointerup", () => root.removeEventListener("pointermove", go), { once: true });
    go(event);
  });
  return {
    root,
    draw() {
      const line = lineOf();
      root.style.display = line.first <= line.earliest && line.last >= line.latest ? "none" : "";
      const wide = 1000 / Math.max(1, line.density.length);
      put(bars, { d: [...line.density].map((digit, part) => `M${(part * wide).toFixed(1)} 20v${-2 - 1.8 * digit}h${(wide * 0.8).toFixed(1)}V20z`).join("") });
      put(window, { x: share(line.first), width: Math.max(4, share(line.last + 1) - share(line.first)) });
      put(at, { d: `M${share(line.at + 1)} 0V20` });
    },
  };
}

/** A menu that saves the diagram in a format; the kernel makes the text, a PNG is drawn here from the SVG. */
function pieceExport(panel) {
  let asked = 0;
  const menu = pieceMenu(panel, "Export", "down", { title: "Save the diagram", keys: "e" }, () =>
    CHART_EXPORTS.map(([kind, label, title]) => panel.button({ label, title, command: "export", run: () => ((asked = panel.act("export", { kind })), menu.close()) })),
  );
  const save = (name, blob) => {
    const url = URL.createObjectURL(blob);
    h("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };
  function saveImage({ name, text }) {
    const image = new Image();
    image.onload = () => {
      const canvas = h("canvas", { width: image.width * 2, height: image.height * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => (blob ? save(name, blob) : panel.say("The picture is too large to be saved as PNG.", true)));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  }
  return {
    root: menu.root,
    draw({ exported }) {
      if (!exported || !asked || exported.id !== asked) return;
      asked = 0;
      if (exported.kind === "png") saveImage(exported);
      else save(exported.name, new Blob([exported.text], { type: exported.kind === "svg" ? "image/svg+xml" : "text/plain" }));
      panel.say(`Saved as ${exported.name}.`);
    },
  };
}

/** A button that opens a small list beside it; it closes with Escape, or when the focus leaves it. */
function pieceMenu(panel, label, iconName, spec, items) {
  const list = h("div", { class: "kamlab-drop-list", hidden: true });
  const button = panel.button({ ...spec, label, icon: iconName, run: () => (list.hidden ? open() : close()) });
  const root = h("div", { class: "kamlab-drop" }, button, list);
  function open() {
    list.replaceChildren(...[items()].flat());
    hide(list, false);
    put(button, { "aria-expanded": "true" });
    pieceFocusOn(list.querySelector("button"));
  }
  function close() {
    if (list.contains(document.activeElement)) pieceFocusOn(button);
    hide(list, true);
    put(button, { "aria-expanded": "false" });
  }
  put(button, { "aria-expanded": "false", "aria-label": label }); // where there is little room the word is not seen
  root.addEventListener("focusout", (event) => !root.contains(event.relatedTarget) && close());
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    close();
  });
  return { root, close };
}
