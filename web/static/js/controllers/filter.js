// A filter takes effect when it is chosen; empty ones stay out of the address.
export default function filter(form) {
  for (const button of form.querySelectorAll("[data-without-scripts]")) button.hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", () => {
    for (const input of form.elements) if (input.name && !input.value) input.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const input of form.elements) input.disabled = false;
  });
}
