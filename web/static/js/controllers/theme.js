// Light or dark at once, without loading the page again; the choice is remembered by the server.
export default function theme(form) {
  form.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (!submitter) return;
    event.preventDefault();
    const content = new FormData(form, submitter);
    fetch(form.action, { method: "POST", body: content, redirect: "manual" });
    const root = document.documentElement;
    if (submitter.value) root.dataset.bsTheme = submitter.value;
    else delete root.dataset.bsTheme;
    for (const button of document.querySelectorAll("[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === submitter.value));
    }
  });
}
