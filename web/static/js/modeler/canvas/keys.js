// Keys of the canvas beyond the library's own: from element to element, connecting, appending.
import { say } from "../words/index.js";
import { ATTACHED, CREATED } from "./elements.js";

class Keys {
  constructor(eventBus, keyboard, selection, elementRegistry, canvas, placing, popupMenu, modeling, rules, copyPaste) {
    Object.assign(this, { selection, elementRegistry, canvas, placing, popupMenu, modeling, rules, copyPaste });
    eventBus.once("import.done", () => {
      const svg = canvas.getContainer().querySelector("svg");
      svg?.setAttribute("role", "application");
      svg?.setAttribute("aria-label", say("keys.canvas"));
    });
    popupMenu.registerProvider("duban-append", { getPopupMenuEntries: () => this.appends() });
    popupMenu.registerProvider("duban-connect", { getPopupMenuEntries: (element) => this.targets(element) });
    popupMenu.registerProvider("duban-attach", { getPopupMenuEntries: (element) => this.attached(element) });
    // Whoever came by a key goes on by keys.
    eventBus.on("popupMenu.close", () => {
      if (this.opened) canvas.focus();
      this.opened = false;
    });
    keyboard.addListener(1500, ({ keyEvent }) => this.press(keyEvent));
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const does = {
      "]": () => this.go(1),
      "[": () => this.go(-1),
      a: () => this.menu("duban-append"),
      n: () => this.menu("duban-append", true),
      b: () => this.menu("duban-attach"),
      k: () => this.menu("duban-connect"),
      v: () => this.paste(),
    }[event.key];
    if (!does) return undefined;
    event.preventDefault();
    does();
    return true;
  }

  /** The next or the previous element in reading order, flows where they begin. */
  go(by) {
    const from = ({ waypoints, x, y }) => waypoints?.[0] ?? { x, y };
    const all = this.elementRegistry
      .filter((one) => one.parent && !one.labelTarget && one !== this.canvas.getRootElement())
      .sort((one, other) => from(one).y - from(other).y || from(one).x - from(other).x);
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
    if (name === "duban-attach" && !/Task|Activity|SubProcess/.test(chosen?.type)) return;
    const box = this.canvas.getContainer().getBoundingClientRect();
    const place = { x: box.left + box.width / 3, y: box.top + 60 };
    this.opened = true;
    this.popupMenu.open(target, name, place, { title: say(name.replace("duban-", "keys.")), width: 300, search: true });
  }

  appends() {
    const made = CREATED.map((entry) => [
      `put.${entry[0]}`,
      { label: say(`create.${entry[0]}`), className: entry[2], action: () => { this.popupMenu.close(); this.placing.put(entry); } },
    ]);
    return Object.fromEntries(made);
  }

  attached(host) {
    const made = ATTACHED.map((entry) => [
      `on.${entry[0]}`,
      { label: say(`attach.${entry[0]}`), className: entry[2], action: () => { this.popupMenu.close(); this.placing.attach(host, entry); } },
    ]);
    return Object.fromEntries(made);
  }

  /** Puts what was copied below what is chosen: no pointer has to say where. */
  paste() {
    const [chosen] = this.selection.get();
    const view = this.canvas.viewbox();
    const place = chosen && !chosen.waypoints ? { x: chosen.x + chosen.width / 2, y: chosen.y + chosen.height + 90 } : { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    const point = { x: Math.round(place.x), y: Math.round(place.y) };
    const made = this.copyPaste.paste({ element: this.placing.under(point), point });
    if (made) this.selection.select(made.filter(({ labelTarget }) => !labelTarget));
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
Keys.$inject = ["eventBus", "keyboard", "selection", "elementRegistry", "canvas", "placing", "popupMenu", "modeling", "rules", "copyPaste"];

export const keysModule = { __init__: ["dubanKeys"], dubanKeys: ["type", Keys] };
