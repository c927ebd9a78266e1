// Brings the present tab into view where a row of tabs is wider than the screen.
export default function tabs(list) {
  const here = list.querySelector("[aria-current]");
  if (here) list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
}
