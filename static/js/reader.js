/* The reader: words of the text are selected (mouse, touch, arrow keys), a form opens beside them, and what is saved is
   marked in place. Without this script the form takes typed words and the page is loaded anew.

   The page holds the stored text to the letter. The server counts its characters (code points), the browser counts
   UTF-16 units: here all is counted in units, and turned where it leaves for the form or comes from a card. */

const text = document.getElementById("text");
const margin = document.querySelector(".reader-margin");
const cards = document.getElementById("cards");
const said = document.getElementById("said");
const content = text.textContent;
const marking = () => document.getElementById("marking");
const canMark = marking() !== null;

function say(words) {
  said.textContent = words;
}

/* ── Places in the text ───────────────────────────────────────────────────────────────────────────────────── */

const isSecondHalf = (unit) => (content.charCodeAt(unit) & 0xfc00) === 0xdc00;

function charactersBefore(unit) {
  let count = 0;
  for (let at = 0; at < unit; at++) if (!isSecondHalf(at)) count++;
  return count;
}

function unitAt(characters) {
  let at = 0;
  for (let count = 0; at < content.length && count < characters; at++) if (!isSecondHalf(at + 1)) count++;
  return at;
}

/* The text nodes that end after a place, each with the place it starts at. */
function* nodesFrom(start) {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let at = 0, node = walker.nextNode(); node; at += node.length, node = walker.nextNode()) {
    if (at + node.length > start) yield [node, at];
  }
}

function placeOf(node, offset) {
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function pointAt(unit) {
  for (const [node, at] of nodesFrom(unit)) return [node, unit - at];
  return [text, text.childNodes.length];
}

function rangeOf({ start, end }) {
  const range = document.createRange();
  range.setStart(...pointAt(start));
  range.setEnd(...pointAt(end));
  return range;
}

/* The text nodes that are exactly these words, cut out where the words begin and end within one. */
function nodesOf({ start, end }) {
  const found = [];
  for (const [node, at] of [...nodesFrom(start)]) {
    if (at >= end) break;
    const piece = at < start ? node.splitText(start - at) : node;
    const rest = end - Math.max(at, start);
    if (rest < piece.length) piece.splitText(rest);
    found.push(piece);
  }
  return found;
}

function trimmed({ start, end }) {
  const words = content.slice(start, end);
  const inner = words.trim();
  const from = start + words.indexOf(inner);
  return inner ? { start: from, end: from + inner.length } : null;
}

/* ── The words selected last: they are kept while the focus is in the form ─────────────────────────────────── */

const selection = document.getSelection();
let selected = null;

function keepSelected() {
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || !range.intersectsNode(text)) return;
  if (!range.collapsed) selected = range.cloneRange();
  else if (text.contains(range.startContainer)) selected = null;
}

document.addEventListener("selectionchange", keepSelected);

function wordsSelected() {
  keepSelected(); // The event comes late: a key may be faster.
  if (!selected) return null;
  const { startContainer, startOffset, endContainer, endOffset } = selected;
  return trimmed({
    start: text.contains(startContainer) ? placeOf(startContainer, startOffset) : 0,
    end: text.contains(endContainer) ? placeOf(endContainer, endOffset) : content.length,
  });
}

/* ── Selecting with the keys: a cursor goes from word to word, Shift keeps what it has passed ─────────────── */

const cut = {};

/* The words or the sentences of the text, as its language has them. */
function segmented(granularity) {
  let language = [];
  try {
    language = Intl.Segmenter.supportedLocalesOf(text.lang || []);
  } catch {
    // What was noted as its language is none: the browser's own is taken.
  }
  cut[granularity] ??= new Intl.Segmenter(language, { granularity }).segment(content);
  return cut[granularity];
}

let cursor = null; // { anchor, head }: the word where the selection was begun, and the one it has come to

const placed = (segment) => ({ start: segment.index, end: segment.index + segment.segment.length });

/* The word at a place; between two words, the next one in the direction of travel, else the other. */
function wordAt(unit, step = 1) {
  const here = segmented("word").containing(Math.min(Math.max(unit, 0), content.length - 1));
  if (!here) return null;
  return here.isWordLike ? placed(here) : (wordAfter(placed(here), step) ?? wordAfter(placed(here), -step));
}

function wordAfter({ start, end }, step) {
  for (let unit = step > 0 ? end : start - 1; unit >= 0 && unit < content.length; ) {
    const here = segmented("word").containing(unit);
    if (here.isWordLike) return placed(here);
    unit = step > 0 ? here.index + here.segment.length : here.index - 1;
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
    unit = placeOf(selection.focusNode, selection.focusOffset);
  }
  const found = wordAt(granularity === "line" || step < 0 ? unit : unit - 1, granularity === "line" ? step : -step);
  const wrong = granularity === "line" && found && (found.start - word.start) * step <= 0;
  return wrong ? null : found;
}

function firstInView() {
  const top = Math.max(text.getBoundingClientRect().top, 0) + 4;
  const left = text.getBoundingClientRect()[getComputedStyle(text).direction === "rtl" ? "right" : "left"];
  const inward = getComputedStyle(text).direction === "rtl" ? -4 : 4;
  const point = document.caretPositionFromPoint?.(left + inward, top);
  const range = point ? null : document.caretRangeFromPoint?.(left + inward, top);
  const [node, offset] = point ? [point.offsetNode, point.offset] : [range?.startContainer, range?.startOffset];
  return node && text.contains(node) ? placeOf(node, offset) : 0;
}

/* The cursor as the page shows it now: where the mouse clicked, what it selected, the mark at hand, or the top. */
function cursorHere() {
  const inText = (node) => node !== null && text.contains(node);
  if (inText(selection.anchorNode) && inText(selection.focusNode)) {
    const anchor = placeOf(selection.anchorNode, selection.anchorOffset);
    const head = placeOf(selection.focusNode, selection.focusOffset);
    if (cursor && shows(cursor, anchor, head)) return { ...cursor, isNew: false };
    const [first, last] = anchor <= head ? [anchor, Math.max(head - 1, anchor)] : [Math.max(anchor - 1, head), head];
    return { anchor: wordAt(first), head: wordAt(last), isNew: selection.isCollapsed };
  }
  const word = wordAt(markAtHand()?.start ?? firstInView());
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
  const [from, to] = head.start < anchor.start ? [end, start] : [start, end];
  selection.setBaseAndExtent(...pointAt(from), ...pointAt(to));
  reveal(rangeOf(head).getBoundingClientRect());
  say(content.slice(start, end).slice(0, 300));
}

function reveal({ top, bottom }) {
  const foot = document.querySelector(".tray")?.getBoundingClientRect().top ?? innerHeight;
  if (top < 40) scrollBy({ top: top - 80 });
  else if (bottom > foot - 40) scrollBy({ top: bottom - foot + 80 });
}

function travel(event) {
  const forward = getComputedStyle(text).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const moves = {
    ArrowLeft: (word) => wordAfter(word, forward === "ArrowLeft" ? 1 : -1),
    ArrowRight: (word) => wordAfter(word, forward === "ArrowRight" ? 1 : -1),
    ArrowUp: (word) => wordBy(word, "backward", "line"),
    ArrowDown: (word) => wordBy(word, "forward", "line"),
    Home: (word) => wordBy(word, "backward", "lineboundary"),
    End: (word) => wordBy(word, "forward", "lineboundary"),
  };
  const move = moves[event.key];
  if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const here = cursorHere();
  if (!here.head) return;
  // The first key of all only shows where the cursor is.
  const head = here.isNew && !event.shiftKey ? here.head : (move(here.head) ?? here.head);
  select(event.shiftKey ? here.anchor : head, head);
}

/* The sentence at the cursor; when it is selected already, the next one with it. */
function selectSentence() {
  const here = cursorHere();
  if (!here.head) return;
  const span = spanOf(here.anchor, here.head);
  const first = placed(segmented("sentence").containing(span.start)).start;
  let last = placed(segmented("sentence").containing(span.end - 1)).end;
  let whole = trimmed({ start: first, end: last });
  while (!here.isNew && whole.start === span.start && whole.end === span.end && last < content.length) {
    last = placed(segmented("sentence").containing(last)).end;
    whole = trimmed({ start: first, end: last });
  }
  select({ start: whole.start, end: whole.start }, { start: whole.start, end: whole.end });
}

if (canMark) text.addEventListener("keydown", travel);

/* ── Marks ────────────────────────────────────────────────────────────────────────────────────────────────── */

const numbersOf = (mark) => mark.dataset.claims.split(" ");
const piecesOf = (number) => [...text.querySelectorAll(`mark[data-claims~="${number}"]`)];
const cardOf = (number) => document.getElementById(`claim-${number}`);

let atHand = null; // the number of the claim whose mark was gone to last

/* Beside the text the margin scrolls by itself; on a narrow screen it stands below. */
function marginScrolls() {
  return getComputedStyle(margin).overflowY !== "visible";
}

function markAtHand() {
  const [first] = atHand === null ? [] : piecesOf(atHand);
  return first ? { start: placeOf(first, 0) } : null;
}

/* The numbers of all marks, in the order in which they start. */
function marksInOrder() {
  const found = new Set();
  for (const mark of text.querySelectorAll("mark[data-claims]")) numbersOf(mark).forEach((number) => found.add(number));
  return [...found];
}

function take(number, { scroll = true, done = "" } = {}) {
  const pieces = piecesOf(number);
  if (!pieces.length) return;
  for (const one of document.querySelectorAll(".reader .is-selected")) one.classList.remove("is-selected");
  for (const piece of pieces) piece.classList.add("is-selected");
  atHand = number;
  cursor = null;
  if (scroll) pieces[0].scrollIntoView({ block: "center" });
  const quote = pieces.map((piece) => piece.textContent).join("");
  if (cardOf(number)) showCard(number, quote, done);
  else fetchCards(number).then(() => atHand === number && showCard(number, quote, done));
}

function showCard(number, quote, done) {
  const card = cardOf(number);
  card?.classList.add("is-selected");
  if (card && marginScrolls()) margin.scrollTo({ top: card.offsetTop - 16 });
  const statement = card?.querySelector(".statement").textContent.trim() ?? "";
  say(`C-${number}${done}. ${statement} ${quote}`.slice(0, 600));
}

/* Of a text with many claims the page has only some cards: those from this one on take their place. */
async function fetchCards(number) {
  const answer = await fetch(`${cards.dataset.from}${number}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) return;
  cards.innerHTML = await answer.text();
  htmx.process(cards);
}

/* Going to a mark changes the address without a step in the history: coming back to the page comes back to it. */
function goTo(number, done) {
  if (location.hash !== `#C-${number}`) location.replace(`#C-${number}`);
  text.focus({ preventScroll: true }); // Going to a part of the page takes the focus away.
  take(number, { done });
}

function step(by) {
  const numbers = marksInOrder();
  if (!numbers.length) return;
  let at = numbers.indexOf(atHand);
  if (at < 0) {
    const inView = [...text.querySelectorAll("mark[data-claims]")].find((one) => one.getBoundingClientRect().top > 0);
    at = inView ? numbers.indexOf(numbersOf(inView).at(-1)) : numbers.length;
    if (by > 0) at--;
  }
  goTo(numbers[(at + by + numbers.length) % numbers.length]);
}

function backAndForth(from) {
  const card = atHand === null ? null : cardOf(atHand);
  if (!card) return step(1);
  if (card.contains(from)) {
    text.focus({ preventScroll: true });
    take(atHand);
  } else {
    card.querySelector(".statement a").focus();
  }
}

text.addEventListener("click", (event) => {
  const mark = event.target.closest("mark[data-claims]");
  if (!mark || !selection.isCollapsed) return;
  const numbers = numbersOf(mark);
  // What started last lies on top; clicking again goes one deeper.
  const next = numbers.includes(atHand) ? numbers.indexOf(atHand) - 1 : numbers.length - 1;
  take(numbers.at(next), { scroll: false });
  // On a narrow screen the cards stand below the text.
  if (!marginScrolls()) cardOf(atHand)?.scrollIntoView({ block: "center" });
});

cards.addEventListener("click", (event) => {
  const card = event.target.closest("[data-claim]");
  if (card && !event.target.closest("a, button")) goTo(card.dataset.claim);
});

const hashed = () => location.hash.match(/^#C-(\d+)$/)?.[1];
addEventListener("hashchange", () => hashed() && hashed() !== atHand && take(hashed()));
if (hashed()) take(hashed());

/* Draw the mark of a new claim over what is there: as the server would, text cut at every start and end. */
function draw(number, place) {
  nodesOf(place).forEach((node, index) => {
    const mark = markAround(node);
    mark.dataset.claims = mark.dataset.claims ? `${mark.dataset.claims} ${number}` : number;
    mark.className = `mark depth-${Math.min(numbersOf(mark).length, 3)}`;
    if (index > 0) return;
    if (mark.id) {
      const anchor = document.createElement("span");
      anchor.id = `C-${number}`;
      mark.before(anchor);
    } else {
      mark.id = `C-${number}`;
    }
  });
}

/* A mark element that holds this text node alone: a new one, or the one around it cut to it. */
function markAround(node) {
  let mark = node.parentElement.closest("mark[data-claims]");
  if (!mark) {
    mark = document.createElement("mark");
    mark.dataset.claims = "";
    node.replaceWith(mark);
    mark.append(node);
    return mark;
  }
  const like = (nodes) => {
    const copy = mark.cloneNode(false);
    copy.removeAttribute("id");
    copy.append(...nodes);
    return copy;
  };
  const nodes = [...mark.childNodes];
  const at = nodes.indexOf(node);
  if (at < nodes.length - 1) mark.after(like(nodes.slice(at + 1)));
  if (at > 0) {
    const own = like([node]);
    mark.after(own);
    mark = own;
  }
  return mark;
}

/* ── The form ─────────────────────────────────────────────────────────────────────────────────────────────── */

function showDraft(place) {
  hideDraft();
  for (const node of nodesOf(place)) {
    const draft = document.createElement("mark");
    draft.className = "mark-draft";
    node.replaceWith(draft);
    draft.append(node);
  }
}

function hideDraft() {
  for (const draft of text.querySelectorAll(".mark-draft")) draft.replaceWith(...draft.childNodes);
  text.normalize();
}

function open(place) {
  const fields = marking().querySelector("form").elements;
  marking().open = true;
  if (place) {
    marking().querySelector("[data-places]")?.remove();
    fields.words.value = content.slice(place.start, place.end);
    fields.start.value = charactersBefore(place.start);
    showDraft(place);
  }
  selected = null;
  if (marginScrolls()) margin.scrollTo({ top: 0 });
  (fields.words.value ? fields.statement : fields.words).focus();
}

/* For a finger or a mouse: the same, at the end of the words just selected. */
function offerButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-primary button-small";
  button.textContent = "Make a claim";
  Object.assign(button.style, { position: "absolute", zIndex: 4 });
  button.hidden = true;
  text.after(button);
  const place = () => {
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    button.hidden = marking().open || !range || !text.contains(range.commonAncestorContainer);
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

function close() {
  hideDraft();
  marking().open = false;
  text.focus({ preventScroll: true });
}

function placeCard(card) {
  const { claim, start, end } = card.dataset;
  const order = (one) => [Number(one.dataset.start), -Number(one.dataset.end), Number(one.dataset.claim)];
  const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  const next = [...cards.querySelectorAll("[data-claim]")].find((one) => compare(order(card), order(one)) < 0);
  if (next) next.before(card);
  else if (cards.querySelector("[data-more]")) card.remove(); // it belongs among those that are not here
  cards.querySelector("[data-nothing]")?.remove();
  hideDraft();
  draw(claim, { start: unitAt(Number(start)), end: unitAt(Number(end)) });
  selected = null;
  goTo(claim, " marked");
}

function refuse(words) {
  const old = marking().querySelector("[data-failed]");
  const notice = old ?? document.createElement("p");
  notice.className = "notice notice-danger";
  notice.dataset.failed = "";
  notice.setAttribute("role", "alert");
  notice.textContent = words;
  if (!old) marking().querySelector("form").prepend(notice);
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
    if (!event.target.closest("#marking")) return;
    if (event.key === "Escape" && marking().open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      marking().querySelector("form").requestSubmit();
    }
  });

  // Signed out, one is sent to the sign-in page: not from here, with words typed.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (target.id !== "marking" || new URL(xhr.responseURL).pathname === requestConfig.path) return;
    event.preventDefault();
    refuse("You are signed out: the claim was not saved. What you typed is still here. Sign in in another tab, then save it again.");
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "marking" || event.detail.xhr.status !== 422) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.target.id === "marking") {
      refuse(`The server answered ${event.detail.xhr.status}: the claim was not saved. What you typed is still here.`);
    }
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.target.id === "marking") {
      refuse("The server does not answer: the claim was not saved. What you typed is still here; save it again later.");
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "marking") return;
    const last = cards.lastElementChild;
    if (last.matches("[data-claim]") && !piecesOf(last.dataset.claim).length) {
      placeCard(last);
    } else if (marking().open) {
      say(marking().querySelector(".errorlist")?.textContent.trim() ?? "");
      marking().querySelector("[aria-invalid=true], [name=statement]").focus();
    }
  });
}

/* ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────── */

document.addEventListener("gainsay:key", (event) => {
  const actions = {
    n: () => step(1),
    N: () => step(-1),
    m: () => backAndForth(event.target),
  };
  if (canMark) {
    actions.c = () => open(wordsSelected());
    actions.s = selectSentence;
    actions.t = () => text.focus({ preventScroll: true });
    if (marking().open) actions.Escape = close;
  }
  const action = actions[event.detail.key];
  if (!action) return;
  event.preventDefault();
  action();
});
