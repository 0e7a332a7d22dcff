// How wide texts are, and how to cut them.

const LABEL_FONT = "600 13px system-ui, sans-serif";
const FAR_FONT = "600 18px system-ui, sans-serif"; // of a name in a picture that is drawn small
const SAY_FONT = "11px system-ui, sans-serif";
const TAG_FONT = "600 10px system-ui, sans-serif";
const MONO_FONT = "11px monospace";
const widths = new Map();
let pen = null;

/** How wide a text is in the picture. */
function measure(text, font) {
  if (!text) return 0;
  const key = font + text;
  let width = widths.get(key);
  if (width === undefined) {
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.font = font;
    width = pen.measureText(text).width;
    if (widths.size > 2000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** Cut a text so that it is no wider than that, by whole characters. */
function shorten(text, room, font) {
  if (measure(text, font) <= room) return text;
  const letters = Array.from(text);
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}\u2026`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return low ? `${letters.slice(0, low).join("")}\u2026` : "";
}
