// Keys of the canvas beyond the library's own: from element to element, connecting, appending.
import { say } from "../words/index.js";
import { CREATED } from "./elements.js";

class Keys {
  constructor(eventBus, keyboard, selection, elementRegistry, canvas, placing, popupMenu, modeling, rules) {
    Object.assign(this, { selection, elementRegistry, canvas, placing, popupMenu, modeling, rules });
    eventBus.once("import.done", () => {
      const svg = canvas.getContainer().querySelector("svg");
      svg?.setAttribute("role", "application");
      svg?.setAttribute("aria-label", say("keys.canvas"));
    });
    popupMenu.registerProvider("duban-append", { getPopupMenuEntries: () => this.appends() });
    popupMenu.registerProvider("duban-connect", { getPopupMenuEntries: (element) => this.targets(element) });
    keyboard.addListener(1500, ({ keyEvent }) => this.press(keyEvent));
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const does = {
      "]": () => this.go(1),
      "[": () => this.go(-1),
      a: () => this.menu("duban-append"),
      n: () => this.menu("duban-append", true),
      k: () => this.menu("duban-connect"),
    }[event.key];
    if (!does) return undefined;
    event.preventDefault();
    does();
    return true;
  }

  /** The next or the previous element in reading order. */
  go(by) {
    const all = this.elementRegistry
      .filter((one) => one.parent && !one.labelTarget && !one.waypoints && one !== this.canvas.getRootElement())
      .sort((one, other) => one.y - other.y || one.x - other.x);
    const at = all.indexOf(this.selection.get()[0]);
    const next = all[(at + by + all.length) % all.length] ?? all[0];
    if (!next) return;
    this.selection.select(next);
    this.canvas.scrollToElement(next);
  }

  menu(name, anywhere = false) {
    const [chosen] = this.selection.get();
    if (anywhere) this.selection.select(null);
    const target = (!anywhere && chosen) || this.canvas.getRootElement();
    if (name === "duban-connect" && !chosen) return;
    const box = this.canvas.getContainer().getBoundingClientRect();
    const place = { x: box.left + box.width / 3, y: box.top + 60 };
    this.popupMenu.open(target, name, place, { title: say(name === "duban-connect" ? "keys.connect" : "keys.append"), width: 300, search: true });
  }

  appends() {
    const made = CREATED.map((entry) => [
      `put.${entry[0]}`,
      { label: say(`create.${entry[0]}`), className: entry[2], action: () => { this.popupMenu.close(); this.placing.put(entry); } },
    ]);
    return Object.fromEntries(made);
  }

  /** Elements a flow may lead to, by name. */
  targets(source) {
    const found = this.elementRegistry.filter(
      (one) => one !== source && one.parent && !one.labelTarget && !one.waypoints && this.rules.allowed("connection.create", { source, target: one }),
    );
    return Object.fromEntries(
      found.map((target) => [
        `to.${target.id}`,
        { label: target.businessObject.name || target.id, action: () => { this.popupMenu.close(); this.modeling.connect(source, target); } },
      ]),
    );
  }
}
Keys.$inject = ["eventBus", "keyboard", "selection", "elementRegistry", "canvas", "placing", "popupMenu", "modeling", "rules"];

export const keysModule = { __init__: ["dubanKeys"], dubanKeys: ["type", Keys] };
