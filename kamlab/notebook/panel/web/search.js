// One search for all: messages, components, inboxes. Python finds; here is the field, and the hits under it.

/** The field of the search, and the list of its hits. */
function searchOf(panel) {
  const id = panel.id("hits");
  const field = h("input", { type: "search", class: "kamlab-field kamlab-search", "aria-label": "Find", placeholder: "Find a message  /", title: "Find a message, a component or an inbox (/)", "aria-controls": id, autocomplete: "off", spellcheck: "false" }); // prettier-ignore
  const list = h("ul", { class: "kamlab-hit-list" });
  const words = h("p", { class: "kamlab-dim", role: "status" });
  const root = h("div", { id, class: "kamlab-pop kamlab-hits", role: "group", "aria-label": "Found", hidden: true }, list, words);
  const ICON = { message: "message", component: "fit", inbox: "deliver" };
  let timer = 0;
  let open = false;

  function send() {
    clearTimeout(timer);
    panel.act("find", { text: field.value });
  }
  function close(clear) {
    open = false;
    if (clear && field.value) {
      field.value = "";
      send();
    }
    hide(root, true);
  }
  field.addEventListener("input", () => {
    open = true;
    clearTimeout(timer);
    timer = setTimeout(send, 150);
  });
  field.addEventListener("focus", () => {
    open = Boolean(field.value);
    panel.draw();
  });
  for (const node of [field, root]) {
    node.addEventListener("keydown", (event) => {
      const hits = [...list.querySelectorAll("button")];
      const at = hits.indexOf(pieceFocus(list));
      if (event.key === "Escape" && (field.value || open)) {
        close(true);
        pieceFocusOn(field);
      } else if (event.key === "ArrowDown") pieceFocusOn(hits[Math.min(at + 1, hits.length - 1)]);
      else if (event.key === "ArrowUp" && at >= 0) pieceFocusOn(hits[at - 1] || field);
      else if (event.key === "Enter" && node === field && hits.length) hits[0].click();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
  const elsewhere = (event) => event.composedPath().some((node) => node === field || node === root) || close(false);
  window.addEventListener("pointerdown", elsewhere, true);
  panel.onEnd(() => {
    clearTimeout(timer);
    window.removeEventListener("pointerdown", elsewhere, true);
  });

  /** Show what was found: the component, and for a message the step in which it was sent. */
  function goTo(hit) {
    close(false);
    if (hit.key) panel.choose(hit.key);
    if (hit.kind === "message" && hit.step !== null && hit.step !== undefined) panel.look(hit.step);
    if (hit.event !== null && hit.event !== undefined) panel.act("event", { number: hit.event });
    if (hit.kind === "inbox") panel.layout.show("inboxes");
    pieceFocusOn(panel.root);
  }

  function makeHit() {
    const button = h("button", { type: "button", class: "kamlab-hit", onclick: () => goTo(hits.get(button)) }, h("span", { class: "kamlab-mark" }), h("span", { class: "kamlab-hit-text" }), h("span", { class: "kamlab-dim" })); // prettier-ignore
    return h("li", {}, button);
  }
  const hits = new WeakMap();

  return {
    root,
    field,
    focus() {
      pieceFocusOn(field);
      field.select();
    },
    draw(now) {
      const found = now.found;
      const shown = open && Boolean(field.value && found && found.query);
      hide(root, !shown);
      if (!shown || !panel.changed(list, found)) return;
      patchList(list, found.hits, (_, index) => index, makeHit, (node, hit) => {
        const [mark, text, step] = node.firstChild.children;
        hits.set(node.firstChild, hit);
        if (panel.changed(mark, hit.kind)) mark.replaceChildren(icon(ICON[hit.kind] || "search"));
        write(text, hit.text);
        write(step, hit.kind === "message" && hit.step !== null && hit.step !== undefined ? `step ${hit.step}` : hit.kind);
      });
      write(words, found.more ? `and ${pieceCount(found.more, "more hit")}` : found.hits.length ? "" : "Nothing is like that.");
      hide(words, !words.textContent);
    },
  };
}
