// Entry of the page procedures are drawn on. One command stack holds every change: of the drawing,
// the panel, the table and the decision tables.
import Simulation from "bpmn-js-token-simulation";
import Modeler from "bpmn-js/lib/Modeler";
import Minimap from "diagram-js-minimap";

import duban from "../../../../engine/bpmn/duban.json";
import { Asking } from "./asking.js";
import { clipboardModule } from "./canvas/clipboard.js";
import { keysModule } from "./canvas/keys.js";
import { labelsModule } from "./canvas/labels.js";
import { paletteModule } from "./canvas/palette.js";
import { keepReferences } from "./canvas/references.js";
import { speakSimulation } from "./canvas/simulation.js";
import { commandsModule } from "./commands.js";
import { Decisions } from "./decisions.js";
import { Findings } from "./findings.js";
import { laddersModule } from "./ladder.js";
import { laidOut, tidied } from "./layout.js";
import { Panel } from "./panel/index.js";
import { Saving } from "./saving.js";
import { StepTable } from "./table.js";
import { missing, say, translateModule } from "./words/index.js";

const DRAWN_AGAIN = 400;
// Width of the palette, in pixels of the screen.
const PALETTE = 120;

class Workshop {
  constructor(page) {
    this.page = page;
    const part = (name) => page.querySelector(`[data-modeler-${name}]`);
    this.parts = Object.fromEntries(
      ["canvas", "panel", "findings", "count", "saved", "notice", "table", "decisions", "undo", "redo", "simulate"].map((name) => [name, part(name)]),
    );
    page.untranslated = missing;
    page.workshop = this;
  }

  async open() {
    const { address, vocabulary, token } = this.page.dataset;
    this.saving = new Saving({
      address,
      token,
      draft: () => this.draft(),
      told: (...how) => this.told(...how),
      found: (findings) => this.findings.fromServer(findings),
      clash: (other, mine) => this.asking.clash(other, mine),
      earlier: (other) => this.asking.earlier(other),
    });
    const [data, words] = await Promise.all([this.saving.open(), fetch(vocabulary, { headers: { Accept: "application/json" } }).then((answer) => answer.json())]);
    this.vocabulary = words;
    this.editable = data.editable;
    this.build();
    await this.load(data);
    this.asking.kept();
    if (this.drawn && this.editable) this.asking.drawn();
    this.saving.begin();
    this.page.dataset.ready = "yes";
  }

  build() {
    const { canvas, findings, count, panel, table, decisions } = this.parts;
    this.modeler = new Modeler({
      container: canvas,
      moddleExtensions: { duban },
      additionalModules: [translateModule, paletteModule, commandsModule, laddersModule, keysModule, labelsModule, clipboardModule, Minimap, Simulation],
      bpmnRenderer: { defaultFillColor: "var(--paper)", defaultStrokeColor: "var(--pen)", defaultLabelColor: "var(--pen-text)" },
    });
    this.stack = this.modeler.get("commandStack");
    keepReferences(this.modeler);
    speakSimulation(this.modeler, canvas);
    this.findings = new Findings({ list: findings, count, modeler: this.modeler, select: (id) => this.select(id) });
    this.decisions = new Decisions({ container: decisions, modeler: this.modeler, editable: this.editable, changed: () => this.panel.show() });
    const openTable = (file) => {
      this.show("decisions");
      this.decisions.choose(file);
    };
    this.panel = new Panel({ container: panel, modeler: this.modeler, vocabulary: this.vocabulary, decisions: this.decisions, openTable, editable: this.editable });
    this.table = new StepTable({ container: table, modeler: this.modeler, vocabulary: this.vocabulary, editable: this.editable, edit: (id) => this.edit(id) });
    this.asking = new Asking({ notice: this.parts.notice, saving: this.saving, open: (data) => this.load(data), name: `${this.page.dataset.process}.bpmn` });
    this.listen();
  }

  listen() {
    this.modeler.on("commandStack.changed", () => {
      this.buttons();
      if (!this.loading) {
        this.saving.changed();
        clearTimeout(this.looking);
        this.looking = setTimeout(() => this.findings.look(), DRAWN_AGAIN);
      }
    });
    this.page.addEventListener("click", (event) => {
      const button = event.target.closest("[data-modeler-do]");
      if (button) this[button.dataset.modelerDo]();
      const tab = event.target.closest("[data-modeler-tab]");
      if (tab) this.show(tab.dataset.modelerTab);
    });
    this.page.addEventListener("keydown", (event) => this.key(event));
    this.modeler.on("selection.changed", ({ newSelection }) => {
      const [one] = newSelection;
      this.page.querySelector("[data-modeler-said]").textContent = one ? say("said.selected", { name: one.businessObject?.name || one.id }) : "";
    });
    const link = this.parts.canvas.querySelector(".bjs-powered-by");
    // A plain link to bpmn.io instead of the viewer's own dialog.
    link?.addEventListener("click", (event) => event.stopImmediatePropagation(), true);
    link?.setAttribute("rel", "noopener");
  }

  /** Steps back and forth from anywhere on the page: what is typed commits first. */
  key(event) {
    const tab = event.target.closest("[data-modeler-tab]");
    if (tab && /^Arrow(Left|Right)$/.test(event.key)) {
      const tabs = [...this.page.querySelectorAll("[data-modeler-tab]")];
      const next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      this.show(next.dataset.modelerTab);
      next.focus();
      return;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const does = { z: event.shiftKey ? "redo" : "undo", y: "redo", s: "save" }[event.key.toLowerCase()];
    const typing = event.target.matches("input, textarea, select, [contenteditable]");
    if (!does || (typing && does !== "save")) return;
    event.preventDefault();
    event.stopPropagation();
    this[does]();
  }

  async load(data) {
    this.loading = true;
    this.page.dataset.process ??= data.process;
    this.decisions.take(data.tables);
    const drawn = await laidOut(this.modeler.get("moddle"), data.xml).catch(() => undefined);
    await this.modeler.importXML(drawn ?? data.xml);
    if (drawn) tidied(this.modeler);
    this.drawn = Boolean(drawn);
    this.loading = false;
    this.saving.take(data);
    this.whole();
    this.findings.fromServer(data.findings);
    await this.findings.look();
    this.buttons();
    if (!this.editable) this.page.dataset.readonly = "yes";
  }

  async draft() {
    const { xml } = await this.modeler.saveXML({ format: true });
    return { xml, tables: this.decisions.all() };
  }

  buttons() {
    this.parts.undo.disabled = !this.stack.canUndo();
    this.parts.redo.disabled = !this.stack.canRedo();
  }

  told(text, bad, code) {
    this.parts.saved.textContent = text;
    this.parts.saved.dataset.state = code;
    this.parts.saved.classList.toggle("failed", bad);
  }

  undo() {
    if (this.stack.canUndo()) this.stack.undo();
  }

  redo() {
    if (this.stack.canRedo()) this.stack.redo();
  }

  save() {
    this.saving.dirty = true;
    this.saving.save();
  }

  find() {
    this.show("canvas");
    this.modeler.get("searchPad").toggle();
  }

  map() {
    this.modeler.get("minimap").toggle();
  }

  /** The whole drawing, beside the palette. */
  whole() {
    const canvas = this.modeler.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    const { inner, scale, ...box } = canvas.viewbox();
    const room = PALETTE / scale;
    canvas.viewbox({ x: Math.min(box.x, inner.x) - room, y: box.y, width: box.width + room, height: box.height + (room * box.height) / box.width });
  }

  closer() {
    this.modeler.get("zoomScroll").stepZoom(1);
  }

  farther() {
    this.modeler.get("zoomScroll").stepZoom(-1);
  }

  simulate() {
    const { simulate } = this.parts;
    const on = simulate.getAttribute("aria-pressed") !== "true";
    simulate.setAttribute("aria-pressed", String(on));
    this.modeler.get("toggleMode").toggleMode(on);
  }

  keys() {
    document.getElementById("modeler-keys").showModal();
  }

  /** Shows one of the equal views: drawing, table of steps, decision tables. */
  show(view) {
    this.page.dataset.view = view;
    for (const tab of this.page.querySelectorAll("[data-modeler-tab]")) {
      const chosen = tab.dataset.modelerTab === view;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (view === "canvas") this.modeler.get("canvas").resized();
    if (view === "table") this.table.show();
    if (view === "decisions") this.decisions.show();
  }

  select(id) {
    const element = this.modeler.get("elementRegistry").get(id);
    if (!element) return;
    this.modeler.get("selection").select(element);
    this.modeler.get("canvas").scrollToElement(element);
  }

  /** Chooses a step of the table and goes to its panel. */
  edit(id) {
    this.select(id);
    this.parts.panel.querySelector("summary")?.focus();
  }
}

for (const page of document.querySelectorAll("[data-modeler]")) {
  new Workshop(page).open().catch((error) => {
    page.dataset.ready = "no";
    page.querySelector("[data-modeler-notice]").textContent = page.dataset.failed;
    console.error(error);
  });
}
