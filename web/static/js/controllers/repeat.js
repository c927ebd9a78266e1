// Adds another empty row to a list of rows.
export default function repeat(list) {
  const button = list.querySelector("[data-repeat-add]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = list.querySelectorAll("[data-repeat]");
    const row = rows[rows.length - 1].cloneNode(true);
    for (const input of row.querySelectorAll("input")) {
      input.value = "";
      const label = input.getAttribute("aria-label").replace(/\d+/, rows.length + 1);
      input.setAttribute("aria-label", label);
    }
    button.before(row);
    row.querySelector("input").focus();
  });
}
