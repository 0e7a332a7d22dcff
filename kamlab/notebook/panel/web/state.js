// The banner: how the lab stands and how it ended, in a line; and what was said last.

const STATES = {
  new: "Ready", running: "Running", paused: "Paused", finished: "Finished", stopped: "Stopped", gone: "Gone",
};
/** Which colour a kind of banner has. */
const TONES = { deadlock: "bad", failed: "bad", stopped: "bad", past: "warn", limit: "warn", breakpoint: "warn", waits: "brand", running: "brand", rest: "good" }; // prettier-ignore

/** What the banner says: Python's words, or else the state, and the reason for it from the headline. */
function bannerOf(now, lost) {
  if (lost) return { kind: "", title: STATES.gone, text: [], acts: [] };
  const past = now.at !== null && now.at !== undefined;
  if (past && !(now.banner && now.banner.kind === "past")) return pastBanner(now);
  if (now.banner && now.banner.kind !== "running") return { kind: "", text: [], acts: [], ...now.banner };
  const text = now.headline || "";
  const known = `${now.state} at step ${now.step}`;
  const reason = text.startsWith(known) ? text.slice(known.length).replace(/^[:;,] */, "") : text;
  const kind = { running: "running", stopped: "stopped", finished: "rest" }[now.state] || "";
  const acts = now.state === "stopped" && !now.gone ? [{ label: "Reset", do: "reset" }] : [];
  return { kind, title: STATES[now.state] || "Ready", where: true, text: reason ? [[reason, ""]] : [], acts };
}

function pastBanner(now) {
  const acts = [
    { label: "Continue here", do: "goto", args: { step: now.at } },
    { label: "Back to now", do: "look", args: { step: null } },
  ];
  return { kind: "past", title: `You look at step ${now.at}; the lab stands at step ${now.step}.`, text: [], acts };
}

function whenWords(now) {
  const words = [];
  if (now.round !== undefined) words.push(`round ${now.round}`);
  if (typeof now.time === "number") words.push(`${now.time.toFixed(2)} s${now.virtual ? " (virtual)" : ""}`);
  return words.join(" \u00b7 ");
}

/** The state in words, the reason, what can be done about it, what was said last, and whether the lab is still there. */
function stateLineOf(panel) {
  const title = h("span");
  const state = h("span", { class: "kamlab-state", role: "status" }, title);
  const where = h("span", { class: "kamlab-where" });
  const when = h("span", { class: "kamlab-where kamlab-when" });
  const why = h("span", { class: "kamlab-headline", "aria-live": "polite" });
  const gone = h("div", { class: "kamlab-gone", role: "alert" });
  const note = h("p", { class: "kamlab-note", role: "status" });
  const error = h("p", { class: "kamlab-note kamlab-error", role: "alert" });
  const more = panel.button({ label: "Show all that was said", icon: "open", words: false, keys: "a", run: () => unfold(!open) });
  const notes = h("div", { class: "kamlab-notes" }, note, error, more);
  const acts = h("span", { class: "kamlab-acts" });
  const told = h("div", { class: "kamlab-told" }, state, " ", where, " ", when, " ", why);
  const rest = panel.button({ label: "Show all of the banner", icon: "open", words: false, keys: "a", run: () => unroll(!told.dataset.open) });
  const line = h("div", { class: "kamlab-states" }, told, rest, notes, acts);
  for (const button of [more, rest]) button.classList.add("kamlab-small-button");
  let open = false; // whether the whole note is shown, over what stands below

  function unfold(yes) {
    open = yes;
    put(notes, { "data-open": open ? "true" : null });
    put(more, { "aria-expanded": String(open) });
  }
  function unroll(yes) {
    put(told, { "data-open": yes ? "true" : null });
    put(rest, { "aria-expanded": String(yes) });
  }
  /** Offer the rest of a banner that has more than two lines. */
  function measureBanner() {
    const cut = told.scrollHeight > told.clientHeight + 2;
    hide(rest, !cut && !told.dataset.open);
    put(told, { title: cut ? told.textContent.trim() : null });
  }
  /** Offer the rest of a note that is too long for the line; an error is shown whole. */
  function measureNote() {
    const text = error.hidden ? note : error;
    const cut = !notes.hidden && (text.scrollHeight > text.clientHeight + 2 || text.scrollWidth > text.clientWidth + 1);
    hide(more, !cut && !open);
    if (cut && !error.hidden && !open) unfold(true);
  }

  function makePart([, key]) {
    if (!key) return h("span");
    return h("button", { type: "button", class: "kamlab-named", onclick: (event) => panel.choose(event.currentTarget.dataset.key) }); // prettier-ignore
  }
  const updatePart = (node, [text, key]) => put(write(node, text), { "data-key": key || null });
  const makeAct = (act) => panel.button({ label: act.label, command: act.do, args: act.args || {} });

  return {
    root: h("div", { class: "kamlab-line" }, gone, line),
    /** Show, or put away, what of banner and note has no room. */
    showAll: () => [rest, more].filter((button) => !button.hidden).forEach((button) => button.click()),
    draw(now) {
      const lost = panel.gone();
      const banner = bannerOf(now, panel.lost);
      write(gone, lost);
      hide(gone, !lost);
      hide(line, Boolean(lost));
      const tone = TONES[banner.kind] || null;
      put(this.root, { "data-tone": tone, "data-kind": banner.kind || null });
      write(title, banner.title);
      put(state, { "data-state": panel.lost ? "gone" : now.state || "new" });
      write(where, now.step === undefined ? "" : `step ${now.step}`);
      write(when, whenWords(now));
      for (const node of [where, when]) hide(node, !banner.where);
      // A screen reader would be told a dozen times a second while the lab runs.
      put(why, { "aria-live": now.state === "running" ? "off" : "polite" });
      if (panel.changed(why, banner.text)) patchList(why, banner.text, ([, key], index) => `${index} ${key}`, makePart, updatePart); // prettier-ignore
      hide(why, !banner.text.length);
      if (panel.changed(told, [banner.title, banner.text])) unroll(false);
      if (panel.changed(acts, [banner.acts, now.step])) patchList(acts, banner.acts, (act) => JSON.stringify(act), makeAct);
      const said = panel.local || now.said || {};
      const text = said.text || "";
      if (panel.changed(notes, [text, said.error])) unfold(false);
      write(note, said.error ? "" : text);
      write(error, said.error ? text : "");
      hide(note, !!said.error);
      hide(error, !said.error);
      hide(notes, !text);
      pieceLater(panel, measureBanner);
      pieceLater(panel, measureNote);
    },
  };
}
