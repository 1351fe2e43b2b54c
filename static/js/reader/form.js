/* The form beside the text: opened with the words selected, saved in place; and the claim at hand edited in its card's
   place. Nothing typed is lost when it cannot be saved. */

import { charactersBefore, content, say, text, unitAt } from "./text.js";
import { forgetSelected, wordsSelected } from "./words.js";
import { atHand, cardOf, cards, change, goTo, isMarked, isNarrow, marks, showDraft, take } from "./marks.js";

const margin = document.querySelector(".reader-margin");
const marking = () => document.getElementById("marking");
const editing = () => document.querySelector("[data-editing]");
export const canMark = marking() !== null;
export const isOpen = () => canMark && (marking().open || editing() !== null);

function fill(fields, place) {
  fields.words.closest("form").querySelector("[data-places]")?.remove();
  fields.words.value = content.slice(place.start, place.end);
  fields.start.value = charactersBefore(place.start);
  showDraft(place);
}

/* Open the form with these words; while a claim is being edited, it rests on them. */
export function open(place) {
  const form = (editing() ?? marking()).querySelector("form");
  if (!editing()) marking().open = true;
  if (place) fill(form.elements, place);
  forgetSelected();
  if (!isNarrow() && !editing()) margin.scrollTo({ top: 0 });
  (form.elements.words.value ? form.elements.statement : form.elements.words).focus();
}

export function close() {
  showDraft(null);
  if (editing()) stopEditing();
  else marking().open = false;
  text.focus({ preventScroll: true });
}

/* For a finger or a mouse: the same, at the end of the words just selected. */
function offerButton() {
  const selection = document.getSelection();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-primary button-small reader-offer";
  button.textContent = "Make a claim";
  button.hidden = true;
  text.after(button);
  const place = () => {
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    button.hidden = isOpen() || !range || !text.contains(range.commonAncestorContainer);
    if (button.hidden) return;
    const last = [...range.getClientRects()].at(-1);
    const { left, right } = text.getBoundingClientRect();
    button.style.top = `${last.bottom + scrollY + 8}px`;
    button.style.left = `${Math.max(left, Math.min(last.right, right) - button.offsetWidth) + scrollX}px`;
  };
  document.addEventListener("pointerup", () => setTimeout(place));
  document.addEventListener("selectionchange", () => {
    if (selection.isCollapsed || matchMedia("(pointer: coarse)").matches) place();
  });
  document.addEventListener("keydown", () => (button.hidden = true));
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // the words stay selected
  button.addEventListener("click", () => {
    open(wordsSelected());
    button.hidden = true;
  });
}

/* ── Saved ────────────────────────────────────────────────────────────────────────────────────────────────── */

const placeOfCard = ({ dataset }) => ({ start: unitAt(Number(dataset.start)), end: unitAt(Number(dataset.end)) });

function placeCard(card) {
  const order = (one) => [Number(one.dataset.start), -Number(one.dataset.end), Number(one.dataset.claim)];
  const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  const placed = [...cards().querySelectorAll("[data-start]")].filter((one) => one !== card);
  const next = placed.find((one) => compare(order(card), order(one)) < 0);
  const { claim } = card.dataset;
  const place = placeOfCard(card);
  if (next) next.before(card);
  else if (cards().querySelector("[data-more]")) card.remove(); // it belongs among those that are not here
  cards().querySelector("[data-nothing]")?.remove();
  showDraft(null);
  change(claim, place);
  forgetSelected();
  goTo(claim, " marked");
}

function replaceCard(card) {
  const { claim } = card.dataset;
  const place = placeOfCard(card);
  const old = marks.find((mark) => mark.number === claim);
  showDraft(null);
  if (old?.start !== place.start || old?.end !== place.end) change(claim, place);
  forgetSelected();
  goTo(claim, " saved");
}

function refuse(form, words) {
  const old = form.querySelector("[data-failed]");
  const notice = old ?? document.createElement("p");
  notice.className = "notice notice-danger";
  notice.dataset.failed = "";
  notice.setAttribute("role", "alert");
  notice.textContent = words;
  if (!old) form.prepend(notice);
}

/* ── Editing in place ─────────────────────────────────────────────────────────────────────────────────────── */

const before = new Map(); // the cards that forms have taken the place of

export function edit(number) {
  const card = cardOf(number);
  if (!card) return;
  if (card.matches("[data-editing]")) card.querySelector("[name=statement]").focus();
  else card.querySelector("[data-edit]")?.click();
}

function stopEditing() {
  const form = editing();
  const { claim } = form.dataset;
  form.replaceWith(before.get(claim));
  htmx.process(cardOf(claim));
  before.delete(claim);
  take(claim, { scroll: false });
}

if (canMark) {
  offerButton();

  margin.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) close();
    if (!event.target.closest("#marking > summary")) return;
    event.preventDefault();
    const place = wordsSelected();
    if (marking().open && !place) close();
    else open(place);
  });

  margin.addEventListener("keydown", (event) => {
    const form = event.target.closest("#marking form, [data-editing] form");
    if (!form) return;
    if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  const formOf = ({ target, elt }) => (target?.matches?.("#marking, .reader-margin .claim") && elt.matches("form") ? elt : null);

  // Signed out, one is sent to the sign-in page: not from here, with words typed.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, requestConfig } = event.detail;
    const form = formOf(event.detail);
    if (!form || new URL(xhr.responseURL).pathname === requestConfig.path) return;
    event.preventDefault();
    refuse(form, "You are signed out: the claim was not saved. What you typed is still here. Sign in in another tab, then save it again.");
  });

  document.addEventListener("htmx:responseError", (event) => {
    const form = formOf(event.detail);
    if (form) refuse(form, `The server answered ${event.detail.xhr.status}: the claim was not saved. What you typed is still here.`);
  });

  document.addEventListener("htmx:sendError", (event) => {
    const form = formOf(event.detail);
    if (form) refuse(form, "The server does not answer: the claim was not saved. What you typed is still here; save it again later.");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, shouldSwap } = event.detail;
    // One claim is edited at a time: what was typed in another form stays there.
    if (shouldSwap && target.matches(".reader-margin .claim:not([data-editing])")) {
      if (editing()) {
        event.detail.shouldSwap = false;
        say(`C-${editing().dataset.claim} is being edited.`);
        editing().querySelector("[name=statement]").focus();
      } else {
        document.getElementById("over")?.remove();
        before.set(target.dataset.claim, target.cloneNode(true));
      }
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const { target } = event.detail;
    if (target.id === "marking") {
      const last = cards().lastElementChild;
      if (last?.matches("[data-start]") && !isMarked(last.dataset.claim)) {
        placeCard(last);
        return countAnew();
      }
      if (!marking().open) return;
      say(marking().querySelector(".errorlist")?.textContent.trim() ?? "");
      marking().querySelector("[aria-invalid=true], [name=statement]").focus();
    } else if (target.matches("article.claim")) {
      const card = document.getElementById(target.id);
      if (!card) return;
      if (!card.matches("[data-editing]")) {
        before.delete(card.dataset.claim);
        return replaceCard(card);
      }
      if (marking().open) marking().open = false;
      if (!isNarrow()) margin.scrollTo({ top: card.offsetTop - 16 });
      say(card.querySelector(".errorlist")?.textContent.trim() ?? "");
      card.querySelector("[aria-invalid=true], [name=statement]").focus();
    }
  });
}

/* What the filters count is asked for when the mark stands: saving does not wait for it. */
function countAnew() {
  const here = new URL(location);
  here.searchParams.set("counts", "1");
  htmx.ajax("GET", here.pathname + here.search, { target: "#bar", swap: "outerHTML" });
}

export function editAtHand(focused) {
  const number = focused.closest?.(".claim[data-claim]")?.dataset.claim ?? atHand;
  if (number) edit(number);
}
