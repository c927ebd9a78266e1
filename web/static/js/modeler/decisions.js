// Decision tables beside the drawing, on the same command stack: every cell is one step back, whichever
// view it was changed in. Cells hold the engine's own small language (docs/bpmn.md), not FEEL, so the
// grid is ours; reading and writing DMN is the library's.
import { html, render } from "@bpmn-io/diagram-js-ui";
import { DmnModdle } from "dmn-moddle";

import { fieldsBefore } from "./model.js";
import { Files } from "./tables/files.js";
import { first, tables } from "./tables/shape.js";

export class Decisions {
  /** `changed` is called when what there is to choose from is another. */
  constructor({ container, modeler, editable, changed }) {
    Object.assign(this, { container, modeler, editable, changed, texts: {}, models: {} });
    this.editing = modeler.get("editing");
    this.moddle = new DmnModdle();
  }

  take(tables) {
    this.texts = { ...tables };
    this.models = {};
    this.chosen = undefined;
    this.reading = Promise.all(Object.keys(this.texts).map((name) => this.read(name)));
    return this.reading;
  }

  async read(name) {
    try {
      const { rootElement } = await this.moddle.fromXML(this.texts[name]);
      this.models[name] = rootElement;
    } catch {
      // The server's findings say what is wrong with the file; it is kept as it is.
      delete this.models[name];
    }
  }

  all() {
    return { ...this.texts };
  }

  text(name) {
    return this.texts[name];
  }

  /** Called by the command: puts a text in place of another; without a text the table is gone. */
  put(name, text) {
    if (text === undefined) {
      delete this.texts[name];
      delete this.models[name];
    } else this.texts[name] = text;
    this.reading = (text === undefined ? Promise.resolve() : this.read(name)).then(() => {
      this.changed();
      if (!this.container.hidden) this.show();
    });
  }

  /** Decisions of the draft's own tables. */
  listed() {
    return Object.entries(this.models).flatMap(([file, root]) =>
      tables(root).map((one) => ({ key: one.id, name: one.name ?? one.id, file })),
    );
  }

  choose(file) {
    this.chosen = file;
    this.show();
  }

  async show() {
    await this.reading;
    const names = this.names();
    this.chosen = names.includes(this.chosen) ? this.chosen : names[0];
    render(html`<${Files} decisions=${this} names=${names} />`, this.container);
  }

  /** Changes a copy of the model and keeps its text: one command. */
  async change(work) {
    const name = this.chosen;
    work(this.models[name]);
    const { xml } = await this.moddle.toXML(this.models[name], { format: true });
    this.editing.table(this, name, xml);
  }

  make(type, id, values) {
    return this.moddle.create(type, { id, ...values });
  }

  names() {
    return Object.keys(this.models).sort();
  }

  /** Fields of the drawing, as what a column can ask for. */
  fields() {
    return fieldsBefore(this.modeler);
  }

  /** A new table, chosen by the task it is made for: one step back. */
  async create(element, name) {
    const used = new Set([...Object.keys(this.texts), ...this.listed().map(({ key }) => `${key}.dmn`)]);
    let id = element.id;
    for (let number = 2; used.has(`${id}.dmn`); number += 1) id = `${element.id}_${number}`;
    const { xml } = await this.moddle.toXML(first(this.moddle, id, name, this.fields()[0]?.key), { format: true });
    this.editing.together(() => {
      this.editing.table(this, `${id}.dmn`, xml);
      this.editing.setExtension(element, element.businessObject, "duban:Decision", { ref: id });
    });
    await this.reading;
    return `${id}.dmn`;
  }

  remove(name) {
    this.editing.table(this, name, undefined);
  }
}
