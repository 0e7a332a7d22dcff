// The state line: how the lab stands, and since when this is the past.

const STATES = {
  new: "Ready", running: "Running", paused: "Paused", finished: "Finished", stopped: "Stopped", gone: "Gone",
};

const NOTE_LINES = 6;

/** The state in words, where the lab stands, what was said last, and whether the lab is still there. */
function stateLineOf(panel) {
  const state = h("span", { class: "kamlab-state", role: "status" });
  const where = h("span", { class: "kamlab-where" });
  const at = h("span", { class: "kamlab-visually-hidden" }); // seen people read it to the left
  const why = h("span", {});
  const headline = h("span", { class: "kamlab-headline", "aria-live": "polite" }, at, why);
  const past = h("span", { class: "kamlab-dim" });
  const title = "Show the lab as it is now";
  const back = panel.button({ label: "Back to now", icon: "here", command: "look", args: { step: null }, title });
  const looking = h("div", { class: "kamlab-looking", hidden: true }, past, back);
  const gone = h("div", { class: "kamlab-gone", role: "alert" });
  const note = h("p", { class: "kamlab-note", role: "status" });
  const error = h("p", { class: "kamlab-note kamlab-error", role: "alert" });
  const notes = h("div", { class: "kamlab-notes" }, note, error);
  const states = h("div", { class: "kamlab-states" }, state, where, headline);
  let lines = 1; // room is kept for the longest note so far: what stands below must not jump with every step
  return {
    root: h("div", { class: "kamlab-line" }, gone, states, looking, notes),
    draw(now) {
      const lost = panel.gone();
      const name = panel.lost ? "gone" : now.state || "new";
      write(gone, lost);
      hide(gone, !lost);
      write(state, STATES[name] || name);
      put(state, { "data-state": name });
      write(where, whereWords(now));
      // A screen reader would be told a dozen times a second while the lab runs.
      put(headline, { "aria-live": name === "running" ? "off" : "polite" });
      const [told, reason] = headlineParts(now);
      write(at, told);
      write(why, reason);
      const isPast = now.at !== null && now.at !== undefined;
      hide(looking, !isPast);
      write(past, isPast ? `Showing step ${now.at}. The lab stands at step ${now.step}.` : "");
      const said = panel.local || now.said || {};
      const text = said.text || "";
      write(note, said.error ? "" : text);
      write(error, said.error ? text : "");
      lines = Math.max(lines, Math.min(NOTE_LINES, text.split("\n").length));
      if (panel.changed(notes, lines)) notes.style.setProperty("--kamlab-lines", lines);
      hide(note, !!said.error);
      hide(error, !said.error);
    },
  };
}

/** The headline as what the line says anyhow ("paused at step 3: "), and the rest. */
function headlineParts(now) {
  const text = now.headline || "";
  const known = `${now.state} at step ${now.step}`;
  if (!text.startsWith(known)) return ["", text];
  const rest = text.slice(known.length).replace(/^[:;,] */, "");
  return [rest ? `${known}: ` : known, rest];
}

function whereWords(now) {
  const words = [];
  if (now.step !== undefined) words.push(`step ${now.step}`);
  if (now.round !== undefined) words.push(`round ${now.round}`);
  if (typeof now.time === "number") words.push(`${now.time.toFixed(2)} s${now.virtual ? " (virtual)" : ""}`);
  return words.join(" \u00b7 ");
}
