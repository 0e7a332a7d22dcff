// The menu of what is needed less often: speed, breakpoints, the selected component, reset and stop.

const PACES = [1, 2, 5, 10, 20, 50, 100, null]; // slices per second; null is full speed

function paceShort(pace) {
  return pace === null || pace === undefined ? "full speed" : `${pace} slice${pace === 1 ? "" : "s"}/s`;
}

function paceWords(pace) {
  return paceShort(pace).replace("/s", " per second");
}

function paceIndex(pace) {
  if (pace === null || pace === undefined) return PACES.length - 1;
  let best = 0;
  PACES.forEach((each, index) => {
    if (each !== null && Math.abs(Math.log(each / pace)) < Math.abs(Math.log(PACES[best] / pace))) best = index;
  });
  return best;
}

/** The speed of a free run, as a slider; `shift` moves it by so many places. */
function speedOf(panel) {
  const words = h("output", { class: "kamlab-pace" });
  let asked = 0; // id of the last change; until it is answered the slider stays where it was put
  const send = () => {
    const pace = PACES[slider.value];
    asked = panel.act("speed", { pace });
    show(pace);
    if (!asked) panel.draw();
  };
  const slider = h("input", { type: "range", min: 0, max: PACES.length - 1, step: 1, "aria-label": "Speed", class: "kamlab-slider", oninput: send }); // prettier-ignore
  const show = (pace) => {
    write(words, paceShort(pace));
    put(slider, { "aria-valuetext": paceWords(pace) });
  };
  const title = "Slices per second of a free run (< and >)";
  return {
    root: h("label", { class: "kamlab-speed", title }, h("span", { text: "Speed", "aria-hidden": "true" }), slider, words),
    shift(by) {
      slider.value = String(Number(slider.value) + by);
      send();
      panel.say(`Speed: ${words.textContent}`);
    },
    draw(now) {
      if (!panel.pending.has(asked)) {
        const index = String(paceIndex(now.pace));
        if (slider.value !== index) slider.value = index;
        show(now.pace);
      }
      const gone = panel.gone();
      put(slider, { "aria-disabled": gone ? "true" : null, "aria-description": gone || null });
    },
  };
}

/** What can be done to the selected component. */
function selectionOf(panel) {
  const node = () => (panel.scene().nodes || []).find((each) => each.key === panel.selected());
  const state = () => (((panel.now().graph || {}).nodes || {})[panel.selected()] || {}).state;
  const held = () => state() === "held";
  const args = () => ({ key: panel.selected() });
  const can = () => (panel.selected() ? true : "Select a component first.");
  const name = h("span", { class: "kamlab-chosen" });
  const hold = (command, more) => panel.button({ command, args, can, icon: "hold", keys: "h", hint: "h", ...more });
  const holding = hold("hold", { label: "Hold", title: "Let it wait while the rest runs" });
  const releasing = hold("release", { label: "Release", title: "Let it run again" });
  const rows = [
    ["Choose as next", "choose", "choose", "Give it the next slice", "c", "c"],
    ["Break here", "break", "stop", "Stop before it runs; once more takes the breakpoint away", "p", "p"],
  ];
  return {
    root: h("div", { class: "kamlab-selection", role: "group", "aria-label": "Selected component" }, name, buttonsOf(panel, rows, { args, can }), holding, releasing), // prettier-ignore
    held,
    draw() {
      const found = node();
      write(name, found ? found.label : "Nothing selected");
      name.classList.toggle("kamlab-dim", !found);
      hide(holding, held());
      hide(releasing, !held());
    },
  };
}

/** The breakpoints, each with a button that takes it away. */
function breaksOf(panel) {
  const list = h("ul", { class: "kamlab-chips" });
  const root = h("div", { class: "kamlab-breaks", role: "group", "aria-label": "Breakpoints", hidden: true }, list);
  const chip = (each) => {
    // It is named by `number` in the command, because `id` is the command's own.
    const remove = panel.button({
      label: `Remove breakpoint ${each.text}`, icon: "close", command: "unbreak", args: { number: each.id }, words: false,
    });
    remove.classList.add("kamlab-small-button");
    return h("li", { class: "kamlab-chip kamlab-break" }, h("span", { class: "kamlab-mono" }), remove);
  };
  return {
    root,
    draw(now) {
      const known = now.breaks || [];
      if (!panel.changed(list, known)) return;
      patchList(list, known, (each) => each.id, chip, (node, each) => write(node.firstChild, each.text));
      hide(root, !known.length);
    },
  };
}

function menuOf(panel) {
  const speed = speedOf(panel);
  const selection = selectionOf(panel);
  const breaks = breaksOf(panel);
  const run = [["Run to breakpoint", "breakpoint", "breakpoint", "Run until the next breakpoint", "k", "k"]];
  const ends = [
    ["Reset", "reset", "reset", "Build the system again, at step 0", "0", "0"],
    ["Stop", "stop", "end", "End everything: close its files, sockets and threads", "Shift+q", "Q"],
  ];
  const row = (title, ...parts) => h("div", { class: "kamlab-menu-row" }, h("h4", { text: title }), parts);
  const pop = popOf(panel, {
    name: "menu",
    label: "More controls",
    spec: { label: "More", icon: "more", title: "Speed, breakpoints, reset, stop", keys: ".", words: false },
    content: [
      row("Run", speed.root),
      row("Component", selection.root),
      row("Breakpoints", h("div", {}, buttonsOf(panel, run), breaks.root)),
      row("Lab", buttonsOf(panel, ends)),
    ],
  });
  const badge = h("span", { class: "kamlab-badge", "aria-hidden": "true" });
  pop.button.append(badge);
  return {
    ...pop,
    speed,
    selection,
    draw(now) {
      speed.draw(now);
      selection.draw();
      breaks.draw(now);
      put(badge, { "data-count": (now.breaks || []).length || null });
    },
  };
}
