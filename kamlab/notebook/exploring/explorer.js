// The panel of an exploration: what was found, and buttons that open an order in a lab below.

const TABS = [["orders", "Orders"], ["graph", "States"], ["tree", "Choices"]];

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

class Explorer {
  constructor(model, element) {
    this.model = model;
    this.tab = "orders";
    this.unfolded = new Set();
    this.id = `kamlab-explorer-${Math.random().toString(36).slice(2)}`;
    this.root = make("div", { class: "kamlab-explorer", role: "region", "aria-label": "Exploration" });
    this.said = make("p", { class: "said dim", role: "status" });
    this.body = make("div");
    this.root.append(this.body, this.said);
    element.append(this.root);
    this.draw();
    this.tell();
  }

  send(message) {
    this.said.textContent = "opening ...";
    this.model.send(message);
  }

  tell() {
    const now = this.model.get("now");
    this.said.textContent = now.said || "";
    this.said.classList.toggle("wrong", Boolean(now.error));
    for (const button of this.root.querySelectorAll("button[data-key]")) {
      button.setAttribute("aria-pressed", String(button.dataset.key === now.opened));
    }
  }

  draw() {
    const found = this.model.get("found");
    const tabs = TABS.filter(([name]) => name === "orders" || found[name]);
    const sheets = {
      orders: () => this.orders(found),
      graph: () => this.graph(found.graph),
      tree: () => this.tree(found.tree),
    };
    this.tabs = tabs.map(([name, words]) =>
      make("button", {
        role: "tab", id: `${this.id}-${name}`, "aria-controls": `${this.id}-sheet`, "data-tab": name,
        onclick: () => this.choose(name), onkeydown: (event) => this.arrow(event, tabs),
      }, name === "orders" ? `${words} (${found.orders.length}${found.more ? "+" : ""})` : words));
    this.sheets = sheets;
    this.sheet = make("div", { id: `${this.id}-sheet`, role: "tabpanel" });
    this.body.replaceChildren(
      make("p", { class: `head ${found.verdict}` }, found.headline),
      ...(found.note ? [make("p", { class: "dim" }, found.note)] : []),
      make("div", { class: "tabs", role: "tablist", "aria-label": "What was found" }, ...this.tabs),
      this.sheet,
    );
    this.choose(this.tab);
  }

  choose(name) {
    this.tab = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    this.sheet.setAttribute("aria-labelledby", `${this.id}-${name}`);
    this.sheet.replaceChildren(this.sheets[name]());
    this.tell();
  }

  arrow(event, tabs) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const names = tabs.map(([name]) => name);
    const next = names[(names.indexOf(this.tab) + step + names.length) % names.length];
    this.choose(next);
    this.tabs.find((tab) => tab.dataset.tab === next).focus();
  }

  orders(found) {
    const rows = found.orders.map((order, number) => {
      const size = `${order.minimal ? "the shortest: " : ""}${order.slices} slices, ${order.switches} switches`;
      const open = { "data-key": `order ${number}`, onclick: () => this.send({ do: "open", order: number }) };
      return make("li", {},
        make("button", { ...open, "aria-label": `Open order ${number + 1}: ${order.names}, ${size}` }, "Open"),
        make("div", {},
          make("b", { class: order.wrong ? "wrong" : "right" }, order.names), ` ${size}`,
          ...(order.minimal && order.sentence ? [make("div", {}, order.sentence)] : []),
          make("div", { class: "dim" }, order.turns)));
    });
    const more = make("button", { onclick: () => this.send({ do: "more" }) }, "More orders");
    const none = make("p", { class: "dim" }, "No single order was kept.");
    const sheet = make("div", { class: "sheet", tabindex: "0" }, rows.length ? make("ol", {}, ...rows) : none);
    if (found.more) sheet.append(more);
    return sheet;
  }

  graph(graph) {
    const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(graph.svg)}`;
    return make("div", { class: "graph", tabindex: "0" }, make("img", { src: source, alt: graph.summary }));
  }

  tree(tree) {
    const list = this.branches(tree.choices, tree.more, 0);
    return make("div", { class: "sheet", tabindex: "0" }, make("p", {}, tree.headline), list);
  }

  branches(choices, more, depth) {
    const rows = choices.map((choice) => this.branch(choice, depth));
    if (more) rows.push(make("li", { class: "dim" }, `and ${more} more: open one above to go on there`));
    return make("ul", {}, ...rows);
  }

  branch(choice, depth) {
    const key = choice.path.join("\n");
    const below = choice.choices.length || choice.more ? this.branches(choice.choices, choice.more, depth + 1) : null;
    const isOpen = () => this.unfolded.has(key) !== (depth < 1);
    const fold = make("button", {
      class: "fold", disabled: below ? null : "", "aria-expanded": below ? String(isOpen()) : null,
      "aria-label": `the choices after this`,
      onclick: () => {
        if (this.unfolded.has(key)) this.unfolded.delete(key);
        else this.unfolded.add(key);
        show();
      },
    });
    const show = () => {
      fold.textContent = isOpen() ? "\u25be" : "\u25b8";
      if (below) {
        fold.setAttribute("aria-expanded", String(isOpen()));
        below.hidden = !isOpen();
      }
    };
    show();
    const through = { do: "through", path: choice.path, step: choice.step };
    const open = make("button", {
      "data-key": key, "aria-label": `Open ${choice.words}`, onclick: () => this.send(through),
    }, "Open");
    const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("i"));
    bar.firstChild.style.width = `${100 * (choice.part ?? (choice.verdict === "always" ? 1 : 0))}%`;
    if (choice.part === null && choice.verdict === "sometimes") bar.style.visibility = "hidden";
    const role = { always: "wrong", never: "right" }[choice.verdict] || "";
    const row = make("div", { class: "branch" }, fold, open, bar, make("span", { class: role }, choice.words));
    return make("li", {}, row, ...(below ? [below] : []));
  }
}

export default {
  render({ model, el }) {
    const explorer = new Explorer(model, el);
    const draw = () => explorer.draw();
    const tell = () => explorer.tell();
    model.on("change:found", draw);
    model.on("change:now", tell);
    return () => {
      model.off("change:found", draw);
      model.off("change:now", tell);
    };
  },
};
