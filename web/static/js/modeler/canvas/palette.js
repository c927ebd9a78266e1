// Palette and context pad with what our engine runs. Every entry is a button: a pointer drags it to
// its place, a key puts it behind what is selected or into the middle of what is seen.
import { say } from "../words/index.js";
import { APPENDED, CREATED, runs } from "./elements.js";

const BUTTON = '<button type="button" class="entry" draggable="true"></button>';

/** The standard size of a new pool, wide enough for a small procedure. */
const POOL = { width: 900, height: 250 };

export class Placing {
  constructor(elementFactory, create, autoPlace, canvas, modeling, selection, spaceTool, elementRegistry) {
    Object.assign(this, { elementFactory, create, autoPlace, canvas, modeling, selection, spaceTool, elementRegistry });
  }

  /** Moves what lies to the right of a place further, so that something fits in. */
  makeRoom(x, width) {
    const shapes = this.elementRegistry.filter((one) => one.parent && !one.waypoints);
    const { movingShapes, resizingShapes } = this.spaceTool.calculateAdjustments(shapes, "x", width, x);
    this.spaceTool.makeSpace(movingShapes, resizingShapes, { x: width, y: 0 }, "e", x);
  }

  shape([, type, , more]) {
    if (type === "bpmn:Participant") return this.elementFactory.createParticipantShape(POOL);
    return this.elementFactory.createShape({ type, ...more });
  }

  /** Begins to drag a new element; with a key it is put down at once. */
  begin(event, entry) {
    if (event.type === "click" && event.detail === 0) this.put(entry);
    else this.create.start(event, this.shape(entry));
  }

  put(entry) {
    const [chosen] = this.selection.get();
    if (chosen && !chosen.waypoints && this.follows(chosen)) return this.append(chosen, entry);
    const { x, y, width, height } = this.canvas.viewbox();
    const shape = this.shape(entry);
    if (shape.type === "bpmn:Participant") return this.below(shape);
    const place = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
    const made = this.modeling.createShape(shape, place, this.under(place));
    this.selection.select(made);
    return made;
  }

  /** A pool lies in no other: it comes below everything. */
  below(shape) {
    const root = this.canvas.getRootElement();
    const boxes = root.children.filter(({ waypoints, labelTarget }) => !waypoints && !labelTarget);
    const left = Math.min(0, ...boxes.map(({ x }) => x));
    const bottom = Math.max(0, ...boxes.map(({ y, height }) => y + height));
    const place = { x: Math.round(left + shape.width / 2), y: Math.round(bottom + 50 + shape.height / 2) };
    const made = this.modeling.createShape(shape, place, root);
    this.selection.select(made);
    this.canvas.scrollToElement(made);
    return made;
  }

  append(source, entry) {
    const made = this.autoPlace.append(source, this.shape(entry));
    this.selection.select(made);
    return made;
  }

  /** Puts an event on the lower edge of a step. */
  attach(host, entry) {
    const beside = (host.attachers?.length ?? 0) * 44;
    const place = { x: host.x + 20 + (beside % Math.max(44, host.width - 20)), y: host.y + host.height };
    const made = this.modeling.createShape(this.shape(entry), place, host, { attach: true });
    this.selection.select(made);
    return made;
  }

  follows(element) {
    return /Task|Gateway|Activity|SubProcess|StartEvent|Intermediate|Boundary/.test(element.type);
  }

  /** The pool a place lies in; the drawing itself without one. */
  under({ x, y }) {
    const root = this.canvas.getRootElement();
    const inside = (one) =>
      one.type === "bpmn:Participant" &&
      x > one.x && x < one.x + one.width && y > one.y && y < one.y + one.height;
    return root.children.find(inside) ?? root;
  }
}
Placing.$inject = ["elementFactory", "create", "autoPlace", "canvas", "modeling", "selection", "spaceTool", "elementRegistry"];

export class OwnPalette {
  constructor(palette, placing, handTool, lassoTool, spaceTool, globalConnect, translate) {
    Object.assign(this, { placing, handTool, lassoTool, spaceTool, globalConnect, translate });
    palette.registerProvider(this);
  }

  getPaletteEntries() {
    const entries = {};
    const tool = (name, icon, text, start) => {
      const title = this.translate(text);
      entries[name] = { group: "tools", className: icon, title, html: button(title), action: { click: start } };
    };
    tool("hand-tool", "bpmn-icon-hand-tool", "Activate hand tool", (event) => this.handTool.activateHand(event));
    tool("lasso-tool", "bpmn-icon-lasso-tool", "Activate lasso tool", (event) => this.lassoTool.activateSelection(event));
    tool("space-tool", "bpmn-icon-space-tool", "Activate create/remove space tool", (event) => this.spaceTool.activateSelection(event));
    tool("global-connect-tool", "bpmn-icon-connection-multi", "Activate global connect tool", (event) => this.globalConnect.start(event));
    entries["tool-separator"] = { group: "tools", separator: true };
    for (const entry of CREATED) {
      const begin = (event) => this.placing.begin(event, entry);
      const title = say(`create.${entry[0]}`);
      entries[`create.${entry[0]}`] = {
        group: "create", className: entry[2], title, html: button(title), action: { click: begin, dragstart: begin },
      };
    }
    return entries;
  }
}
OwnPalette.$inject = ["palette", "placing", "handTool", "lassoTool", "spaceTool", "globalConnect", "translate"];

export class OwnContextPad {
  constructor(contextPad, placing) {
    this.placing = placing;
    // After the library's own provider, to take away what does not run.
    contextPad.registerProvider(500, this);
  }

  getContextPadEntries(element) {
    return (entries) => {
      const appends = "append.append-task" in entries;
      for (const name of Object.keys(entries)) {
        if (/^append\.(?!text-annotation|receive|message|timer|condition|signal)/.test(name)) delete entries[name];
      }
      if (appends) Object.assign(entries, this.appending(element));
      for (const entry of Object.values(entries)) entry.html = button(entry.title);
      return entries;
    };
  }

  getMultiElementContextPadEntries() {
    return (entries) => {
      for (const entry of Object.values(entries)) entry.html = button(entry.title);
      return entries;
    };
  }

  appending(element) {
    const made = CREATED.filter(([name]) => APPENDED.includes(name)).map((entry) => [
      `append.${entry[0]}`,
      {
        group: "model",
        className: entry[2],
        title: say(`append.${entry[0]}`),
        action: {
          click: () => this.placing.append(element, entry),
          dragstart: (event) => this.placing.create.start(event, this.placing.shape(entry), { source: element }),
        },
      },
    ]);
    return Object.fromEntries(made);
  }
}
OwnContextPad.$inject = ["contextPad", "placing"];

/** Takes from the library's menus what our engine does not run. */
export class OwnMenus {
  constructor(popupMenu) {
    popupMenu.registerProvider("bpmn-replace", 500, this);
  }

  getPopupMenuEntries() {
    return running;
  }

  getPopupMenuHeaderEntries() {
    return running;
  }
}
OwnMenus.$inject = ["popupMenu"];

function running(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => runs(name)));
}

function button(title) {
  const made = document.createElement("template");
  made.innerHTML = BUTTON;
  made.content.firstChild.setAttribute("aria-label", title);
  made.content.firstChild.setAttribute("title", title);
  return made.innerHTML;
}

export const paletteModule = {
  __init__: ["paletteProvider", "ownContextPad", "ownMenus"],
  placing: ["type", Placing],
  paletteProvider: ["type", OwnPalette],
  ownContextPad: ["type", OwnContextPad],
  ownMenus: ["type", OwnMenus],
};
