/* The import page: files dropped anywhere on the drop area, what is too big said before it is sent. */

const form = document.querySelector("[data-import]");
const drop = form.querySelector("[data-drop]");
const input = drop.querySelector("input[type=file]");
const text = form.querySelector("textarea");
const problems = form.querySelector("[data-problems]");
const reading = form.querySelector("[data-reading]");
const button = form.querySelector("button");

const most = Number(form.dataset.most);
const MOST_CHARACTERS = 5_000_000;

function problemsNow() {
  const found = [...input.files]
    .filter((file) => file.size > most)
    .map((file) => `${file.name} is larger than 50 MB: split it, or save its text alone and bring that.`);
  if (text.value.length > 2 * MOST_CHARACTERS) found.push("The pasted text is longer than the 5,000,000 characters that a source holds: split it.");
  return found;
}

function check() {
  const found = problemsNow();
  problems.replaceChildren(
    ...found.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    }),
  );
  problems.hidden = found.length === 0;
  return found.length === 0;
}

for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    drop.classList.add("is-over");
  });
}

drop.addEventListener("dragleave", (event) => {
  if (!drop.contains(event.relatedTarget)) drop.classList.remove("is-over");
});

drop.addEventListener("drop", (event) => {
  drop.classList.remove("is-over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  check();
});

input.addEventListener("change", check);

form.addEventListener("submit", (event) => {
  if (!check()) {
    event.preventDefault();
    return;
  }
  button.disabled = true;
  reading.hidden = false;
});

// The page as it was, when it comes back from the browser's memory.
window.addEventListener("pageshow", () => {
  button.disabled = false;
  reading.hidden = true;
});
