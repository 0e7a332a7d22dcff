// The recorded run as a track: any step of it to be looked at, the branches that leave it.

/** A slider along the run; branches leave it as thin lines, forks and choices by hand are dots. `said` hears of each step. */
function pieceTrack(panel, said) {
  const slider = h("input", { type: "range", class: "kamlab-scrubber", "aria-label": "Step looked at", step: 1 });
  const [branches, dots] = [s("g"), s("g")];
  const root = h("div", { class: "kamlab-track-box" }, s("svg", { class: "kamlab-track", "aria-hidden": "true" }, branches, dots), slider);
  let line = null;
  let most = 1; // its length, in steps
  const throttle = pieceThrottle(panel, (step) => panel.look(step));
  const share = (step) => ((100 * (step - line.earliest)) / most).toFixed(2);

  function tell(step) {
    put(slider, { "aria-valuetext": `step ${step} of ${line.latest}` });
    root.style.setProperty("--share", share(step));
    said(step, line);
  }
  slider.addEventListener("input", () => {
    tell(Number(slider.value));
    throttle.want(Number(slider.value));
  });

  /** The pieces of branches that the run does not follow: where they leave it, where they end, and which is still ahead. */
  function beside(all, here) {
    const way = new Map(); // number: up to which step the run follows the branch
    for (let [each, to] = [here, line.latest]; each; [each, to] = [all.find((other) => other.number === each.parent), each.forked_at]) way.set(each.number, to);
    const others = all.filter((each) => !way.has(each.number)).slice(-6);
    const rests = all.filter((each) => each.steps > (way.get(each.number) ?? Infinity));
    return {
      pieces: [
        ...rests.map((each) => ({ number: each.number, from: way.get(each.number), to: each.steps, ahead: each === here })),
        ...others.map((each) => ({ number: each.number, from: each.forked_at, to: each.steps, ahead: false })),
      ],
      hands: all.filter((each) => way.has(each.number)).flatMap((each) => (each.hands || []).filter((step) => step <= way.get(each.number))),
    };
  }

  const makeBranch = (each) => s("svg", { class: "kamlab-track-branch", onclick: () => panel.act("branch", { number: each.number }) }, s("title"), s("path"), s("line"));

  function drawTrack(tree) {
    const all = tree ? tree.branches : [];
    const { pieces, hands } = beside(all, all.find((each) => each.number === tree.here));
    most = Math.max(1, line.latest - line.earliest, ...pieces.map((each) => each.to - line.earliest));
    put(slider, { min: line.earliest, max: Math.max(line.latest, line.earliest) });
    root.style.setProperty("--long", share(line.latest) / 100);
    patchList(branches, pieces, (each) => each.number, makeBranch, (node, each, index) => {
      const low = each.ahead ? 8 : 15 + 5 * (index % 3);
      put(node, { x: `${share(each.from)}%`, width: `${Math.max(0, share(each.to) - share(each.from))}%` });
      put(node.children[1], { d: `M0 8C8 8 6 ${low} 14 ${low}` });
      put(node.children[2], { x1: 14, x2: "100%", y1: low, y2: low });
      write(node.firstChild, `Branch ${each.number}, to step ${each.to}: go to its end`);
    });
    const marked = new Map(pieces.filter((each) => !each.ahead).map((each) => [each.from, "branch"]).concat(hands.map((step) => [step, "by hand"])));
    patchList(dots, [...marked], ([step]) => step, () => s("circle", { cy: 8, r: 4 }, s("title")), (node, [step, kind]) => {
      put(node, { cx: `${share(step)}%`, "data-dot": kind });
      write(node.firstChild, kind === "branch" ? `a branch leaves after step ${step}` : `step ${step}: by hand`);
    });
  }

  return {
    root,
    slider,
    draw(given, now) {
      line = given;
      if (panel.changed(root, [line.earliest, line.latest, now.tree])) drawTrack(now.tree || null);
      const why = line.latest > line.earliest ? panel.can("look") : "There is only one step to look at.";
      put(slider, { disabled: why === true ? null : true, title: why === true ? null : why });
      const step = now.at === null || now.at === undefined ? line.here : now.at;
      if (!throttle.busy() && Number(slider.value) !== step) slider.value = String(step);
      tell(throttle.busy() ? Number(slider.value) : step);
    },
  };
}

/** The branches of the run, one below another: a click goes to the end of one. */
function pieceTree(panel) {
  const root = h("div", { class: "kamlab-tree", role: "group", "aria-label": "Branches" });
  let shown = null;

  /** Why one cannot go to the end of a branch, or true. */
  function reason(number) {
    const branch = shown.branches.find((each) => each.number === number);
    if (branch && number === shown.here && shown.step >= branch.steps) return "The lab stands at the end of this branch already.";
    return panel.can("goto");
  }

  const wordsOf = (branch) => {
    const from = branch.parent === null || branch.parent === undefined ? "" : `, leaves branch ${branch.parent} after step ${branch.forked_at}`;
    const hands = branch.by_hand ? `, ${branch.by_hand} by hand` : "";
    const here = branch.number === shown.here ? `; the lab is here, at step ${shown.step}` : "";
    return `Branch ${branch.number}: to step ${branch.steps}${from}${hands}${here}`;
  };
  const makeBranch = ({ number }) =>
    panel.button({
      name: () => wordsOf(shown.branches.find((each) => each.number === number) || { number, steps: "?" }),
      title: `Go to the end of branch ${number}`,
      run: () => panel.act("branch", { number }),
      can: () => reason(number),
    });

  return {
    root,
    /** How many branches there are, and how much on them was done by hand. */
    words() {
      const branches = shown ? shown.branches : [];
      const hands = branches.reduce((sum, each) => sum + each.by_hand, 0);
      const count = branches.length + ((shown && shown.more) || 0);
      return `${count} branch${count === 1 ? "" : "es"}${hands ? ` · ${hands} by hand` : ""}`;
    },
    draw(tree) {
      if (!tree) return;
      shown = tree;
      patchList(root, tree.branches, (each) => each.number, makeBranch, (node, each) => put(node, { "aria-current": each.number === tree.here ? "true" : null, "data-branch": each.number }));
    },
  };
}
