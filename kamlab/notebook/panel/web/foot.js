// Time: the scrubber at the foot, and how one looks at the past. While one does, Step and Back move the look along
// the recorded branch, Run plays it, and the lab stays where it stands.

const FULL_PACE = 20; // steps per second of a look that is played at full speed

/** What the controls mean while one looks at the past, and the playing of it. */
function filmOf(panel) {
  let way = 0; // 1 plays forth, -1 back, 0 stands
  let timer = 0;
  let asked = 0; // the look that is waited for

  const earliest = () => (panel.now().timeline || {}).earliest || 0;
  const place = () => (panel.at() === null ? panel.now().step || 0 : panel.at());
  const able = () => panel.can("look");
  const before = () => (place() > earliest() ? able() : "You look at the earliest step that is known.");

  function play(direction) {
    stop();
    way = direction;
    tick();
    panel.draw();
  }
  function stop() {
    clearTimeout(timer);
    way = 0;
    panel.draw();
  }
  function tick() {
    const now = panel.now();
    timer = setTimeout(tick, 1000 / (now.pace || FULL_PACE));
    if (panel.pending.has(asked)) return; // the kernel is behind; it is not flooded
    const next = place() + way;
    if (next < earliest() || next > now.step || (way > 0 && panel.at() === null) || able() !== true) return stop();
    asked = panel.look(next);
    if (!asked) stop();
  }
  panel.onEnd(() => clearTimeout(timer));

  const MEANINGS = {
    step: { label: "Look on", title: "Look at the next step; the lab stays where it is", can: able, run: (button) => panel.look(place() + 1, button) },
    back: { label: "Look back", title: "Look at the step before; the lab stays where it is", can: before, run: (button) => panel.look(place() - 1, button) },
    run: { label: "Play", title: "Play the steps up to now", can: () => (way ? "It plays already." : able()), run: () => play(1) },
  }; // prettier-ignore
  const PLAYING = { title: "Stop the playing", can: () => true, run: stop };

  return {
    /** What a command means now instead; null where it means what it says. */
    meaning(command) {
      if (command === "pause" && way) return PLAYING;
      return panel.at() === null && !way ? null : (MEANINGS[command] ?? null);
    },
    plays: () => way !== 0,
    /** Why it cannot be played this way (1 forwards, -1 backwards), or true. */
    canPlay(direction) {
      if (way === direction) return true;
      if (direction < 0) return before();
      return panel.at() === null ? "Look at an earlier step first: move the slider." : able();
    },
    /** Play this way; where it is played already, stop. */
    toggle(direction) {
      const why = this.canPlay(direction);
      if (why !== true) panel.say(why, true);
      else if (way === direction) stop();
      else play(direction);
    },
    /** Take the lab to where one looks. */
    go() {
      if (panel.at() === null) panel.say("Look at a step of the past first: move the slider.", true);
      else panel.act("goto", { step: panel.at() });
    },
    draw() {
      put(panel.root, { "data-plays": way || null });
      if (way > 0 && panel.at() === null && !panel.pending.has(asked)) stop();
    },
  };
}

/** The foot: which step is looked at, of how many, a slider for any other one, and the branches. */
function footOf(panel) {
  const words = h("span", { class: "kamlab-step-words", "aria-hidden": "true" }); // the slider says the same
  const plays = [["Play backwards", "rewind", -1, "v"], ["Play forwards", "run", 1, "w"]].map(([label, sign, way, keys]) =>
    panel.button({ label, icon: sign, words: false, keys, can: () => panel.film.canPlay(way), run: () => panel.film.toggle(way) }),
  ); // prettier-ignore
  const branches = branchesOf(panel);
  const track = pieceTrack(panel, (step, { latest }) => write(words, `${step} of ${latest}`));

  return {
    root: h("div", { class: "kamlab-foot" }, h("div", { class: "kamlab-group" }, plays), words, track.root, branches.button, branches.root),
    branches: () => branches.press(),
    pops: branches,
    draw(now) {
      const { earliest = 0, latest, here = now.step || 0 } = now.timeline || {};
      track.draw({ earliest, latest: latest ?? here, here }, now);
      branches.draw(now);
    },
  };
}

/** How many branches the run has, and all of them above the foot. */
function branchesOf(panel) {
  const tree = pieceTree(panel);
  const count = () => ((panel.now().tree || {}).branches || []).length;
  const spec = { label: "Branches", icon: "branch", name: tree.words, title: "The branches of the run", keys: "t" };
  const pop = popOf(panel, { name: "branches", label: "Branches of the run", spec, content: tree.root });
  return {
    ...pop,
    press: () => (count() > 1 ? pop.toggle() : panel.say("The run has one branch only.")),
    draw(now) {
      tree.draw(now.tree || null);
      hide(pop.button, count() < 2);
      if (count() < 2) pop.toggle(false);
    },
  };
}
