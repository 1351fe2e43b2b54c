/* Where a text was left is where it opens the next time: kept in this browser alone, for this person. An address that
   names a claim or a place goes before it, and so does the browser's own way back. */

import { bringToTop, charactersBefore, firstInView, text, unitAt } from "./text.js";

const key = `gainsay.read/${text.dataset.place}`;
const FAR = 400;

function stored() {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0; // this browser keeps nothing
  }
}

function store() {
  try {
    const unit = firstInView();
    if (unit) localStorage.setItem(key, charactersBefore(unit));
    else localStorage.removeItem(key);
  } catch {
    // It is full, or keeps nothing: the text opens at its beginning.
  }
}

export function toTheTop() {
  document.querySelector(".reader-back")?.remove();
  scrollTo(0, 0);
  text.focus({ preventScroll: true });
}

function tell() {
  const notice = document.createElement("p");
  notice.className = "reader-back no-print";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button-link";
  button.textContent = "Back to the top";
  button.addEventListener("click", toTheTop);
  notice.append("Opened where you left it. ", button);
  document.querySelector(".reader-margin").prepend(notice);
}

export function openWhereLeft() {
  const [visit] = performance.getEntriesByType("navigation");
  const asked = location.hash || new URLSearchParams(location.search).has("from");
  const at = stored();
  if (!asked && at > FAR && visit?.type !== "back_forward" && visit?.type !== "reload") {
    bringToTop(unitAt(at));
    tell();
  }
  let waiting = 0;
  addEventListener("scroll", () => {
    clearTimeout(waiting);
    waiting = setTimeout(store, 300);
  }, { passive: true });
  addEventListener("pagehide", store);
}
