/* The reader: words of the text are selected (mouse, touch, arrow keys), a form opens beside them, and what is saved is
   marked in place. Without this script the form takes typed words and the page is loaded anew.

   This file hears the keys and what the server sends; reader/ has the text, its words, its marks, the form, the place. */

import { bringToTop, firstInView, readText, say, text } from "./reader/text.js";
import { allSentences, changeEnds, placeOfCursor, selectSentence, selectSpan, travel, wordsSelected } from "./reader/words.js";
import { another, atHand, cardOf, cards, clicked, goTo, isMarked, isNarrow, marks, otherSide, readMarks, step, stepContradiction, suggestions, take, unselect } from "./reader/marks.js";
import { canMark, close, editAtHand, isOpen, open } from "./reader/form.js";
import { openWhereLeft, toTheTop } from "./reader/place.js";

/* ── Marks, cards, addresses ──────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("click", (event) => {
  const mark = event.target.closest("#text mark[data-claims]");
  if (mark && document.getSelection().isCollapsed) clicked(mark);
  const card = event.target.closest("#cards .claim[data-claim]");
  if (event.target.closest("[data-unselect]")) {
    unselect();
    text.focus({ preventScroll: true });
  } else if (card && !event.target.closest("a, button, form")) {
    goTo(card.dataset.claim);
  }
});

const hashed = () => location.hash.match(/^#C-(\d+)$/)?.[1];
addEventListener("hashchange", () => hashed() && hashed() !== atHand && take(hashed()));
if (hashed()) take(hashed());
openWhereLeft();

function backAndForth(from) {
  const card = atHand === null ? null : cardOf(atHand);
  if (!card) return step(1);
  if (card.contains(from)) {
    text.focus({ preventScroll: true });
    take(atHand);
  } else {
    card.querySelector("[name=statement], .statement a").focus();
  }
}

/* ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Select the next (or the previous) of some places after the cursor, round and round. */
function toNext(places, by, none) {
  if (!places.length) return say(none);
  const here = placeOfCursor();
  const next = by > 0 ? places.find((one) => one.start >= here.end) : places.findLast((one) => one.end <= here.start);
  const place = next ?? places.at(by > 0 ? 0 : -1);
  text.focus({ preventScroll: true });
  selectSpan(place);
  if (place.title) say(`Suggested: ${place.title}. ${document.getSelection()}`.slice(0, 400));
}

function withoutClaim() {
  let n = 0;
  let reached = 0;
  return allSentences().filter(({ start, end, isBare }) => {
    for (; n < marks.length && marks[n].start < end; n++) reached = Math.max(reached, marks[n].end);
    return isBare && reached <= start;
  });
}

/* ── The text sent again, with other marks ────────────────────────────────────────────────────────────────── */

let kept = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "text" || !detail.shouldSwap) return;
  kept = { unit: firstInView(), label: detail.requestConfig.elt.firstChild?.textContent.trim() };
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "text" || text.isConnected) return;
  readText();
  readMarks();
  if (kept?.unit) bringToTop(kept.unit);
  if (atHand !== null && isMarked(atHand)) take(atHand, { scroll: false });
  if (kept?.label === "suggest") document.querySelector("#suggested details")?.scrollIntoView({ block: "nearest" });
  const chips = [...document.querySelectorAll("#bar .chip")];
  const same = chips.find((one) => one.firstChild.textContent.trim() === kept?.label);
  if (document.activeElement === document.body) (same ?? text).focus({ preventScroll: true });
  say([...document.querySelectorAll("#bar .meta")].map((one) => one.textContent).join(" "));
});

function toFilters() {
  const chip = document.querySelector("#filters [aria-current]") ?? document.querySelector("#filters a");
  chip.focus();
}

/* ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("keydown", travel);

document.addEventListener("gainsay:key", (event) => {
  const actions = {
    n: () => step(1),
    N: () => step(-1),
    m: () => backAndForth(event.target),
    a: another,
    v: otherSide,
    d: () => stepContradiction(1),
    D: () => stepContradiction(-1),
    b: () => toNext(withoutClaim(), 1, "Every sentence has a claim."),
    B: () => toNext(withoutClaim(), -1, "Every sentence has a claim."),
    ".": () => toNext(suggestions(), 1, "No sentences are suggested: g suggests some."),
    ",": () => toNext(suggestions(), -1, "No sentences are suggested: g suggests some."),
    t: () => text.focus({ preventScroll: true }),
    T: toTheTop,
    f: toFilters,
    F: () => document.querySelector("#filters [data-all]").click(),
    s: () => selectSentence(1),
    S: () => selectSentence(-1),
    o: changeEnds,
  };
  if (canMark) {
    actions.c = () => open(wordsSelected());
    actions.e = () => editAtHand(event.target);
  }
  if (isOpen()) actions.Escape = close;
  else if (isNarrow() && cards().querySelector(".is-selected")) actions.Escape = unselect;
  const action = actions[event.detail.key];
  if (!action) return;
  event.preventDefault();
  action();
});
