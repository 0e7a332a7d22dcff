// Folds, links and counts of the graph, and the messages that travel along them.

function makeFold(node) {
  return s(
    "g",
    { class: "kamlab-fold", role: "button", tabindex: "-1", "data-fold": node.key },
    s("rect", { x: -8, y: -8, width: 16, height: 16, rx: 3 }),
    s("path"),
  );
}

function placeFold(element, node) {
  place(element, node.x + 13, node.y + 12);
  const label = `${node.folded ? "Unfold" : "Fold"} ${node.label}`;
  put(element, { "aria-label": label, "aria-expanded": String(!node.folded) });
  put(element.lastChild, { d: node.folded ? "M-2 -4L3 0L-2 4" : "M-4 -2L0 3L4 -2" });
}

function makeLink(link) {
  return s("path", { "data-link": link.key, "data-from": link.from.join("."), "data-to": link.to.join(".") });
}

function linkClass(link) {
  const kinds = ["feedback", "inner", "quiet", "gone"].filter((kind) => link[kind]);
  return ["kamlab-link", ...kinds.map((kind) => `kamlab-${kind}`)].join(" ");
}

function makeCount(link) {
  return s("text", { class: "kamlab-count", "data-count": link.key, "text-anchor": "middle" });
}

/** The links between those that wait for each other: from one to the one that it waits for, if there are any. */
function linksBetween(links, [one, other]) {
  const from = (start, end) => links.filter((link) => link.from[0] === start && link.to[0] === end);
  const forth = from(one, other);
  return forth.length ? forth : from(other, one);
}

/** A curve from one component to another that it waits for, above both or left of both; and where its words go. */
function arcOf(one, other) {
  if (Math.abs(one.x - other.x) < one.w) {
    const [x, a, b] = [Math.min(one.x, other.x), one.y + one.h / 2, other.y + other.h / 2];
    return { d: `M${one.x} ${a}C${x - 60} ${a} ${x - 60} ${b} ${other.x} ${b}`, x: x - 44, y: (a + b) / 2 };
  }
  const [y, a, b] = [Math.min(one.y, other.y), one.x + one.w / 2, other.x + other.w / 2];
  return { d: `M${a} ${one.y}C${a} ${y - 40} ${b} ${y - 40} ${b} ${other.y}`, x: (a + b) / 2, y: y - 26 };
}

function makeWait() {
  return s(
    "g",
    { class: "kamlab-wait" },
    s("path", { class: "kamlab-link kamlab-red" }),
    s("text", { class: "kamlab-count", "text-anchor": "middle", text: "waits for" }),
  );
}

function fadeIn(...elements) {
  const frames = [{ opacity: 0 }, { opacity: 1 }];
  for (const element of elements) element.animate(frames, { duration: 200, easing: "ease-in" });
}

// ---- messages on their way

/** Lets messages travel along links; those of a batch set out one after the other. */
function traveller(panel, layer, pathOf, portOf) {
  const ways = new Map(); // key of a link -> points along it
  const pointsOf = (key) => {
    if (!ways.has(key)) {
      const path = pathOf(key);
      const length = path ? path.getTotalLength() : 0;
      const count = path ? Math.max(2, Math.min(12, Math.ceil(length / 24))) : 0;
      ways.set(key, Array.from({ length: count }, (_, index) => path.getPointAtLength((length * index) / (count - 1))));
    }
    return ways.get(key);
  };
  // What is handed over past the links goes straight from box to box.
  const straight = ({ from, to }) => (from && to ? [portOf(...from), portOf(...to)].filter(Boolean) : []);
  const clear = () => layer.replaceChildren();
  panel.onEnd(clear);
  return {
    forget() {
      ways.clear();
      clear();
    },
    send(moves, instead) {
      if (instead) clear();
      while (layer.childElementCount + moves.length > 2 * TRAVELLERS) layer.firstChild.remove();
      moves.forEach((move, index) => {
        const points = move.way.length ? move.way.flatMap(pointsOf) : straight(move);
        if (points.length < 2) return;
        const letter = letterOf(move);
        layer.append(letter);
        const frames = framesOf(points, move.lost);
        const delay = index * Math.min(40, 240 / moves.length);
        const going = letter.animate(frames, { duration: TRAVEL, delay, easing: "ease-in-out", fill: "both" });
        going.onfinish = () => letter.remove();
      });
    },
  };
}

/** Keyframes with even speed along the points; one that is lost falls at the end. */
function framesOf(points, lost) {
  const steps = points.map((point, index) => {
    const before = points[index - 1] || point;
    return Math.hypot(point.x - before.x, point.y - before.y);
  });
  const at = (x, y) => `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  const whole = steps.reduce((sum, step) => sum + step, 0) || 1;
  const share = lost ? 0.75 : 1;
  let gone = 0;
  const frames = points.map((point, index) => {
    gone += steps[index];
    return { transform: at(point.x, point.y), opacity: 1, offset: Math.min(share, (gone / whole) * share) };
  });
  if (lost) {
    const end = points[points.length - 1];
    frames.push({ transform: at(end.x, end.y + 22), opacity: 0, offset: 1 });
  }
  return frames;
}

function letterOf(move) {
  const name = `kamlab-letter${move.lost ? " kamlab-letter-lost" : ""}`;
  const text = move.text ? shorten(move.text, 96, MONO_FONT) : icon("message");
  return h("span", { class: name, dataset: { move: move.n } }, text);
}
