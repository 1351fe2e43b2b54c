/* Selecting words of the text by keys: a cursor goes from word to word, Shift keeps what it has passed. */

import { bringToTop, content, firstInView, firstWhere, isSecondHalf, placeOf, pointAt, rangeOf, runsLeft, say, text, trimmed, unitsInOrder } from "./text.js";

const selection = document.getSelection();

/* ── The words selected last: they are kept while the focus is in the form ─────────────────────────────────── */

let selected = null;

const inText = (node) => node !== null && text.contains(node);

function keepSelected() {
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || !range.intersectsNode(text)) return;
  if (!range.collapsed) selected = range.cloneRange();
  else if (text.contains(range.startContainer)) selected = null;
}

document.addEventListener("selectionchange", keepSelected);

export function wordsSelected() {
  keepSelected(); // The event comes late: a key may be faster.
  if (!selected) return null;
  const { startContainer, startOffset, endContainer, endOffset } = selected;
  return trimmed({
    start: inText(startContainer) ? placeOf(startContainer, startOffset) : 0,
    end: inText(endContainer) ? placeOf(endContainer, endOffset) : content.length,
  });
}

export function forgetSelected() {
  selected = null;
}

/* ── Words, as the language has them; looked at only near the cursor ──────────────────────────────────────── */

const NEAR = 4_000;
let segmenter = null;
let near = { from: 0, to: -1, segments: null };

function wordSegmenter() {
  if (segmenter?.language === text.lang) return segmenter.words;
  let language = [];
  try {
    language = Intl.Segmenter.supportedLocalesOf(text.lang || []);
  } catch {
    // What was noted as its language is none: the browser's own is taken.
  }
  segmenter = { language: text.lang, words: new Intl.Segmenter(language, { granularity: "word" }) };
  return segmenter.words;
}

/* The line around a place, or what of a very long line is near it. */
function stretch(unit) {
  const grid = unit - (unit % NEAR);
  let from = Math.max(grid - NEAR, 0);
  let to = Math.min(grid + 2 * NEAR, content.length);
  const before = content.slice(from, unit).lastIndexOf("\n");
  const after = content.slice(unit, to).indexOf("\n");
  if (before >= 0) from += before + 1;
  if (after >= 0) to = unit + after + 1;
  if (isSecondHalf(from)) from--;
  return { from, to };
}

function wordContaining(unit) {
  if (unit < near.from || unit >= near.to || near.of !== content) {
    near = { ...stretch(unit), of: content };
    near.segments = wordSegmenter().segment(content.slice(near.from, near.to));
  }
  const found = near.segments.containing(unit - near.from);
  if (!found) return null;
  const start = near.from + found.index;
  return { start, end: start + found.segment.length, isWord: found.isWordLike };
}

const placed = ({ start, end }) => ({ start, end });

/* The word at a place; between two words, the next one in the direction of travel, else the other. */
function wordAt(unit, step = 1) {
  const here = wordContaining(Math.min(Math.max(unit, 0), content.length - 1));
  if (!here) return null;
  return here.isWord ? placed(here) : (wordAfter(here, step) ?? wordAfter(here, -step));
}

function wordAfter({ start, end }, step) {
  for (let unit = step > 0 ? end : start - 1; unit >= 0 && unit < content.length; ) {
    const here = wordContaining(unit);
    if (here.isWord) return placed(here);
    unit = step > 0 ? here.end : here.start - 1;
  }
  return null;
}

const isEmptyLine = (unit) => content[unit] === "\n" && (unit === 0 || content[unit - 1] === "\n");

/* Where the browser would go from a word: a line up or down, the start or end of the line. */
function wordBy(word, direction, granularity) {
  selection.collapse(...pointAt(granularity === "line" ? Math.floor((word.start + word.end) / 2) : word.start));
  const step = direction === "forward" ? 1 : -1;
  let unit = -1;
  for (let before = null; unit !== before && (before === null || isEmptyLine(unit)); ) {
    before = unit;
    selection.modify("move", direction, granularity);
    if (!inText(selection.focusNode)) return null;
    unit = placeOf(selection.focusNode, selection.focusOffset);
  }
  const found = wordAt(granularity === "line" || step < 0 ? unit : unit - 1, granularity === "line" ? step : -step);
  const wrong = granularity === "line" && found && (found.start - word.start) * step <= 0;
  return wrong ? null : found;
}

/* ── The cursor ───────────────────────────────────────────────────────────────────────────────────────────── */

let cursor = null; // { anchor, head }: the word where the selection was begun, and the one it has come to
let begin = () => null; // where it begins when nothing is selected: the mark at hand

export function beginCursorAt(place) {
  begin = place;
}

export function forgetCursor() {
  cursor = null;
}

/* The cursor as the page shows it now: where the mouse clicked, what it selected, the mark at hand, or the top. */
function cursorHere() {
  if (inText(selection.anchorNode) && inText(selection.focusNode)) {
    const anchor = placeOf(selection.anchorNode, selection.anchorOffset);
    const head = placeOf(selection.focusNode, selection.focusOffset);
    if (cursor && shows(cursor, anchor, head)) return { ...cursor, isNew: false };
    const [first, last] = anchor <= head ? [anchor, Math.max(head - 1, anchor)] : [Math.max(anchor - 1, head), head];
    return { anchor: wordAt(first), head: wordAt(last), isNew: selection.isCollapsed };
  }
  const word = wordAt(begin()?.start ?? firstInView());
  return { anchor: word, head: word, isNew: true };
}

function shows({ anchor, head }, from, to) {
  const { start, end } = spanOf(anchor, head);
  return Math.min(from, to) === start && Math.max(from, to) === end;
}

function spanOf(anchor, head) {
  return { start: Math.min(anchor.start, head.start), end: Math.max(anchor.end, head.end) };
}

function select(anchor, head) {
  cursor = { anchor, head };
  const { start, end } = spanOf(anchor, head);
  const [from, to] = [pointAt(start), pointAt(end, true)];
  if (head.start < anchor.start) selection.setBaseAndExtent(...to, ...from);
  else selection.setBaseAndExtent(...from, ...to);
  reveal(head);
  say(content.slice(start, end).slice(0, 300));
}

/* The foot of what can be seen: the tray, or on a narrow screen the card or the form at hand. */
function foot() {
  const over = document.querySelectorAll(".tray, .reader-margin :is(#marking[open], [data-editing], .is-selected)");
  const tops = [...over].filter((one) => /fixed|sticky/.test(getComputedStyle(one).position)).map((one) => one.getBoundingClientRect().top);
  return Math.min(innerHeight, ...tops.filter((top) => top > 0));
}

function reveal(word) {
  const { top, bottom } = rangeOf(word).getBoundingClientRect();
  const end = foot();
  if (bottom < -innerHeight || top > 2 * innerHeight) bringToTop(word.start);
  else if (top < 40) scrollBy({ top: top - 80 });
  else if (bottom > end - 40) scrollBy({ top: bottom - end + 80 });
}

export function travel(event) {
  if (!event.target.closest?.("#text") || event.ctrlKey || event.altKey || event.metaKey) return;
  const left = (word) => wordAfter(word, runsLeft(word.start) ? 1 : -1);
  const right = (word) => wordAfter(word, runsLeft(word.start) ? -1 : 1);
  const moves = {
    ArrowLeft: left,
    ArrowRight: right,
    ArrowUp: (word) => wordBy(word, "backward", "line"),
    ArrowDown: (word) => wordBy(word, "forward", "line"),
    Home: (word) => wordBy(word, "backward", "lineboundary"),
    End: (word) => wordBy(word, "forward", "lineboundary"),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  const here = cursorHere();
  if (!here.head) return;
  // The first key of all only shows where the cursor is.
  const head = here.isNew && !event.shiftKey ? here.head : (move(here.head) ?? here.head);
  select(event.shiftKey ? here.anchor : head, head);
}

/* The other end of the selection is the one that moves from now on. */
export function changeEnds() {
  const here = cursorHere();
  if (here.head && !here.isNew) select(here.head, here.anchor);
}

/* ── Sentences: where the server found them ───────────────────────────────────────────────────────────────── */

let sentences = null;

/* Each sentence with its place, and whether it had no claim when the page came; read when they are first wanted. */
export function allSentences() {
  if (sentences?.of === text) return sentences.found;
  const found = [];
  const unitOf = unitsInOrder();
  let at = 0;
  for (const pair of (text.dataset.sentences ?? "").split(" ")) {
    const [gap, length] = pair.split(/[,+]/).map(Number);
    if (!length) continue;
    at += gap;
    found.push({ start: unitOf(at), end: unitOf(at + length), isBare: pair.includes(",") });
    at += length;
  }
  sentences = { of: text, found };
  return found;
}

/* Select this place as it stands, signs at its ends too; the arrows go on from its last word. */
export function selectSpan({ start, end }) {
  const [first, last] = [wordAt(start), wordAt(end - 1, -1)];
  if (!first || !last || first.start >= last.start) select({ start, end }, { start, end });
  else select({ start, end: first.end }, { start: last.start, end });
}

/* The sentence at the cursor; when it is selected already, the next one with it (by = 1), or one fewer (by = -1). */
export function selectSentence(by) {
  const here = cursorHere();
  const all = allSentences();
  if (!here.head || !all.length) return;
  const span = spanOf(here.anchor, here.head);
  const first = Math.min(firstWhere(all.length, (n) => all[n].end > span.start), all.length - 1);
  let last = Math.max(firstWhere(all.length, (n) => all[n].start >= span.end) - 1, first);
  const isWhole = !here.isNew && all[first].start === span.start && all[last].end === span.end;
  if (isWhole) last = Math.min(Math.max(last + by, first), all.length - 1);
  selectSpan({ start: all[first].start, end: all[last].end });
}

/* Where the cursor is, for whoever goes on from there. */
export function placeOfCursor() {
  const here = cursorHere();
  if (!here.head) return { start: 0, end: 0 };
  return here.isNew ? { start: here.anchor.start, end: here.anchor.start } : spanOf(here.anchor, here.head);
}
