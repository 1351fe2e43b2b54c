/* What the claims' forms do while one types: topics are offered after each comma, and names beyond the first three
   hundred are fetched. Without this script the lists offer what they hold. */

const WAIT = 200;

function lastPart(field) {
  if (!("commas" in field.dataset)) return ["", field.value];
  const [, before, part] = field.value.match(/^(.*,\s*)?([^,]*)$/s);
  return [before ?? "", part];
}

function fill(list, names, before) {
  list.replaceChildren(...names.map((name) => new Option("", before + name)));
}

const waiting = new WeakMap();

document.addEventListener("input", (event) => {
  const field = event.target;
  const list = field.list;
  if (!list || !("names" in list.dataset)) return;
  const [before, part] = lastPart(field);
  list.held ??= [...list.options].map((option) => option.value);
  fill(list, list.held, before);
  if (!("more" in list.dataset) || !part.trim()) return;
  clearTimeout(waiting.get(field));
  waiting.set(
    field,
    setTimeout(async () => {
      const answer = await fetch(`${list.dataset.names}&like=${encodeURIComponent(part.trim())}`);
      if (answer.ok && lastPart(field)[1] === part) fill(list, await answer.json(), before);
    }, WAIT),
  );
});
