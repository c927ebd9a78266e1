// What controllers share: sending a form's content without leaving the page.

/** Posts `form` to `address` as a part of this page; the answer as {status, data}. */
export async function post(address, form, { files = false, signal } = {}) {
  const content = new FormData(form);
  if (!files) {
    for (const [name, value] of [...content]) if (value instanceof File) content.delete(name);
  }
  const answer = await fetch(address, {
    method: "POST",
    body: content,
    headers: { "HX-Request": "true", Accept: "application/json" },
    redirect: "manual",
    signal,
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  return { status: answer.status, ok: answer.ok, data: told };
}

/** Shows the fields the server asks for under the present values, hides the others. */
export function showFields(form, visible) {
  const wanted = new Set(visible);
  for (const field of form.querySelectorAll("[data-field]")) {
    field.hidden = !wanted.has(field.dataset.field);
  }
}

/** Calls `work` once things have been quiet for `delay` milliseconds. */
export function debounced(work, delay) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, delay);
  };
}
