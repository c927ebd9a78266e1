// Entry of the page that shows the way a case took on its diagram: a read-only viewer with zoom,
// elements marked by how they stand. The tables below the drawing say the same in words.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const STEP = 1.25;
const PAN = 80;
const FRAMES = new Set(["bpmn:SubProcess", "bpmn:Participant", "bpmn:Lane"]);
// States of what is in hand.
const HERE = new Set(["present", "soon", "overdue", "paused"]);
// States that carry a label in words on the drawing.
const LABELLED = new Set(["present", "soon", "overdue", "paused", "late", "missed", "cancelled"]);

class PathDiagram {
  constructor(panel) {
    this.panel = panel;
    this.canvasElement = panel.querySelector("[data-diagram-canvas]");
    this.said = panel.querySelector("[data-diagram-said]");
    this.choice = panel.querySelector("[data-diagram-choice]");
    this.steps = document.querySelector(".steps");
  }

  async load() {
    const answer = await fetch(this.panel.dataset.diagram, {
      headers: { Accept: "application/json", "HX-Request": "true" },
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
    this.data = await answer.json();
    this.panel.hidden = false;
    document.querySelector("[data-diagram-absent]")?.remove();
    this.viewer = new NavigatedViewer({
      container: this.canvasElement,
      // The wheel belongs to the page until the drawing is chosen.
      zoomScroll: { enabled: false },
      bpmnRenderer: { defaultStrokeColor: "#5b6773", defaultLabelColor: "#18212b" },
    });
    // One stop of the tab key, the drawing with its name; the keys bubble up to it.
    this.canvasElement.querySelector("svg")?.setAttribute("tabindex", "-1");
    this.viewer.on("import.parse.complete", ({ elementsById }) => this.translate(elementsById));
    this.choice.hidden = this.data.diagrams.length < 2;
    this.listen();
    await this.draw(this.data.diagrams[0]);
  }

  async draw(diagram) {
    await this.viewer.importXML(diagram.xml);
    this.canvas = this.viewer.get("canvas");
    this.registry = this.viewer.get("elementRegistry");
    this.mark();
    const link = this.canvasElement.querySelector(".bjs-powered-by");
    // A plain link to bpmn.io instead of the viewer's own dialog, which needs inline styles.
    link?.addEventListener("click", (event) => event.stopImmediatePropagation(), true);
    link?.setAttribute("rel", "noopener");
    this.present();
    this.panel.dataset.drawn = diagram.process;
  }

  /** What is written on the drawing, in the language of the page: names, and the text of notes. */
  translate(elements) {
    const { words } = this.data;
    for (const element of Object.values(elements ?? {})) {
      for (const property of ["name", "text"]) {
        const said = words[element[property]?.trim?.()];
        if (said) element[property] = said;
      }
    }
  }

  mark() {
    const { states, flows } = this.data;
    const overlays = this.viewer.get("overlays");
    const taken = new Set(flows);
    this.registry.forEach((element) => {
      if (element.labelTarget || !element.parent) return;
      if (element.waypoints) {
        if (taken.has(element.id)) this.canvas.addMarker(element.id, "mark-flow");
        return;
      }
      const state = states[element.id] ?? (FRAMES.has(element.type) ? "" : "ahead");
      if (!state) return;
      this.canvas.addMarker(element.id, `mark-${state}`);
      if (FRAMES.has(element.type)) this.canvas.addMarker(element.id, "mark-frame");
      if (!LABELLED.has(state) || element.width < 60) return;
      const label = document.createElement("div");
      label.className = `state-label mark-${state}`;
      label.textContent = this.word(state);
      overlays.add(element.id, { position: { top: 0, left: element.width / 2 }, html: label });
    });
  }

  word(state) {
    return this.panel.getAttribute(`data-word-${state}`) ?? "";
  }

  listen() {
    this.panel.addEventListener("click", (event) => {
      const button = event.target.closest("[data-diagram-do]");
      if (button) this[button.dataset.diagramDo]();
    });
    this.choice.addEventListener("change", () => {
      this.draw(this.data.diagrams.find((one) => one.process === this.choice.value));
    });
    this.canvasElement.addEventListener("keydown", (event) => this.key(event));
    this.viewer.on("element.click", ({ element }) => this.tell(element));
    const wheel = (on) => this.viewer.get("zoomScroll").toggle(on);
    this.canvasElement.addEventListener("pointerdown", () => wheel(true));
    this.canvasElement.addEventListener("pointerleave", () => wheel(false));
  }

  key(event) {
    if (event.target.closest("a") || event.altKey) return;
    const does = {
      "+": () => this.in(),
      "=": () => this.in(),
      "-": () => this.out(),
      0: () => this.whole(),
      ".": () => this.present(),
      ArrowLeft: () => this.canvas.scroll({ dx: PAN, dy: 0 }),
      ArrowRight: () => this.canvas.scroll({ dx: -PAN, dy: 0 }),
      ArrowUp: () => this.canvas.scroll({ dx: 0, dy: PAN }),
      ArrowDown: () => this.canvas.scroll({ dx: 0, dy: -PAN }),
    }[event.key];
    if (!does || ((event.ctrlKey || event.metaKey) && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  in() {
    this.zoom(STEP);
  }

  out() {
    this.zoom(1 / STEP);
  }

  zoom(factor) {
    this.canvas.zoom(Math.min(4, Math.max(0.1, this.canvas.zoom() * factor)));
  }

  whole() {
    this.canvas.zoom("fit-viewport", "auto");
  }

  /** The elements where the case stands, large enough to be read; the whole when there are none. */
  present() {
    const here = Object.entries(this.data.states)
      .filter(([, state]) => HERE.has(state))
      .map(([id]) => this.registry.get(id))
      .filter((element) => element && !FRAMES.has(element.type));
    if (!here.length) {
      this.whole();
      return;
    }
    const left = Math.min(...here.map((one) => one.x));
    const top = Math.min(...here.map((one) => one.y));
    const right = Math.max(...here.map((one) => one.x + one.width));
    const bottom = Math.max(...here.map((one) => one.y + one.height));
    const { clientWidth, clientHeight } = this.canvasElement;
    const scale = Math.min(1, clientWidth / (right - left + 240), clientHeight / (bottom - top + 160));
    const width = clientWidth / scale;
    const height = clientHeight / scale;
    this.canvas.viewbox({
      x: (left + right) / 2 - width / 2,
      y: (top + bottom) / 2 - height / 2,
      width,
      height,
    });
  }

  /** Says in words how an element stands, and shows its rows in the table. */
  tell(element) {
    const business = (element.labelTarget ?? element).businessObject;
    const state = this.data.states[business.id];
    const name = business.name ?? "";
    const [rounds, time] = this.data.times[business.id] ?? [];
    const spent = time && this.panel.dataset.rounds.replace("{n}", rounds).replace("{time}", time);
    this.said.textContent = [name, state && this.word(state), spent].filter(Boolean).join(" · ");
    this.steps?.querySelectorAll(".chosen").forEach((row) => row.classList.remove("chosen"));
    this.steps
      ?.querySelectorAll(`[data-element="${CSS.escape(business.id)}"]`)
      .forEach((row) => row.classList.add("chosen"));
  }
}

for (const panel of document.querySelectorAll("[data-diagram]")) {
  new PathDiagram(panel).load().catch((error) => {
    panel.hidden = false;
    document.querySelector("[data-diagram-absent]")?.remove();
    panel.querySelector("[data-diagram-canvas]").hidden = true;
    panel.querySelector("[data-diagram-said]").textContent = panel.dataset.failed;
    console.error(error);
  });
}
