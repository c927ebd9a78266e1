// A message that can be put away; it never goes by itself.
export default function dismiss(element) {
  const button = element.querySelector("[data-dismiss]");
  button.hidden = false;
  button.addEventListener("click", () => element.remove());
}
