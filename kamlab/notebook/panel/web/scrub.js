// The foot: the recorded run as a slider, with the branches that leave it, and the buttons that play it.

const SCRUB_PACE = 10; // steps in a second, where the lab's own speed is "as fast as it can"

/** The slider that looks at any step, on the branches of the run, and the buttons around it. */
function pieceScrub(panel) {
  const slider = h("input", { type: "range", class: "kamlab-scrubber", "aria-label": "Step looked at", step: 1 });
  const output = h("output", { class: "kamlab-step-words" }, h("b"), h("span"));
  const lines = s("svg", { class: "kamlab-track", "aria-hidden": "true" });
  const [branches, dots] = [s("g"), s("g")];
  lines.append(branches, dots);
  const track = h("div", { class: "kamlab-track-box" }, lines, slider);
  let line = null;
  let tree = null;
  let at = null;
  let playing = 0; // 1 forwards, -1 backwards
  let timer = 0;
  const throttle = pieceThrottle(panel, (step) => panel.act("look", { step: step === line.here ? null : step }));
  const past = () => at !== null;
  const stands = () => (past() ? at : line.here);
  slider.addEventListener("input", () => {
    halt();
    tell(Number(slider.value));
    throttle.want(Number(slider.value));
  });

  function tell(step) {
    write(output.firstChild, step);
    write(output.lastChild, ` of ${line.latest}`);
    put(slider, { "aria-valuetext": `step ${step} of ${line.latest}` });
    track.style.setProperty("--share", share(step));
  }

  // ---- playing what is recorded

  function play(way) {
    if (playing === way) return halt();
    halt();
    playing = way;
    tick();
  }
  function halt() {
    clearTimeout(timer);
    if (playing) panel.draw();
    playing = 0;
  }
  function tick() {
    const step = stands() + playing;
    if (step < line.earliest || step > line.here) return halt();
    if (!throttle.busy()) throttle.want(step);
    timer = setTimeout(tick, 1000 / Math.min(30, panel.now().pace || SCRUB_PACE));
  }
  panel.onEnd(() => clearTimeout(timer));

  /** Move the window by most of its width, so that something of it stays in sight. */
  function shift(way) {
    const span = line.last - line.first;
    const by = way * Math.max(1, Math.round(span * 0.75));
    const first = Math.max(line.earliest, Math.min(line.first + by, line.latest - span));
    panel.act("window", { first, last: Math.min(line.latest, first + span) });
  }

  const look = () => (line && line.latest > line.earliest ? panel.can("look") : "There is only one step to look at.");
  const small = (label, icon, run, can, name) => panel.button({ label, icon, run, can, name, words: false });
  const buttons = [
    small("Play back", "back", () => play(-1), () => (!line || stands() <= line.earliest ? "This is the earliest step that is known." : look())),
    small("Play", "run", () => play(1), () => (past() ? look() : "Look at an earlier step first: move the slider.")),
    panel.button({ label: "Earlier", run: () => shift(-1), can: () => (line && line.first > line.earliest ? true : "The diagram begins at the earliest step that is known.") }),
    panel.button({ label: "Later", run: () => shift(1), can: () => (line && line.last < line.latest ? true : "The diagram goes to the last step already.") }),
    panel.button({ label: "Now", run: () => panel.act("look", { step: null }), can: () => (past() ? true : "You look at where the lab stands already.") }),
    panel.button({ label: "Continue here", run: () => panel.act("goto", { step: at }), can: () => (past() ? panel.can("goto") : "Look at a step of the past first: move the slider.") }),
  ];

  // ---- the branches below it

  let most = 1; // the length of the slider, in steps
  const share = (step) => ((100 * (step - line.earliest)) / most).toFixed(2);

  function drawTrack() {
    const all = tree ? tree.branches : [];
    put(slider, { min: line.earliest, max: Math.max(line.latest, line.earliest) });
    const here = all.find((each) => each.number === tree.here);
    most = Math.max(1, ...[line.latest, ...all.map((each) => each.steps)].map((step) => step - line.earliest));
    track.style.setProperty("--long", share(line.latest) / 100);
    const way = new Set();
    for (let each = here; each; each = all.find((other) => other.number === each.parent)) way.add(each.number);
    const drawn = all.filter((each) => !way.has(each.number)).slice(-6).map((each) => ({ number: each.number, from: each.forked_at, to: each.steps }));
    for (const each of all) {
      const from = each === here ? line.latest : endOn(all, way, each);
      if (way.has(each.number) && each.steps > from) drawn.unshift({ number: each.number, from, to: each.steps, ahead: each === here });
    }
    patchList(branches, drawn, (each) => each.number, makeBranch, (node, each, index) => {
      const low = each.ahead ? 8 : 15 + 5 * (index % 3);
      put(node, { x: `${share(each.from)}%`, width: `${Math.max(0, share(each.to) - share(each.from))}%` });
      put(node.children[1], { d: `M0 8C8 8 6 ${low} 14 ${low}` });
      put(node.children[2], { x1: 14, x2: "100%", y1: low, y2: low });
      write(node.firstChild, `Branch ${each.number}, to step ${each.to}: go to its end`);
    });
    const hands = new Map();
    for (const each of all) if (way.has(each.number)) for (const step of each.hands || []) if (step <= line.latest) hands.set(step, "by hand");
    const forks = drawn.filter((each) => !each.ahead).map((each) => each.from).filter((step) => !hands.has(step));
    const marked = [...new Set(forks)].map((step) => [step, "branch"]).concat([...hands]);
    patchList(dots, marked, (each) => each[0], () => s("circle", { cy: 8, r: 4 }, s("title")), (node, [step, kind]) => {
      put(node, { cx: `${share(step)}%`, "data-dot": kind });
      write(node.firstChild, kind === "branch" ? `a branch leaves after step ${step}` : `step ${step}: a choice by hand`);
    });
  }

  /** The step at which the way to where the lab stands leaves this branch. */
  function endOn(all, way, branch) {
    const next = all.find((each) => each.parent === branch.number && way.has(each.number));
    return next ? next.forked_at : branch.steps;
  }
  const makeBranch = (each) => s("svg", { class: "kamlab-track-branch", onclick: () => panel.act("branch", { number: each.number }) }, s("title"), s("path"), s("line"));

  return {
    root: h("div", { class: "kamlab-scrub" }, output, track, h("div", { class: "kamlab-scrub-acts" }, buttons)),
    draw(given, now) {
      line = given;
      tree = now.tree || null;
      at = now.at === undefined ? null : now.at;
      if (panel.changed(lines, [line.earliest, line.latest, tree])) drawTrack();
      const why = look();
      put(slider, { disabled: why === true ? null : true, title: why === true ? null : why });
      const step = stands();
      if (!throttle.busy() && Number(slider.value) !== step) slider.value = String(step);
      tell(throttle.busy() ? Number(slider.value) : step);
      buttons.forEach((button, index) => index < 2 && put(button, { "aria-pressed": String(playing === (index ? 1 : -1)) }));
      hide(buttons[5], !past());
    },
  };
}

/** The branches of the run: how many there are, and a list of them that opens. */
function pieceTree(panel) {
  let shown = null;
  const menu = pieceMenu(panel, () => (shown ? wordsOfAll() : "Branches"), "branch", () => shown.branches.map(makeBranch));
  menu.root.classList.add("kamlab-tree");

  function wordsOfAll() {
    const hands = shown.branches.reduce((sum, each) => sum + each.by_hand, 0);
    const branches = shown.branches.length + (shown.more || 0);
    return `${branches} branch${branches === 1 ? "" : "es"}${hands ? ` · ${hands} by hand` : ""}`;
  }

  /** Why one cannot go to the end of a branch, or true. */
  function reason(number) {
    const branch = shown.branches.find((each) => each.number === number);
    if (branch && number === shown.here && shown.step >= branch.steps) return "The lab stands at the end of this branch already.";
    return panel.can("goto");
  }

  function makeBranch(branch) {
    const here = branch.number === shown.here;
    const button = panel.button({
      label: `${branch.number}: ${wordsOf(branch)}`,
      title: `Go to the end of branch ${branch.number}`,
      run: () => (panel.act("branch", { number: branch.number }), menu.close()),
      can: () => reason(branch.number),
    });
    return put(button, { "aria-current": here ? "true" : null, "data-branch": branch.number });
  }

  function wordsOf(branch) {
    const from = branch.parent === null || branch.parent === undefined ? "" : `, leaves branch ${branch.parent} after step ${branch.forked_at}`;
    const hands = branch.by_hand ? `, ${branch.by_hand} by hand` : "";
    const here = branch.number === shown.here ? `; the lab is here, at step ${shown.step}` : "";
    return `to step ${branch.steps}${from}${hands}${here}`;
  }

  return {
    root: menu.root,
    draw(tree) {
      shown = tree || shown;
      hide(menu.root, !tree || tree.branches.length < 2);
    },
  };
}
