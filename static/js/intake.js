/* An intake: the page swaps itself while it is at work (htmx); here a screen reader is told, at each tenth only. */

const told = document.querySelector("[data-told]");

function tell() {
  const words = document.getElementById("intake")?.dataset.say ?? "";
  if (told.textContent !== words) told.textContent = words;
}

document.body.addEventListener("htmx:afterSwap", tell);
// The server is away for a moment, as when it is started anew: ask again, do not stop at what was seen last.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(failure, () => {
    setTimeout(() => {
      const body = document.getElementById("intake");
      if (body?.dataset.atWork !== undefined) window.htmx.ajax("GET", body.getAttribute("hx-get"), { target: body, swap: "outerHTML" });
    }, 3000);
  });
}
if (document.querySelector("[data-at-work]")) tell();
