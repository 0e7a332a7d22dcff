// The toolbar: the buttons that drive the lab, the search, and the menus.

/** Label, command, icon, tooltip, keys as said, key as shown beside the label. */
const BUTTONS = [
  [
    ["Step", "step", "step", "Run one slice of one component", "s or \u2192", "s"],
    ["Message", "message", "message", "Run until a message has been sent or taken", "m", "m"],
    ["Round", "round", "round", "Run one slice of each component", "r", "r"],
    ["Back", "back", "back", "Take back the last slice", "b or \u2190", "b"],
  ],
  [
    ["Run", "run", "run", "Run freely, at the speed set", "space", ""],
    ["Pause", "pause", "pause", "Pause between two slices", "space", ""],
  ],
];

/** A group of buttons of the toolbar or of a menu. */
function buttonsOf(panel, rows, more = {}) {
  return rows.map(([label, command, sign, title, keys, hint]) =>
    panel.button({ label, command, icon: sign, title, keys, hint, ...more }),
  );
}

function controlsOf(panel) {
  const groups = BUTTONS.map((rows) => h("div", { class: "kamlab-group" }, buttonsOf(panel, rows)));
  groups[0].firstChild.classList.add("kamlab-first");
  const menu = menuOf(panel);
  const keys = keysOf(panel);
  const search = searchOf(panel);
  const present = panel.button({
    label: "Present", icon: "present", title: "Fill the screen, in large type", keys: "l", hint: "l",
    run: () => panel.presenter.toggle(), name: () => (panel.presents() ? "Leave" : "Present"),
  });
  const named = { class: "kamlab-toolbar", role: "group", "aria-label": "Controls" };
  const bar = h("div", named, groups, search.field, keys.button, menu.button, present);
  return {
    root: h("div", { class: "kamlab-controls" }, bar, search.root, keys.root, menu.root),
    search,
    menu,
    draw(now) {
      menu.draw(now);
      search.draw(now);
    },
  };
}

/**
 * What opens under the toolbar, and the button that opens it. Escape closes it, and a press elsewhere in the page; the
 * focus goes back to where it was.
 */
function popOf(panel, { name, spec, label, content }) {
  const id = panel.id(name);
  const root = h("div", { id, class: `kamlab-pop kamlab-${name}`, role: "dialog", "aria-label": label, tabindex: "-1", hidden: true }, content); // prettier-ignore
  const button = panel.button({ ...spec, run: () => toggle() });
  put(button, { "aria-expanded": "false", "aria-controls": id });
  let before = null;
  const toggle = (show = root.hidden, focus = true) => {
    if (show === !root.hidden) return;
    const inside = root.contains(root.getRootNode().activeElement);
    hide(root, !show);
    put(button, { "aria-expanded": String(show) });
    if (show) {
      before = root.getRootNode().activeElement;
      pieceFocusOn(root);
    } else if (focus && inside) pieceFocusOn(before && panel.root.contains(before) ? before : button);
  };
  // What is done closes the menu: it would stand before what came of it.
  root.addEventListener("click", (event) => {
    const done = event.target.closest("[data-does]:not([aria-disabled], [data-does=view], [data-does=unbreak])");
    if (done) toggle(false);
  });
  const elsewhere = (event) => {
    const path = event.composedPath();
    if (!path.includes(root) && !path.includes(button)) toggle(false, false);
  };
  window.addEventListener("pointerdown", elsewhere, true);
  panel.onEnd(() => window.removeEventListener("pointerdown", elsewhere, true));
  const close = panel.button({ label: `Close: ${label.toLowerCase()}`, icon: "close", words: false, run: () => toggle(false) }); // prettier-ignore
  close.classList.add("kamlab-small-button", "kamlab-pop-close");
  root.append(close);
  return { root, button, toggle, shown: () => !root.hidden };
}
