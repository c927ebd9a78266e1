// Asks before a form is sent: data-message is the question.
export default function confirm(form) {
  const dialog = document.getElementById("confirm");
  let sure = false;
  form.addEventListener("submit", (event) => {
    if (sure || !dialog) return;
    event.preventDefault();
    const { submitter } = event;
    dialog.querySelector("[data-confirm-message]").textContent = form.dataset.message;
    dialog.returnValue = "no";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        sure = true;
        form.requestSubmit(submitter);
      },
      { once: true },
    );
    dialog.showModal();
  });
}
