// Offers printing where a script can start it; the browser's own command always works.
export default function print(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
