// The watched expressions: what each is worth now, and was, as a line.

/** Expressions whose values are followed through the run. */
function watchPiece(panel) {
  const root = panel.section("watch", "Watch");
  const list = h("ul", { class: "kamlab-watch-list" });
  const empty = h("p", { class: "kamlab-empty", text: "Follow a value through the run: write a component and an attribute." });
  const form = pieceForm(panel, {
    name: "Expression to watch",
    action: "Watch",
    iconName: "watch",
    hint: "Double.total",
    can: () => panel.can("watch"),
    send: (text) => panel.act("watch", { text }),
    done: () => (form.field.value = ""),
  });
  root.append(form.root, empty, list);

  function makeWatch(watch) {
    const value = h("span", { class: "kamlab-watch-value kamlab-mono" });
    const name = h("span", { class: "kamlab-watch-name kamlab-mono" });
    const spark = s("svg", { class: "kamlab-spark", viewBox: "0 0 120 24", preserveAspectRatio: "none", role: "img" }, s("path"));
    const remove = panel.button({ label: `Stop watching ${watch.expression}`, icon: "close", words: false, command: "unwatch", args: { number: watch.id } }); // prettier-ignore
    remove.classList.add("kamlab-small-button");
    return h("li", { class: "kamlab-watch-item" }, name, value, spark, remove);
  }

  function updateWatch(node, watch) {
    if (!panel.changed(node, watch)) return;
    const [name, value, spark] = node.children;
    write(name, watch.expression);
    write(value, watch.error || watch.value);
    put(value, { "data-error": watch.error ? "true" : null, title: watch.error || watch.value });
    const history = watch.history || [];
    put(spark.firstChild, { d: sparkline(history) });
    const [first, last] = [history[0], history[history.length - 1]];
    put(spark, { "aria-label": history.length > 1 ? `from ${first[1]} at step ${first[0]} to ${last[1]} at step ${last[0]}` : "no history yet" });
  }

  return {
    name: "watch",
    title: "Watch",
    root,
    draw(now) {
      form.check();
      const watches = now.watches || [];
      if (!panel.changed(list, watches)) return;
      patchList(list, watches, (watch) => watch.id, makeWatch, updateWatch);
      hide(empty, watches.length > 0);
    },
  };
}

/** The path of a history of [step, number] pairs, on a field of 120 by 24; a value stays until the next one. */
function sparkline(history) {
  if (history.length < 2) return null;
  const steps = history.map(([step]) => step);
  const numbers = history.map(([, number]) => number);
  const [from, low] = [Math.min(...steps), Math.min(...numbers)];
  const [wide, high] = [Math.max(...steps) - from || 1, Math.max(...numbers) - low || 1];
  const x = (step) => (2 + (116 * (step - from)) / wide).toFixed(1);
  const y = (number) => (22 - (20 * (number - low)) / high).toFixed(1);
  return history.map(([step, number], index) => (index ? `H${x(step)}V${y(number)}` : `M${x(step)} ${y(number)}`)).join("");
}
