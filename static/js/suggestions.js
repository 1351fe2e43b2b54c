/* Suggestions by keyboard: "j" and "k" go from row to row; "c", "s" and "n" say how the two at hand stand, "d" dismisses
   them; then the next is at hand, as the address says. Without this script the buttons are buttons. */

const list = document.getElementById("suggestions");
const rows = () => [...list.querySelectorAll("[data-suggestion]")];
const DIGITS = { 1: "c", 2: "s", 3: "n" };

function atHand(element) {
  return element.closest?.("[data-suggestion]") ?? rows()[0];
}

function take(row) {
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

/* Under a claim they share the page with other keys: theirs hold while one of them has the focus. */
function pressed(event) {
  const { key, repeat } = event.detail;
  const button = event.target.closest?.("[data-suggestion]")?.querySelector(`[data-does="${DIGITS[key] ?? key}"]`);
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!repeat) button.click();
}

if (!list) document.addEventListener("gainsay:key", pressed, { capture: true });
else {
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const first = asked?.matches("[data-suggestion]") ? asked : rows()[0];
  if (first) first.focus({ preventScroll: first !== asked });

  document.addEventListener("gainsay:key", (event) => {
    const { key, repeat } = event.detail;
    const all = rows();
    if (!all.length) return;
    if (key === "j" || key === "k") {
      const here = all.indexOf(event.target.closest?.("[data-suggestion]"));
      const next = all[key === "j" ? here + 1 : here < 0 ? all.length - 1 : here - 1];
      if (!next) return;
      event.preventDefault();
      take(next);
      return;
    }
    const button = atHand(event.target).querySelector(`[data-does="${DIGITS[key] ?? key}"]`);
    if (!button) return;
    event.preventDefault();
    if (!repeat) button.click();
  });
}

/* A search: the page swaps its progress (htmx); a screen reader is told at each tenth only. */
const told = document.querySelector("[data-told]");

function tell() {
  const search = document.getElementById("search-run");
  const words = search?.dataset.say ?? "";
  if (told && told.textContent !== words) told.textContent = words;
}

document.body.addEventListener("htmx:afterSwap", tell);
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => {
    setTimeout(() => {
      const search = document.getElementById("search-run");
      if (search?.dataset.atWork !== undefined) window.htmx.ajax("GET", search.getAttribute("hx-get"), { target: search, swap: "outerHTML" });
    }, 3000);
  });
}
