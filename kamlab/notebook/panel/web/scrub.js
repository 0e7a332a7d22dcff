// The window of the diagram, and the branches of the run.

/** The buttons that move the diagram's window; the slider is at the foot of the panel. */
function pieceScrub(panel) {
  let line = null;

  /** Move the window by most of its width, so that something of it stays in sight. */
  function shift(way) {
    const span = line.last - line.first;
    const by = way * Math.max(1, Math.round(span * 0.75));
    const first = Math.max(line.earliest, Math.min(line.first + by, line.latest - span));
    panel.act("window", { first, last: Math.min(line.latest, first + span) });
  }
  const buttons = [
    panel.button({ label: "Earlier", icon: "back", run: () => shift(-1), can: () => (line && line.first > line.earliest ? true : "The diagram begins at the earliest step that is known.") }),
    panel.button({ label: "Later", icon: "step", run: () => shift(1), can: () => (line && line.last < line.latest ? true : "The diagram goes to the last step already.") }),
  ];
  return {
    root: h("div", { class: "kamlab-scrub" }, h("div", { class: "kamlab-scrub-acts" }, buttons)),
    draw(given) {
      line = given;
    },
  };
}

/** The branches of the run: a row for each, a bar from where it leaves another to its end. */
function pieceTree(panel) {
  const list = h("ul", { class: "kamlab-tree-list" });
  const root = h("div", { class: "kamlab-tree", role: "group", "aria-label": "Branches", hidden: true }, list);
  let shown = null;

  function makeBranch(branch) {
    const press = () => {
      const why = reason(branch.number);
      if (why === true) panel.act("branch", { number: branch.number });
      else panel.say(why, true);
    };
    const name = h("span", { class: "kamlab-branch-name" }, icon("branch"), h("span"));
    const bar = h("span", { class: "kamlab-branch-bar", "aria-hidden": "true" }, h("span", { class: "kamlab-branch-run" }), h("span", { class: "kamlab-branch-here" }));
    const words = h("span", { class: "kamlab-branch-words" });
    return h("li", {}, h("button", { type: "button", class: "kamlab-branch", dataset: { branch: branch.number }, onclick: press }, name, bar, words));
  }

  /** Why one cannot go to the end of a branch, or true. */
  function reason(number) {
    const branch = shown.branches.find((each) => each.number === number);
    if (branch && number === shown.here && shown.step >= branch.steps) return "The lab stands at the end of this branch already.";
    return panel.can("goto");
  }

  function updateBranch(node, branch) {
    const button = node.firstChild;
    const here = branch.number === shown.here;
    const why = reason(branch.number);
    put(button, {
      "aria-current": here ? "true" : null,
      "aria-disabled": why === true ? null : "true",
      "aria-description": why === true ? null : why,
      title: why === true ? `Go to the end of branch ${branch.number}` : why,
    });
    const [name, bar, words] = button.children;
    write(name.lastChild, `Branch ${branch.number}`);
    write(words, wordsOf(branch));
    const most = Math.max(1, ...shown.branches.map((each) => each.steps));
    const share = (step) => `${((100 * step) / most).toFixed(1)}%`;
    bar.firstChild.style.left = share(branch.forked_at);
    bar.firstChild.style.width = share(Math.max(0, branch.steps - branch.forked_at));
    hide(bar.lastChild, !here);
    bar.lastChild.style.left = share(Math.min(most, shown.step));
  }

  function wordsOf(branch) {
    const from = branch.parent === null || branch.parent === undefined ? "" : `, leaves branch ${branch.parent} after step ${branch.forked_at}`;
    const hands = branch.by_hand ? `, ${branch.by_hand} by hand` : "";
    const here = branch.number === shown.here ? `; the lab is here, at step ${shown.step}` : "";
    return `to step ${branch.steps}${from}${hands}${here}`;
  }

  return {
    root,
    draw(tree) {
      if (!panel.changed(root, [tree, panel.can("goto")])) return;
      hide(root, !tree || !tree.branches.length);
      if (root.hidden) return;
      shown = tree;
      patchList(list, tree.branches, (each) => each.number, makeBranch, updateBranch);
    },
  };
}
