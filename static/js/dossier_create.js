/* While the name of a new dossier is typed, its address is suggested; once someone types an address, hers stays. */

const name = document.getElementById("id_name");
const slug = document.getElementById("id_slug");

function suggested(text) {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f'’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 80)
    .replace(/-$/, "");
}

if (name && slug) {
  let mine = slug.value === "" || slug.value === suggested(name.value);
  name.addEventListener("input", () => {
    if (mine) slug.value = suggested(name.value);
  });
  slug.addEventListener("input", () => {
    mine = slug.value === "";
  });
}
