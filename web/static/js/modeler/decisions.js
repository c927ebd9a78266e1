// Decision tables beside the drawing, on the same command stack: every cell is one step back, whichever
// view it was changed in. Cells hold the engine's own small language (docs/bpmn.md), not FEEL, so the
// grid is ours; reading and writing DMN is the library's.
import { html, render } from "@bpmn-io/diagram-js-ui";
import { DmnModdle } from "dmn-moddle";

import { say } from "./words/index.js";

const POLICIES = ["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"];

export class Decisions {
  constructor({ container, editing, editable }) {
    Object.assign(this, { container, editing, editable, texts: {}, models: {} });
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

  /** Called by the command: puts a text in place of another. */
  put(name, text) {
    this.texts[name] = text;
    this.read(name).then(() => !this.container.hidden && this.show());
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
    const names = Object.keys(this.models);
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
}

function tables(root) {
  return (root.drgElement ?? []).filter((one) => one.decisionLogic?.$type === "dmn:DecisionTable");
}

function Files({ decisions, names }) {
  if (!names.length) return html`<p class="mp-empty">${say("decisions.none")}</p>`;
  const root = decisions.models[decisions.chosen];
  return html`<div class="mp-row mp-inline"><label for="decision-file">${say("decisions.file")}</label>
      <select class="form-select form-select-sm" id="decision-file" value=${decisions.chosen} onChange=${(event) => decisions.choose(event.currentTarget.value)}>
        ${names.map((name) => html`<option value=${name}>${name}</option>`)}</select></div>
    ${tables(root).map((one) => html`<${Grid} key=${one.id} decisions=${decisions} decision=${one} />`)}`;
}

function Grid({ decisions, decision }) {
  const table = decision.decisionLogic;
  const inputs = table.input ?? [];
  const outputs = table.output ?? [];
  const rules = table.rule ?? [];
  const off = !decisions.editable;
  const cell = (target, label, index) => html`<td><textarea rows="1" class="form-control form-control-sm" disabled=${off}
    aria-label=${`${label} ${say("decisions.rule", { n: index + 1 })}`} value=${target.text ?? ""}
    onChange=${(event) => { const text = event.currentTarget.value; decisions.change(() => target.set("text", text)); }}></textarea></td>`;
  const name = (one) => one.label || one.name || one.inputExpression?.text || one.id;
  const move = (index, by) => decisions.change(() => { [rules[index], rules[index + by]] = [rules[index + by], rules[index]]; });
  const add = () =>
    decisions.change(() => {
      const id = free(table);
      const entries = (kind, columns, part, text) => columns.map((column, at) => decisions.make(kind, `${id}_${part}_${at + 1}`, { text }));
      const rule = decisions.make("dmn:DecisionRule", id, {
        inputEntry: entries("dmn:UnaryTests", inputs, "in", "-"),
        outputEntry: entries("dmn:LiteralExpression", outputs, "out", ""),
      });
      rule.$parent = table;
      table.get("rule").push(rule);
    });
  const remove = (index) => decisions.change(() => rules.splice(index, 1));
  return html`<section class="mp-decision"><h3>${decision.name ?? decision.id}</h3>
    <div class="mp-row mp-inline"><label for=${`${decision.id}-policy`}>${say("decisions.policy")}</label>
      <select class="form-select form-select-sm" id=${`${decision.id}-policy`} value=${table.hitPolicy ?? "UNIQUE"} disabled=${off}
        onChange=${(event) => { const policy = event.currentTarget.value; decisions.change(() => table.set("hitPolicy", policy)); }}>
        ${POLICIES.map((key) => html`<option value=${key}>${say(`policy.${key}`)}</option>`)}</select></div>
    <div class="scroll-x" tabindex="0" role="region" aria-label=${decision.name ?? decision.id}><table class="table records mp-grid">
      <thead><tr><th scope="col">${say("decisions.number")}</th>
        ${inputs.map((one) => html`<th scope="col"><span class="muted">${say("decisions.if")}</span> ${name(one)}</th>`)}
        ${outputs.map((one) => html`<th scope="col"><span class="muted">${say("decisions.then")}</span> ${name(one)}</th>`)}
        <th scope="col">${say("decisions.note")}</th><th scope="col">${say("table.do")}</th></tr></thead>
      <tbody>${rules.map((rule, index) => html`<tr key=${rule.id}><th scope="row">${index + 1}</th>
        ${(rule.inputEntry ?? []).map((entry, at) => cell(entry, name(inputs[at]), index))}
        ${(rule.outputEntry ?? []).map((entry, at) => cell(entry, name(outputs[at]), index))}
        <td><textarea rows="1" class="form-control form-control-sm" disabled=${off} aria-label=${`${say("decisions.note")} ${say("decisions.rule", { n: index + 1 })}`} value=${rule.description ?? ""}
          onChange=${(event) => { const text = event.currentTarget.value; decisions.change(() => rule.set("description", text || undefined)); }}></textarea></td>
        <td class="mp-actions">${off ? null : html`
          ${index ? html`<button type="button" class="btn btn-sm btn-quiet" onClick=${() => move(index, -1)}>${say("do.up")}</button>` : null}
          ${index < rules.length - 1 ? html`<button type="button" class="btn btn-sm btn-quiet" onClick=${() => move(index, 1)}>${say("do.down")}</button>` : null}
          <button type="button" class="btn btn-sm btn-quiet" onClick=${() => remove(index)}>${say("do.remove")}</button>`}</td></tr>`)}
      </tbody></table></div>
    ${off ? null : html`<button type="button" class="btn btn-sm btn-secondary" onClick=${add}>${say("decisions.add")}</button>`}
  </section>`;
}

function free(table) {
  const used = new Set((table.rule ?? []).map(({ id }) => id));
  let number = used.size + 1;
  while (used.has(`${table.id}_rule_${number}`)) number += 1;
  return `${table.id}_rule_${number}`;
}
