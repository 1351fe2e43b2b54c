/* Lists whose rows are checked to be changed together: "j" and "k" go from row to row, "c" checks the row at hand, Shift
   with a click takes all rows since the last one, a button takes the page. How many are checked is said.
   Without this script the boxes are boxes, and the button asks for at least one. */

const form = document.getElementById("picked");
const boxes = () => [...document.querySelectorAll(".pick input[form=picked]")];
let last = null;

function tell() {
  const checked = boxes().filter((box) => box.checked).length;
  const noun = form.dataset.picks;
  form.querySelector(".picks-count").textContent = checked ? `${checked} ${noun}${checked === 1 ? "" : "s"} checked` : "";
  const all = form.querySelector("[data-pick-all]");
  if (all) {
    all.hidden = false;
    all.firstChild.textContent = checked === boxes().length ? "None on this page" : "All on this page";
  }
}

function at(element) {
  return boxes().findIndex((box) => element.closest?.(".row")?.contains(box));
}

if (form) {
  tell();
  // What the browser remembers of the boxes comes back after the page was loaded.
  addEventListener("pageshow", tell);

  document.addEventListener("click", (event) => {
    const box = event.target.closest(".pick input[form=picked]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && last !== box) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    tell();
  });

  form.querySelector("[data-pick-all]")?.addEventListener("click", () => {
    const all = boxes();
    const on = !all.every((box) => box.checked);
    for (const box of all) box.checked = on;
    tell();
  });

  document.addEventListener("gainsay:key", (event) => {
    const { key } = event.detail;
    if (!["j", "k", "c"].includes(key)) return;
    const all = boxes();
    const here = at(event.target);
    if (key === "c") {
      if (here < 0) return;
      event.preventDefault();
      if (!event.detail.repeat) all[here].click();
      return;
    }
    const next = key === "j" ? here + 1 : here < 0 ? all.length - 1 : here - 1;
    if (!all[next]) return;
    event.preventDefault();
    const row = all[next].closest(".row");
    (row.querySelector(".cover") ?? all[next]).focus();
    row.scrollIntoView({ block: "nearest" });
  });
}
