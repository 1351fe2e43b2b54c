/* The import page: files dropped on it, what is too much said before it is sent, the sending shown. */

const MOST_CHARACTERS = 5_000_000;
const SHOWN_FROM = 5 * 1024 * 1024; // a smaller upload is sent before a bar could be seen
const JUNK = /(^|\/)(\.[^/]*|__MACOSX|\$RECYCLE\.BIN|thumbs\.db|desktop\.ini)(\/|$)/i;

const pathOf = (file) => file.webkitRelativePath || file.name;
const suffixOf = (file) => (file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".")).toLowerCase() : "");

function start() {
  const form = document.querySelector("[data-import]");
  const drop = form.querySelector("[data-drop]");
  const [input, folder] = [form.elements.file, form.elements.folder];
  const text = form.elements.text;
  const problems = form.querySelector("[data-problems]");
  const reading = form.querySelector("[data-reading]");
  const chosen = form.querySelector("[data-chosen]");
  const sent = form.querySelector("[data-sent]");
  const button = form.querySelector(".form-actions button");
  const endings = form.dataset.endings.split(" ");
  const [mostOfFile, most, mostFiles] = [form.dataset.mostFile, form.dataset.most, form.dataset.mostFiles].map(Number);

  const files = () => [...input.files, ...folder.files];

  function problemsNow() {
    const all = files();
    const found = all
      .filter((file) => file.size > (suffixOf(file) === ".zip" ? most : mostOfFile))
      .map((file) => `${file.name} is larger than ${suffixOf(file) === ".zip" ? 500 : 50} MB: split it, or save its text alone and bring that.`);
    if (all.length > mostFiles) found.push(`These are ${all.length.toLocaleString("en")} files, and at most ${mostFiles.toLocaleString("en")} go at once: bring them in several goes, or packed in a zip.`);
    if (all.reduce((sum, file) => sum + file.size, 0) > most) found.push("These files are larger than 500 MB together: bring them in several goes.");
    if (text.value.length > 2 * MOST_CHARACTERS) found.push("The pasted text is longer than the 5,000,000 characters that a source holds: split it.");
    return found;
  }

  function check() {
    const all = files();
    chosen.hidden = all.length < 2;
    chosen.textContent = `${all.length.toLocaleString("en")} files chosen.`;
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

  // Of a folder nothing is sent that would not be read; where its files stand in it goes beside them.
  function chooseFolder() {
    const taken = [...folder.files].filter((file) => endings.includes(suffixOf(file)) && !JUNK.test(pathOf(file)));
    if (taken.length && taken.length < folder.files.length) {
      const kept = new DataTransfer();
      taken.forEach((file) => kept.items.add(file));
      folder.files = kept.files;
    }
    form.elements.paths.value = JSON.stringify(taken.map(pathOf));
    check();
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
  folder.addEventListener("change", chooseFolder);

  function wait(on) {
    button.disabled = on;
    reading.hidden = !on;
    if (!on) sent.hidden = true;
  }

  /* Sent by hand, so that it can be seen how far it is. What the server answers stands in the page afterwards, as it
     would have without this. */
  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) sent.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) {
        location.assign(request.responseURL);
        return;
      }
      const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
      document.querySelector("main").replaceWith(main);
      main.focus();
      if (document.querySelector("[data-import]")) start();
    });
    request.addEventListener("error", () => {
      wait(false);
      problems.replaceChildren(document.createElement("li"));
      problems.firstChild.textContent = "The connection broke off while it was sent. Nothing was kept: send it again.";
      problems.hidden = false;
    });
    sent.hidden = false;
    sent.value = 0;
    request.send(new FormData(form));
  }

  form.addEventListener("submit", (event) => {
    if (!check()) {
      event.preventDefault();
      return;
    }
    wait(true);
    if (files().reduce((sum, file) => sum + file.size, 0) > SHOWN_FROM) {
      event.preventDefault();
      send();
    }
  });

  // The page as it was, when it comes back from the browser's memory.
  window.addEventListener("pageshow", () => wait(false));
}

start();
