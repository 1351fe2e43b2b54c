/* The review desk: digits for verdicts and confidence, Escape out of the note, and no verdict on a pair that has only
   just come: a key held or pressed twice must not judge what nobody has read. */

const GUARD = 400;
const DIGIT = { 1: "contradicts", 2: "supports", 3: "neither" };

const form = () => document.getElementById("verdict");
const verdicts = () => [...(form()?.querySelectorAll("button.verdict") ?? [])];

document.addEventListener("gainsay:key", (event) => {
  const button = verdicts().find((one) => one.value === DIGIT[event.detail.key]);
  if (!button) return;
  event.preventDefault();
  if (!event.detail.repeat && !button.disabled) button.click();
});

/* The digit's own key, whatever it types: Shift+4 on most keyboards, the bare key where digits are shifted. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^\d$/.test(event.key)) return;
  const digit = /^Digit([1-5])$/.exec(event.code)?.[1];
  if (!digit || document.documentElement.dataset.keys === "off") return;
  if (event.target.closest("textarea, input[type=search]") || document.querySelector("dialog[open]")) return;
  const choice = form()?.querySelector(`input[name=confidence][value="${digit}"]`);
  if (choice) {
    event.preventDefault();
    choice.checked = true;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !event.target.matches("#verdict textarea")) return;
  event.preventDefault();
  event.target.blur();
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "main") return;
  const page = event.detail.target;
  page.classList.toggle("review", form() !== null);
  window.scrollTo(0, 0);
  document.getElementById("pair").focus({ preventScroll: true });
  const buttons = verdicts();
  for (const button of buttons) button.disabled = true;
  setTimeout(() => {
    for (const button of buttons) button.disabled = false;
  }, GUARD);
});

/* What could not be sent is said, and stays where it was typed. */
function unsent(words) {
  const place = document.getElementById("unsent");
  if (!place) return;
  place.textContent = words;
  place.hidden = false;
}

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (new URL(xhr.responseURL).pathname === requestConfig.path) return;
  event.preventDefault();
  unsent("You are signed out: nothing was recorded. Copy your note if you need it, then sign in again.");
});

document.body.addEventListener("htmx:responseError", (event) => {
  unsent(`The server answered ${event.detail.xhr.status}: nothing was recorded. What you wrote is still here.`);
});

document.body.addEventListener("htmx:sendError", () => {
  unsent("The server does not answer: nothing was recorded. What you wrote is still here; try again in a moment.");
});
