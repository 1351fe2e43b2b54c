/* What the claims' forms offer while one types: the names of speakers and topics, topics after each comma too. They are
   fetched when their field is first gone to, and anew for the letters typed when there are more than one answer holds.
   Without this script one types the names. And what the list's filters leave out of its address. */

const WAIT = 200;
const FULL = 100;

function parts(field) {
  if (!("commas" in field.dataset)) return ["", field.value];
  const [, before, last] = field.value.match(/^(.*,\s*)?([^,]*)$/s);
  return [before ?? "", last];
}

async function names(list, like) {
  const answer = await fetch(`${list.dataset.names}&like=${encodeURIComponent(like)}`);
  return answer.ok && !answer.redirected ? answer.json() : [];
}

function offer(field) {
  const [before] = parts(field);
  field.list.replaceChildren(...field.list.held.map((name) => new Option("", before + name)));
}

const waiting = new WeakMap();

document.addEventListener("focusin", async ({ target: field }) => {
  if (!field.list?.dataset.names || field.list.held) return;
  field.list.held = [];
  field.list.held = await names(field.list, "");
  field.list.isFull = field.list.held.length === FULL;
  offer(field);
});

document.addEventListener("input", ({ target: field }) => {
  if (!field.list?.held) return;
  offer(field);
  const [, like] = parts(field);
  if (!field.list.isFull || !like.trim()) return;
  clearTimeout(waiting.get(field));
  const ask = async () => {
    const found = await names(field.list, like.trim());
    if (parts(field)[1] !== like) return;
    field.list.held = found;
    offer(field);
  };
  waiting.set(field, setTimeout(ask, WAIT));
});

/* An address that is shared names only the filters that are on. */
document.addEventListener("formdata", ({ target: form, formData }) => {
  if (form.method !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});
