// Takes the reader to what needs attention as soon as the page is there.
export default function focus(element) {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start" });
}
