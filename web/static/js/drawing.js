// Read-only diagrams beside one another, elements marked by what differs. A list on the page says
// the same in words; choosing a row of it shows its element.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const STEP = 1.25;
const PAN = 80;
const FRAMES = new Set(["bpmn:Participant", "bpmn:Lane"]);
// Kinds of differences in the colours of the diagram.
const MARKS = {
  ...{ added: "present", removed: "overdue", changed: "soon", moved: "late" },
  // The way to a flaw, or of a trial; and how steps do.
  ...{ passed: "passed", flaw: "missed", here: "present", flow: "flow" },
  ...{ good: "present", slow: "soon", overdue: "overdue" },
};

/** One diagram on one panel of the page. */
export class Drawing {
  constructor(panel, words, wordOf = () => "", failed = "") {
    this.panel = panel;
    this.words = words;
    this.wordOf = wordOf;
    this.failed = failed;
    this.element = panel.querySelector("[data-canvas]");
    this.said = panel.querySelector("[data-said]");
  }

  async draw({ xml, marks }) {
    this.panel.hidden = false;
    if (!xml) {
      this.element.hidden = true;
      return;
    }
    this.marks = marks ?? {};
    this.viewer = new NavigatedViewer({
      container: this.element,
      // The wheel belongs to the page until the drawing is chosen.
      zoomScroll: { enabled: false },
      bpmnRenderer: { defaultStrokeColor: "#5b6773", defaultLabelColor: "#18212b" },
    });
    this.element.querySelector("svg")?.setAttribute("tabindex", "-1");
    this.viewer.on("import.parse.complete", ({ elementsById }) => this.translate(elementsById));
    try {
      await this.viewer.importXML(xml);
    } catch {
      // A draft may have no drawing yet; the pages say everything in words.
      this.element.hidden = true;
      this.said.textContent = this.failed;
      return;
    }
    this.canvas = this.viewer.get("canvas");
    this.registry = this.viewer.get("elementRegistry");
    const link = this.element.querySelector(".bjs-powered-by");
    link?.addEventListener("click", (event) => event.stopImmediatePropagation(), true);
    link?.setAttribute("rel", "noopener");
    this.mark();
    this.listen();
    this.whole();
    this.panel.dataset.drawn = "yes";
  }

  translate(elements) {
    for (const element of Object.values(elements ?? {})) {
      for (const property of ["name", "text"]) {
        const said = this.words[element[property]?.trim?.()];
        if (said) element[property] = said;
      }
    }
  }

  mark() {
    for (const [id, kind] of Object.entries(this.marks)) {
      const element = this.registry.get(id);
      if (!element || !(kind in MARKS)) continue;
      this.canvas.addMarker(id, `mark-${MARKS[kind]}`);
      if (FRAMES.has(element.type)) this.canvas.addMarker(id, "mark-frame");
    }
  }

  listen() {
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.viewer.on("element.click", ({ element }) => this.tell(element.labelTarget ?? element));
    const wheel = (on) => this.viewer.get("zoomScroll").toggle(on);
    this.element.addEventListener("pointerdown", () => wheel(true));
    this.element.addEventListener("pointerleave", () => wheel(false));
  }

  key(event) {
    if (event.target.closest("a") || event.altKey || event.ctrlKey || event.metaKey) return;
    const does = {
      "+": () => this.zoom(STEP),
      "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.whole(),
      ArrowLeft: () => this.canvas.scroll({ dx: PAN, dy: 0 }),
      ArrowRight: () => this.canvas.scroll({ dx: -PAN, dy: 0 }),
      ArrowUp: () => this.canvas.scroll({ dx: 0, dy: PAN }),
      ArrowDown: () => this.canvas.scroll({ dx: 0, dy: -PAN }),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  zoom(factor) {
    this.canvas.zoom(Math.min(4, Math.max(0.1, this.canvas.zoom() * factor)));
  }

  whole() {
    this.canvas.zoom("fit-viewport", "auto");
  }

  /** Shows an element in the middle and says which it is. */
  show(id) {
    const element = this.registry?.get(id);
    if (!element) return;
    this.viewer.get("selection").select(element);
    this.canvas.scrollToElement(element, 120);
    this.tell(element);
  }

  tell(element) {
    const { id, name } = element.businessObject;
    const kind = this.marks[id];
    this.said.textContent = [name || id, kind && this.wordOf(kind)].filter(Boolean).join(" · ");
    for (const row of document.querySelectorAll("tr[data-element]")) {
      row.classList.toggle("chosen", row.dataset.element === id);
    }
  }
}

async function start(holder) {
  const answer = await fetch(holder.dataset.drawings, {
    headers: { Accept: "application/json", "HX-Request": "true" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const data = await answer.json();
  const wordOf = (kind) => holder.getAttribute(`data-word-${kind}`) ?? "";
  const drawings = [];
  // All of them take their width before the first is fitted into it.
  for (const panel of holder.querySelectorAll("[data-side]")) panel.hidden = false;
  for (const panel of holder.querySelectorAll("[data-side]")) {
    const drawing = new Drawing(panel, data.words, wordOf, holder.dataset.failed);
    await drawing.draw(data[panel.dataset.side]);
    drawings.push(drawing);
  }
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-element]");
    if (row && !event.target.closest("a, button")) drawings.forEach((one) => one.show(row.dataset.element));
  });
}

for (const holder of document.querySelectorAll("[data-drawings]")) {
  start(holder).catch((error) => {
    for (const panel of holder.querySelectorAll("[data-side]")) {
      panel.hidden = false;
      panel.querySelector("[data-canvas]").hidden = true;
      panel.querySelector("[data-said]").textContent = holder.dataset.failed;
    }
    console.error(error);
  });
}
