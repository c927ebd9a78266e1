// Keeps what is typed: saves the draft a moment after the last key, says so, and says when it could
// not. The server answers which fields are asked for under the present values.
import { debounced, post, showFields } from "./live.js";

const QUIET = 1200;

export default function autosave(form) {
  const told = form.querySelector("[data-saved]");
  const { draft, unsaved, failed, ended } = form.dataset;
  if (!draft) return;
  let dirty = false;
  let leaving = false;
  let running;

  function tell(text, bad = false) {
    told.textContent = text;
    told.classList.toggle("failed", bad);
  }

  async function save() {
    if (!dirty || leaving) return;
    running?.abort();
    const mine = (running = new AbortController());
    dirty = false;
    try {
      const { ok, status, data } = await post(draft, form, { signal: mine.signal });
      if (ok) {
        if (!dirty) tell(data.saved);
        showFields(form, data.visible);
        return;
      }
      dirty = true;
      tell(status === 401 ? ended : (data.message ?? failed), true);
    } catch (error) {
      if (error.name === "AbortError") return;
      dirty = true;
      tell(failed, true);
    }
  }

  const soon = debounced(save, QUIET);
  const changed = () => {
    dirty = true;
    if (!told.classList.contains("failed")) tell(unsaved);
    soon();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    changed();
    // A tick or a choice may bring other fields up: ask at once.
    if (event.target.matches("select, [type=radio], [type=checkbox], [type=date]")) save();
  });
  form.addEventListener("submit", () => {
    leaving = true;
    running?.abort();
  });
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("online", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      dirty = true;
      save();
    }
  });
}
