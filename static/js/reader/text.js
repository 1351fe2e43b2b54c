/* The text of the reader and its places. The page holds the stored text to the letter, cut into blocks that the browser
   lays out one by one. The server counts its characters (code points), the browser UTF-16 units: here all is counted in
   units, and turned where it leaves for the server or comes from it. Nothing here walks through more than a block. */

export let text; // the element
export let content; // its words
export let blocks;
let starts; // where each block begins
let wide; // where each character of two units begins

/* Read the text anew: at first, and whenever the server has sent it again. */
export function readText() {
  text = document.getElementById("text");
  blocks = [...text.querySelectorAll(".block")];
  starts = [];
  const parts = [];
  let at = 0;
  for (const block of blocks) {
    const words = block.textContent;
    starts.push(at);
    parts.push(words);
    at += words.length;
  }
  content = parts.join("");
  wide = [];
  for (const found of content.matchAll(/[\ud800-\udbff](?=[\udc00-\udfff])/g)) wide.push(found.index);
}

/* How many of these numbers, which rise, come before the first for which it holds. */
export function firstWhere(count, holds) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function charactersBefore(unit) {
  return unit - firstWhere(wide.length, (n) => wide[n] >= unit - 1);
}

export function unitAt(characters) {
  return Math.min(characters + firstWhere(wide.length, (n) => wide[n] - n >= characters), content.length);
}

/* The same for many places that rise, in one pass. */
export function unitsInOrder() {
  let n = 0;
  return (characters) => {
    while (n < wide.length && wide[n] - n < characters) n++;
    return characters + n;
  };
}

export const isSecondHalf = (unit) => (content.charCodeAt(unit) & 0xfc00) === 0xdc00;

export function blockAt(unit) {
  return Math.max(firstWhere(starts.length, (n) => starts[n] > unit) - 1, 0);
}

/* Where a block begins and ends. */
export function spanOfBlock(n) {
  return { start: starts[n], end: n + 1 < starts.length ? starts[n + 1] : content.length };
}

export function placeOf(node, offset) {
  if (node === text) return offset < starts.length ? starts[offset] : content.length;
  const block = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest(".block");
  const range = document.createRange();
  range.setStart(block, 0);
  range.setEnd(node, offset);
  return starts[blocks.indexOf(block)] + range.toString().length;
}

/* The text node and the offset in it; of a place between two nodes the one after it, or (`ends`) the one before. */
export function pointAt(unit, ends = false) {
  const n = blockAt(ends ? Math.max(unit - 1, 0) : unit);
  if (!blocks[n]) return [text, 0];
  const walker = document.createTreeWalker(blocks[n], NodeFilter.SHOW_TEXT);
  let at = starts[n];
  let last = [blocks[n], 0];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const after = at + node.length;
    if (ends ? after >= unit : after > unit) return [node, unit - at];
    last = [node, node.length];
    at = after;
  }
  return last;
}

export function rangeOf({ start, end }) {
  const range = document.createRange();
  range.setStart(...pointAt(start));
  range.setEnd(...pointAt(end, true));
  return range;
}

export function trimmed({ start, end }) {
  const words = content.slice(start, end);
  const inner = words.trim();
  const from = start + words.indexOf(inner);
  return inner ? { start: from, end: from + inner.length } : null;
}

/* Whether the text runs from right to left at this place: a text of unknown or mixed languages tells line by line. */
export function runsLeft(unit) {
  if (text.dir !== "auto") return text.dir === "rtl";
  const line = content.slice(content.lastIndexOf("\n", Math.max(unit - 1, 0)) + 1, unit + 200);
  const strong = line.match(/[\p{L}]/u)?.[0];
  return strong !== undefined && /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/.test(strong);
}

/* ── What is in view ──────────────────────────────────────────────────────────────────────────────────────── */

export function firstInView() {
  const box = text.getBoundingClientRect();
  if (box.top >= 0) return 0;
  const block = firstWhere(blocks.length, (n) => blocks[n].getBoundingClientRect().bottom > 4);
  if (block >= blocks.length) return content.length;
  const { top } = blocks[block].getBoundingClientRect();
  const leftmost = getComputedStyle(text).direction === "rtl" ? box.right - 4 : box.left + 4;
  const point = document.caretPositionFromPoint?.(leftmost, Math.max(top, 0) + 4);
  const range = point ? null : document.caretRangeFromPoint?.(leftmost, Math.max(top, 0) + 4);
  const [node, offset] = point ? [point.offsetNode, point.offset] : [range?.startContainer, range?.startOffset];
  return node && text.contains(node) ? placeOf(node, offset) : starts[block];
}

/* Bring an element of the text into view. What was not laid out before has only a guessed height: hence once more. */
export function bring(element, block = "center") {
  element.scrollIntoView({ block });
  requestAnimationFrame(() => {
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom < 0 || top > innerHeight) element.scrollIntoView({ block });
  });
}

/* Bring this place to the top of the window. */
export function bringToTop(unit) {
  const toTop = () => scrollBy({ top: rangeOf({ start: unit, end: unit + 1 }).getBoundingClientRect().top - 8 });
  blocks[blockAt(unit)]?.scrollIntoView({ block: "start" });
  toTop();
  requestAnimationFrame(toTop);
}

const said = document.getElementById("said");

export function say(words) {
  said.textContent = words;
}

readText();
