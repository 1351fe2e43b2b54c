/* The page of origins by keyboard: "j" and "k" go from source to source, "c" confirms the origin at hand (or the first),
   "s" splits the source at hand off, "a" says that it stands on its own, "m" goes to the numbers to be joined.
   Without this script the buttons are buttons. */

const sources = () => [...document.querySelectorAll(".origin [data-source]")];

document.addEventListener("gainsay:key", (event) => {
  const { key, repeat } = event.detail;
  const row = event.target.closest?.("[data-source]");
  const press = (button) => {
    if (!button) return;
    event.preventDefault();
    if (!repeat) button.click();
  };
  if (key === "j" || key === "k") {
    const all = sources();
    const here = all.indexOf(row);
    const next = all[key === "j" ? here + 1 : here < 0 ? all.length - 1 : here - 1];
    if (!next) return;
    event.preventDefault();
    next.querySelector(".cover").focus();
    next.scrollIntoView({ block: "nearest" });
  } else if (key === "c") {
    press((event.target.closest?.(".origin") ?? document).querySelector("[data-confirm]"));
  } else if (key === "s") {
    press(row?.querySelector("[data-split]"));
  } else if (key === "a") {
    press(row?.querySelector("[data-alone]"));
  } else if (key === "m") {
    const field = document.getElementById("id_sources");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  }
});
