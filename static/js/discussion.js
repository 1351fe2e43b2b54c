/* The discussion of a record: names that are put into the text at a click, and, on the reader, its place that is
   filled when it is opened. Nothing here is needed to take part. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mention]");
  if (!button) return;
  const field = button.closest("form").querySelector("textarea");
  const before = field.value.slice(0, field.selectionStart);
  const space = before === "" || /\s$/.test(before) ? "" : " ";
  field.setRangeText(`${space}${button.dataset.mention} `, field.selectionStart, field.selectionEnd, "end");
  field.focus();
});

/* While it is closed its key opens it; then the key leads to the field. */
const folded = document.getElementById("folded-discussion");
if (folded) {
  const summary = folded.querySelector("summary");
  let isByKey = false;
  document.addEventListener("gainsay:key", (event) => {
    if (event.detail.key === "r" && !folded.open) isByKey = true;
  });
  folded.addEventListener("toggle", () => {
    if (folded.open) delete summary.dataset.key;
    else summary.dataset.key = "r";
  });
  folded.addEventListener("htmx:afterSettle", () => {
    if (isByKey) folded.querySelector("textarea")?.focus();
    isByKey = false;
  });
}

/* Once a comment is sent the keys are keys again: u takes it back. */
document.body.addEventListener("htmx:afterSettle", (event) => {
  const field = document.activeElement;
  const sent = event.detail.requestConfig?.verb === "post";
  if (sent && field.matches("#discussion textarea") && field.value === "") field.blur();
});

if (location.hash === "#discussion" && folded) folded.open = true;
