/* The marks of the text: read from the page once, painted block by block as the server would write them, gone to. */

import { blockAt, blocks, bring, content, firstInView, say, spanOfBlock, text } from "./text.js";
import { beginCursorAt, forgetCursor } from "./words.js";

const LANES = 4;
const SIGNS = 5;

const margin = document.querySelector(".reader-margin");
export const cards = () => document.getElementById("cards");
export const cardOf = (number) => document.getElementById(`claim-${number}`);

export let marks = []; // { number, start, end, lane }, in the order of the text
let spans = []; // sentences that are shown as such
let signs = new Map(); // claims and those of this text that they contradict: [number, address]
let draft = null; // the words that the open form speaks of
export let atHand = null; // the number of the claim whose mark was gone to last

/* ── Read and painted ─────────────────────────────────────────────────────────────────────────────────────── */

const inOrder = (a, b) => a.start - b.start || b.end - a.end || a.number - b.number;

export function readMarks() {
  const found = new Map();
  spans = [];
  signs = new Map();
  let at = 0;
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; at += node.length, node = walker.nextNode()) {
    const around = node.parentElement;
    for (const number of around.dataset.claims?.split(" ") ?? []) {
      const mark = found.get(number) ?? { number, start: at };
      mark.end = at + node.length;
      found.set(number, mark);
    }
    if (around.matches(".sentence")) {
      const { id, title, className } = around;
      spans.push({ start: at, end: at + node.length, id, title, className, opens: around.dataset.opens });
    }
  }
  marks = [...found.values()].sort(inOrder);
  giveLanes();
  for (const sign of text.querySelectorAll(".against")) {
    const { from, to } = sign.dataset;
    signs.set(from, [...(signs.get(from) ?? []), [to, sign.getAttribute("href")]]);
  }
}

/* The lane of each mark: the first that is free where it starts. */
function giveLanes() {
  let open = [];
  for (const mark of marks) {
    open = open.filter((one) => one.end > mark.start);
    mark.lane = 1;
    while (open.some((one) => one.lane === mark.lane)) mark.lane++;
    open.push(mark);
  }
}

export const suggestions = () => spans.filter((span) => span.id && span.className.includes("is-suggested"));

/* Give a mark a new place (or, without one, take it away), and paint all that this changes. */
export function change(number, place) {
  const before = new Map(marks.map((mark) => [mark, mark.lane]));
  const old = marks.find((mark) => mark.number === number);
  const touched = old ? [{ ...old }] : [];
  marks = marks.filter((mark) => mark !== old);
  if (place) {
    const mark = { number, ...place };
    marks.push(mark);
    touched.push(mark);
    spans = spans.filter((span) => span.end <= place.start || span.start >= place.end);
  }
  marks.sort(inOrder);
  giveLanes();
  for (const mark of marks) if (before.has(mark) && before.get(mark) !== mark.lane) touched.push(mark);
  paint(touched);
}

export function showDraft(place) {
  const touched = [draft, place].filter(Boolean);
  draft = place;
  paint(touched);
}

function paint(places) {
  const touched = new Set();
  for (const { start, end } of places) {
    for (let n = blockAt(start); n <= blockAt(end - 1); n++) touched.add(n);
  }
  for (const n of touched) paintBlock(n);
}

/* A block as the server writes it: cut wherever something starts or ends. */
function paintBlock(n) {
  const block = spanOfBlock(n);
  const near = (one) => one.start < block.end && one.end > block.start;
  const over = marks.filter(near);
  const shown = spans.filter(near);
  const cuts = new Set([block.start, block.end]);
  for (const one of [...over, ...shown, ...[draft].filter((one) => one && near(one))]) {
    cuts.add(Math.max(one.start, block.start));
    cuts.add(Math.min(one.end, block.end));
  }
  const places = [...cuts].sort((a, b) => a - b);
  const pieces = document.createDocumentFragment();
  for (let at = 0; at + 1 < places.length; at++) pieces.append(...pieceOf(places[at], places[at + 1], over, shown));
  blocks[n].replaceChildren(pieces);
}

function pieceOf(start, end, over, shown) {
  let words = document.createTextNode(content.slice(start, end));
  if (draft && draft.start <= start && end <= draft.end) {
    const drafted = document.createElement("mark");
    drafted.className = "mark-draft";
    drafted.append(words);
    words = drafted;
  }
  const here = over.filter((mark) => mark.start <= start && end <= mark.end);
  if (here.length) return markOf(words, here, start, end);
  const span = shown.find((one) => one.start <= start && end <= one.end);
  if (!span) return [words];
  const sentence = document.createElement("span");
  sentence.className = span.className;
  if (span.id && span.start === start) sentence.id = span.id;
  if (span.title) sentence.title = span.title;
  if (span.opens && span.start === start) sentence.dataset.opens = span.opens;
  sentence.append(words);
  return [sentence];
}

const named = (some, verb) => `${some.map((mark) => `C-${mark.number}`).join(", ")} ${verb}${some.length > 1 ? "" : "s"}`;

function markOf(words, here, start, end) {
  const opening = here.filter((mark) => mark.start === start);
  const closing = here.filter((mark) => mark.end === end);
  const anchors = opening.slice(1).map(({ number }) => Object.assign(document.createElement("span"), { id: `C-${number}` }));
  const lanes = [...new Set(here.map((mark) => Math.min(mark.lane, LANES)))].sort();
  const mark = document.createElement("mark");
  mark.className = `mark depth-${Math.min(here.length, 3)} ${lanes.map((lane) => `lane-${lane}`).join(" ")}`;
  mark.classList.toggle("is-selected", here.some(({ number }) => number === atHand));
  if (opening.length) {
    mark.id = `C-${opening[0].number}`;
    mark.dataset.opens = named(opening, "begin");
  }
  if (closing.length) mark.dataset.closes = named(closing, "end");
  mark.dataset.claims = here.map(({ number }) => number).join(" ");
  mark.append(words);
  return [...anchors, mark, ...closing.flatMap(({ number }) => signsOf(number))];
}

function signsOf(number) {
  return (signs.get(number) ?? []).slice(0, SIGNS).map(([other, address]) => {
    const sign = document.createElement("a");
    sign.className = "against";
    sign.href = address;
    Object.assign(sign.dataset, { from: number, to: other });
    sign.title = `C-${number} contradicts C-${other}: to its words`;
    sign.setAttribute("aria-label", sign.title);
    const drawing = document.querySelector(".against .sign") ?? document.querySelector("#cards .sign");
    if (drawing) sign.append(drawing.cloneNode(true));
    return sign;
  });
}

/* ── Gone to ──────────────────────────────────────────────────────────────────────────────────────────────── */

const piecesOf = (number) => [...text.querySelectorAll(`mark[data-claims~="${number}"]`)];
export const isMarked = (number) => marks.some((mark) => mark.number === number);
const markOfNumber = (number) => marks.find((mark) => mark.number === number);

beginCursorAt(() => (atHand === null ? null : markOfNumber(atHand)));

/* Beside the text the margin scrolls by itself; on a narrow screen the card at hand lies at the foot. */
export function isNarrow() {
  return getComputedStyle(margin).overflowY === "visible";
}

export function unselect() {
  for (const one of document.querySelectorAll(".reader .is-selected")) one.classList.remove("is-selected");
  document.getElementById("over")?.remove();
}

export function take(number, { scroll = true, done = "" } = {}) {
  const mark = markOfNumber(number);
  if (!mark) return;
  unselect();
  const pieces = piecesOf(number);
  for (const piece of pieces) piece.classList.add("is-selected");
  atHand = number;
  forgetCursor();
  if (scroll) bring(pieces[0], isNarrow() ? "start" : "center");
  const quote = content.slice(mark.start, Math.min(mark.end, mark.start + 600));
  if (cardOf(number)) showCard(number, quote, done);
  else fetchCards(number).then(() => atHand === number && showCard(number, quote, done));
}

function showCard(number, quote, done) {
  const card = cardOf(number);
  card?.classList.add("is-selected");
  if (card) tellOverlaps(markOfNumber(number), card);
  if (card && !isNarrow()) margin.scrollTo({ top: card.offsetTop - 16 });
  const statement = card?.querySelector(".statement")?.textContent.trim() ?? "";
  const others = overlapping(markOfNumber(number)).length - 1;
  const more = others > 0 ? ` ${others} more ${others > 1 ? "claims rest" : "claim rests"} on some of these words.` : "";
  const against = signs.get(number)?.length ? ` Contradicts ${signs.get(number).map(([one]) => `C-${one}`).join(", ")} in this text.` : "";
  say(`C-${number}${done}.${more}${against} ${statement} ${quote}`.slice(0, 600));
}

/* Of a text with many claims the page has only some cards: those from this one on take their place. */
async function fetchCards(number) {
  const answer = await fetch(`${cards().dataset.from}${number}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) return;
  cards().innerHTML = await answer.text();
  htmx.process(cards());
}

/* Going to a mark changes the address without a step in the history: coming back to the page comes back to it. */
export function goTo(number, done) {
  if (location.hash !== `#C-${number}`) location.replace(`#C-${number}`);
  text.focus({ preventScroll: true }); // Going to a part of the page takes the focus away.
  take(number, { done });
}

/* The next of some marks in the order of the text, or the previous one: round and round. */
function stepAmong(some, by) {
  if (!some.length) return false;
  const here = atHand === null ? null : markOfNumber(atHand);
  let next;
  if (here) {
    next = by > 0 ? some.find((one) => inOrder(one, here) > 0) : some.findLast((one) => inOrder(one, here) < 0);
  } else {
    const top = firstInView();
    next = by > 0 ? some.find((one) => one.start >= top) : some.findLast((one) => one.start < top);
  }
  goTo((next ?? some.at(by > 0 ? 0 : -1)).number);
  return true;
}

export const step = (by) => stepAmong(marks, by) || say("No marks are shown.");

/* ── Claims on the same words ─────────────────────────────────────────────────────────────────────────────── */

const overlapping = (mark) => marks.filter((one) => one.start < mark.end && one.end > mark.start);

/* On the card at hand, the others that rest on some of its words. */
function tellOverlaps(mark, card) {
  const some = overlapping(mark);
  if (some.length < 2) return;
  const place = document.createElement("nav");
  place.className = "cluster meta";
  place.id = "over";
  place.setAttribute("aria-label", "Claims on the same words");
  place.append("On these words too: ");
  for (const { number } of some.filter((one) => one !== mark).slice(0, 12)) {
    const link = document.createElement("a");
    link.className = "num";
    link.href = `#C-${number}`;
    link.textContent = `C-${number}`;
    place.append(link);
  }
  card.append(place);
}

export function another() {
  const mark = atHand === null ? null : markOfNumber(atHand);
  const some = mark ? overlapping(mark) : [];
  if (some.length < 2) return say("No other claim rests on these words.");
  goTo(some[(some.indexOf(mark) + 1) % some.length].number);
}

/* A click where several lie takes what started last; clicking again goes one deeper. */
export function clicked(element) {
  const numbers = element.dataset.claims.split(" ");
  const next = numbers.includes(atHand) ? numbers.indexOf(atHand) - 1 : numbers.length - 1;
  take(numbers.at(next), { scroll: false });
}

/* ── Contradictions within the text ───────────────────────────────────────────────────────────────────────── */

const turn = new Map(); // which of the claims that one contradicts was gone to last

export function otherSide() {
  const others = atHand === null ? [] : (signs.get(atHand) ?? []);
  if (!others.length) return say("It contradicts no other claim of this text.");
  const n = ((turn.get(atHand) ?? -1) + 1) % others.length;
  turn.set(atHand, n);
  const [other, address] = others[n];
  if (isMarked(other)) goTo(other);
  else location.assign(address);
}

export function stepContradiction(by) {
  if (!stepAmong(marks.filter((mark) => signs.has(mark.number)), by)) say("No two claims of this text contradict each other.");
}

readMarks();
