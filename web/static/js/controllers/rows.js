// Work lists by keyboard: j and k move, Enter opens (the row is a link), c takes from the pool.
export default function rows(list) {
  const links = () => [...list.querySelectorAll("[data-row] .open")];

  function move(step) {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "c") {
      document.activeElement?.closest("[data-row]")?.querySelector("[data-claim]")?.click();
    } else return;
    event.preventDefault();
  });
}

export function typing(element) {
  return element instanceof Element && element.matches("input, textarea, select, [contenteditable]");
}
