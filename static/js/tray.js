/* The pair tray: "p" puts the claim at hand in it, "l" goes to the pairing desk. Swap and empty are its own buttons.
   The claim at hand is the one in focus (a card, a row, a side of a pair), else the one selected, else the page's. */

const CLAIM = "[data-claim]";

function atHand(focused) {
  const near = focused.closest(CLAIM) ?? focused.closest(".row, .side")?.querySelector(CLAIM);
  const found = near ?? document.querySelector(`.claim.is-selected${CLAIM}, .claim:target${CLAIM}, main > ${CLAIM}`);
  return found?.dataset.claim;
}

/* What was put where, said once: the tray itself is replaced, so it cannot say so. */
const said = document.createElement("p");
said.className = "sr-only";
said.setAttribute("role", "status");
document.body.append(said);

document.addEventListener("gainsay:key", (event) => {
  const tray = document.getElementById("tray");
  if (!tray) return;
  const { key, repeat } = event.detail;
  if (key === "p") {
    const number = atHand(event.target);
    if (!number) return;
    event.preventDefault();
    if (repeat) return;
    htmx.ajax("POST", tray.dataset.put, { target: "#tray", swap: "outerHTML", values: { number } });
  } else if (key === "l" && !tray.querySelector("[data-key=l]")) {
    const number = atHand(event.target) ?? tray.querySelector("[data-slot]")?.dataset.slot;
    if (!number) return;
    event.preventDefault();
    location.assign(`${tray.dataset.pair}?from=${number}`);
  }
});

/* Enter goes to the desk with both, unless something that Enter works on is in focus. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("a, button, input, select, textarea, summary, [contenteditable], [tabindex='0'], dialog")) return;
  const pair = document.querySelector("#tray [data-key=l]");
  if (!pair) return;
  event.preventDefault();
  pair.click();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "tray") return;
  const slots = [...document.querySelectorAll("#tray [data-slot]")].map((slot) => `C-${slot.dataset.slot}`);
  said.textContent = slots.length ? `In the tray: ${slots.join(" and ")}.` : "The tray is empty.";
});
