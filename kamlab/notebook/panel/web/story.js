// The story: what happened, in words.

const PIECE_KINDS = {
  resumed: "run", sent: "message", delivered: "message", received: "deliver", discarded: "drop", removed: "drop", inserted: "plus",
  paused: "wait", woken: "up", activated: "plus", linked: "branch", unlinked: "branch", printed: "edit", failed: "warn",
  finished: "stop", stopped: "stop", opened: "open", closed: "close", timer: "round",
}; // prettier-ignore
const PIECE_TONES = { failed: "bad", discarded: "warn", removed: "warn", finished: "good", sent: "brand", received: "brand", inserted: "warn" };

/** What happened, in words. */
function storyPiece(panel) {
  const root = panel.section("story", "Story");
  const field = h("input", { type: "search", class: "kamlab-field", "aria-label": "Filter the story", placeholder: "Filter", autocomplete: "off", spellcheck: "false" });
  const kinds = h("div", { class: "kamlab-kinds", role: "group", "aria-label": "Show only these kinds" });
  const count = h("p", { class: "kamlab-dim kamlab-story-count", role: "status" });
  const list = h("ol", { class: "kamlab-story-list" });
  const box = h("div", { class: "kamlab-story-box" }, list);
  const empty = h("p", { class: "kamlab-empty" });
  const newest = panel.button({ label: "Newest", icon: "down", run: () => follow() });
  const foot = h("div", { class: "kamlab-story-foot" }, count, newest);
  root.append(h("div", { class: "kamlab-story-search" }, icon("search"), field), kinds, empty, box, foot);
  pieceLinks(panel, root);

  let chosen = new Set(); // the kinds that are wanted; none means all
  let following = true;
  let timer = 0;
  let typed = false; // whether what is typed waits to be sent
  let sent = 0;
  let picked = null;
  hide(newest, true);

  function send() {
    clearTimeout(timer);
    typed = false;
    sent = panel.act("filter", { text: field.value, kinds: chosen.size ? [...chosen] : null });
  }
  field.addEventListener("input", () => {
    typed = true;
    clearTimeout(timer);
    timer = setTimeout(send, 200);
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") send();
    if (event.key !== "Escape" || !field.value) return;
    event.preventDefault();
    field.value = "";
    send();
  });
  panel.onEnd(() => clearTimeout(timer));

  box.addEventListener(
    "scroll",
    () => {
      following = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
      hide(newest, following);
    },
    { passive: true },
  );
  function follow() {
    following = true;
    box.scrollTop = box.scrollHeight;
    if (pieceFocus(foot)) pieceFocusOn(list.querySelector("li:last-child button"));
    hide(newest, true);
  }

  function makeKind([kind]) {
    const press = () => {
      if (!chosen.delete(kind)) chosen.add(kind);
      send();
      drawKinds(panel.now().story);
    };
    const mark = h("span", { class: "kamlab-mark", "data-tone": PIECE_TONES[kind] }, icon(PIECE_KINDS[kind] || "wait"));
    return h("button", { type: "button", class: "kamlab-chip kamlab-kind", "data-kind": kind, onclick: press }, mark, h("span", { text: kind.replaceAll("_", " ") }), h("span", { class: "kamlab-kind-count" }));
  }

  function drawKinds(story) {
    const all = { ...(story.kinds || {}) };
    for (const kind of chosen) if (!(kind in all)) all[kind] = 0;
    patchList(kinds, Object.entries(all), ([kind]) => kind, makeKind, (node, [kind, times]) => {
      put(node, { "aria-pressed": String(chosen.has(kind)) });
      write(node.lastChild, times);
    });
  }

  function makeItem() {
    const press = (event) => {
      const button = event.currentTarget;
      pieceChoose(panel, Number(button.dataset.event), button.classList.contains("kamlab-picked"));
    };
    const step = h("span", { class: "kamlab-story-step" }, h("span", { class: "kamlab-visually-hidden", text: "step " }), h("span"));
    const mark = h("span", { class: "kamlab-mark" });
    const text = h("span", { class: "kamlab-story-text" });
    const times = h("span", { class: "kamlab-times" });
    return h("li", {}, h("button", { type: "button", class: "kamlab-story-item", onclick: press }, step, mark, text, times));
  }

  function updateItem(node, item) {
    if (!panel.changed(node, item)) return;
    const button = node.firstChild;
    const [step, mark, text, times] = button.children;
    put(button, { "data-event": item.n, "data-kind": item.kind, "data-followed": item.follow ? "true" : null });
    write(step.lastChild, item.step);
    if (panel.changed(mark, item.kind)) {
      put(mark, { "data-tone": PIECE_TONES[item.kind] });
      mark.replaceChildren(icon(PIECE_KINDS[item.kind] || "wait"));
    }
    write(text, item.text);
    write(times, item.times > 1 ? `x ${item.times}` : "");
    hide(times, !(item.times > 1));
  }

  function drawSelected(event) {
    for (const node of list.querySelectorAll(".kamlab-picked")) {
      node.classList.remove("kamlab-picked");
      put(node, { "aria-pressed": null });
    }
    const node = event === null ? null : list.querySelector(`[data-event="${Number(event)}"]`);
    if (node) {
      node.classList.add("kamlab-picked");
      put(node, { "aria-pressed": "true" });
    }
    if (event === picked) return;
    picked = event;
    if (node) pieceLater(panel, () => pieceReveal(box, node.parentNode.offsetTop, node.parentNode.offsetTop + node.parentNode.offsetHeight, 8));
  }

  function drawField(story) {
    if (typed || sent > pieceReply(panel)) return;
    const filter = typeof story.filter === "string" ? story.filter : (story.filter && story.filter.text) || "";
    if (field.value !== filter && pieceFocus(root) !== field) field.value = filter;
    if (Array.isArray(story.chosen)) chosen = new Set(story.chosen);
  }

  function draw(now) {
    const story = now.story;
    hide(root, !story);
    if (!story) return;
    drawField(story);
    const event = now.timeline && now.timeline.event !== undefined ? now.timeline.event : null;
    const items = panel.changed(list, story);
    if (items) {
      drawKinds(story);
      patchList(list, story.items, (item) => item.n, makeItem, updateItem);
      const filtered = Boolean(field.value || chosen.size);
      hide(empty, story.items.length > 0);
      hide(box, !story.items.length);
      write(empty, filtered ? "No event is like that." : "Nothing has happened yet: step the lab.");
      write(count, story.total > story.shown ? `${story.shown} of ${pieceCount(story.total, "event")}` : pieceCount(story.total, "event"));
    }
    if (items && following) pieceLater(panel, () => (box.scrollTop = 1e7));
    if (panel.changed(empty, event) || items) drawSelected(event);
  }

  return { name: "story", title: "Story", root, draw };
}
