// Work lists by keyboard: j and k move, Enter opens (the row is a link), x ticks, c takes.
export default function rows(list) {
  const ticked = list.querySelector("[data-ticked]");
  const every = list.querySelector("[data-select-all]");
  const boxes = () => [...list.querySelectorAll("[data-select]")];
  const links = () => [...list.querySelectorAll("[data-row] .open")];

  function move(step) {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  // Ticking shows what can be done with all that is ticked.
  function count() {
    const number = boxes().filter((box) => box.checked).length;
    if (every) every.checked = number > 0 && number === boxes().length;
    if (!ticked) return;
    ticked.hidden = number === 0;
    const words = ticked.querySelector("[data-ticked-count]");
    words.textContent = words.dataset.words.replace("{n}", number);
  }
  list.addEventListener("change", (event) => {
    if (event.target === every) boxes().forEach((box) => (box.checked = every.checked));
    count();
  });
  if (every) every.hidden = false;
  count();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x") {
      const box = document.activeElement?.closest("[data-row]")?.querySelector("[data-select]");
      if (!box) return;
      box.checked = !box.checked;
      count();
    } else if (event.key === "c") {
      document.activeElement?.closest("[data-row]")?.querySelector("[data-claim]")?.click();
    } else return;
    event.preventDefault();
  });
}

export function typing(element) {
  if (!(element instanceof Element)) return false;
  return element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}
