/* What every page does with a script: keys, the dialog that lists them, notices, menus, light and dark.
   Nothing here is needed to do the work: without it the page is the same, less the keys. */

const YEAR = 60 * 60 * 24 * 365;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const age = value === "" ? 0 : YEAR;
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}`;
}

/* ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────
   A bare key is first offered as the event "gainsay:key" (detail.key) at the element in focus: a page's own module
   listens on document and calls preventDefault() on what it takes. What nobody takes goes to the first visible
   element with data-key="…": a field is focused, anything else is clicked. */

/* The keys that this person changed, each default with her own: what she presses is turned into the default, which is
   all that the page's modules and its data-key know, and the hints show what she presses. */
const changed = JSON.parse(document.documentElement.dataset.changedKeys || "{}");
const own = new Map(Object.entries(changed));
const defaults = new Map([...own].map(([key, mine]) => [mine, key]));

function meant(key) {
  return defaults.get(key) ?? (own.has(key) ? null : key);
}

function showKeys(part) {
  if (!own.size) return;
  for (const hint of part.querySelectorAll("kbd:not([data-as-shown] kbd, [data-shown])")) {
    hint.dataset.shown = "";
    hint.textContent = own.get(hint.textContent) ?? hint.textContent;
  }
  for (const element of part.querySelectorAll("[aria-keyshortcuts]:not([data-shown])")) {
    element.dataset.shown = "";
    const keys = element.getAttribute("aria-keyshortcuts").split(" ");
    element.setAttribute("aria-keyshortcuts", keys.map((key) => own.get(key) ?? key).join(" "));
  }
}

showKeys(document);
document.addEventListener("htmx:load", (event) => showKeys(event.detail.elt.parentNode ?? event.detail.elt));

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select, [contenteditable]";

function offered(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key.length !== 1 && event.key !== "Escape") return false;
  if (event.key === " ") return false;
  if (event.target.closest(TYPING)) return false;
  if (event.key !== "Escape" && document.documentElement.dataset.keys === "off") return false;
  // An open dialog, popover or menu keeps its keys, Escape first of all.
  return !document.querySelector("dialog[open], :popover-open, details.menu[open]");
}

function act(element) {
  if (element.matches(TYPING)) {
    element.focus();
    if (element.select) element.select();
  } else {
    element.click();
    // What was folded lies before whoever opened it, wherever the page stood.
    const folded = element.matches("summary") ? element.parentElement : null;
    if (folded?.open) folded.querySelector(":scope > :not(summary) :is(a[href], button, input:not([type=hidden]), select, textarea)")?.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (!offered(event)) return;
  const key = meant(event.key);
  if (key === null) return;
  const taken = !event.target.dispatchEvent(
    new CustomEvent("gainsay:key", { bubbles: true, cancelable: true, detail: { key, repeat: event.repeat } }),
  );
  if (taken) {
    event.preventDefault();
    return;
  }
  if (event.repeat) return;
  if (key === "?") {
    event.preventDefault();
    open("keys");
    return;
  }
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (one) => !one.disabled && one.checkVisibility(),
  );
  if (element) {
    event.preventDefault();
    act(element);
  }
});

/* Ctrl+Enter sends the form that one writes in, by its first button. What a page does with it itself comes first. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || event.isComposing) return;
  const form = event.target.closest("main form");
  const button = form?.querySelector("button:not([type=button], [disabled])");
  if (form?.method !== "post" || !button) return;
  event.preventDefault();
  form.requestSubmit(button);
});

const keysSwitch = document.querySelector("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = document.documentElement.dataset.keys !== "off";
  keysSwitch.addEventListener("change", () => {
    document.documentElement.dataset.keys = keysSwitch.checked ? "on" : "off";
    remember("keys", keysSwitch.checked ? "" : "off");
  });
}

/* ── Dialogs, notices, menus ──────────────────────────────────────────────────────────────────────────────── */

function open(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

async function copy(button, field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    document.getElementById("copied").textContent = "Copied.";
    button.firstChild.textContent = "Copied ";
  } catch {
    // Not allowed here: it is selected, to be copied by hand.
    document.getElementById("copied").textContent = "Selected: copy it with your keyboard.";
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener.dataset.opens);
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  // The backdrop is the dialog itself: a click on it, not on what it holds, closes.
  if (event.target.matches("dialog.dialog")) event.target.close();

  const copier = event.target.closest("[data-copies]");
  if (copier) copy(copier, document.getElementById(copier.dataset.copies));

  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) {
    dismiss.closest(".flash").remove();
    document.getElementById("main").focus({ preventScroll: true });
  }

  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Escape leaves a field, after whatever the page itself does with it; a search empties first, as browsers do. */
window.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  const field = event.target;
  if (!field.matches?.("main textarea, main input:not([type=checkbox], [type=radio], [type=file])")) return;
  if (field.closest("dialog, :popover-open") || (field.type === "search" && field.value !== "")) return;
  field.blur();
});

/* A swap never leaves the keyboard nowhere: if what had the focus is gone, what came in its place has it. */
let lost = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  lost = event.detail.target.contains(document.activeElement) && document.activeElement !== document.body;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const come = event.detail.elt;
  if (!lost || !come.isConnected || document.activeElement !== document.body) return;
  lost = false;
  if (!come.matches("a[href], button, input, select, textarea, summary, [tabindex]")) come.tabIndex = -1;
  come.focus({ preventScroll: true });
});

/* ── Light and dark: kept in a cookie, so that the server writes it and no page flashes ───────────────────── */

const theme = document.querySelector("[data-theme-switch]");
if (theme) {
  const now = document.documentElement.dataset.theme ?? "auto";
  for (const choice of theme.querySelectorAll("input")) choice.checked = choice.value === now;
  theme.addEventListener("change", (event) => {
    const chosen = event.target.value;
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    remember("theme", chosen === "auto" ? "" : chosen);
  });
}
