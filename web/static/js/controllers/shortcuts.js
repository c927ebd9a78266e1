// Keys that work on every page: ? shows them, / finds, g i and g s go places.
import { typing } from "./rows.js";

export default function shortcuts(body) {
  const keys = document.getElementById("keys");
  let going = false;

  function show(event) {
    if (!keys) return;
    event.preventDefault();
    keys.showModal();
  }

  for (const link of document.querySelectorAll("[data-shortcut-help]")) {
    link.addEventListener("click", show);
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (going) {
      going = false;
      const address = { i: body.dataset.inbox, s: body.dataset.start }[event.key];
      if (address) {
        event.preventDefault();
        location.assign(address);
      }
      return;
    }
    if (event.key === "?") show(event);
    else if (event.key === "/") {
      const search = document.getElementById("search");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "g") {
      going = true;
      setTimeout(() => (going = false), 1500);
    }
  });
}
