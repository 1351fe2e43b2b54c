/* The pairing desk: from the search to a claim with the arrows and Enter, and out of a field with Escape.
   The keys that say how the two stand are the buttons' own (data-key). */

const search = document.getElementById("q");
const results = document.getElementById("results");
const verdict = document.getElementById("verdict");

const found = () => [...results.querySelectorAll("a.cover")];
const unlinked = () => results.querySelector(".row:not([data-linked]) a.cover");
const searched = () => results.querySelector("[data-words]")?.dataset.words === search.value.trim();

/* Enter takes the first that is not linked yet. Before the answer has come it takes the first when it comes: never
   one found for other words. */
let takesFirst = false;

function takeFirst() {
  takesFirst = false;
  (unlinked() ?? found()[0])?.click();
}

results.addEventListener("htmx:afterSwap", () => {
  if (takesFirst && searched()) takeFirst();
});

search.addEventListener("input", () => {
  takesFirst = false;
});

search.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (searched()) takeFirst();
    else takesFirst = true;
  } else if (event.key === "ArrowDown" && found().length) {
    event.preventDefault();
    found()[0].focus();
  } else if (event.key === "Escape" && search.value === "") {
    leave(event);
  }
});

results.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = found();
  const at = links.indexOf(event.target);
  if (at < 0) return;
  event.preventDefault();
  (event.key === "ArrowDown" ? links[Math.min(at + 1, links.length - 1)] : (links[at - 1] ?? search)).focus();
});

/* Out of a field and back to the keys, without clearing the desk. */
function leave(event) {
  event.preventDefault();
  event.target.blur();
}

if (verdict) {
  verdict.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      verdict.requestSubmit(verdict.querySelector("[value=contradicts]"));
    }
  });
  // 1, 2, 3 as on the review desk.
  document.addEventListener("gainsay:key", (event) => {
    const button = verdict.querySelectorAll("button.verdict")[["1", "2", "3"].indexOf(event.detail.key)];
    if (!button) return;
    event.preventDefault();
    if (!event.detail.repeat) button.click();
  });
} else if (!document.querySelector(":focus")) {
  search.select();
}
