// The same procedure as a table: every step with who does it, until when, its form and what follows.
// An equal way to edit: the same command stack, nothing has to be dragged.
import { html, render } from "@bpmn-io/diagram-js-ui";

import { CREATED } from "./canvas/elements.js";
import { extensions } from "./commands.js";
import { isStep, lanes, roleOf, stepsInOrder } from "./model.js";
import { say } from "./words/index.js";

// What a new step between two others needs: itself and a flow.
const ROOM = 160;
const STEP = CREATED.find(([name]) => name === "step");

export class StepTable {
  constructor({ container, modeler, vocabulary, edit, editable }) {
    Object.assign(this, { container, modeler, vocabulary, edit, editable });
    this.modeling = modeler.get("modeling");
    this.editing = modeler.get("editing");
    this.ladders = modeler.get("ladders");
    this.placing = modeler.get("placing");
    // A listener that answers `false` would keep the event from the others.
    modeler.on("commandStack.changed", () => {
      if (!container.hidden) this.show();
    });
  }

  show() {
    render(html`<${Table} table=${this} steps=${stepsInOrder(this.modeler)} />`, this.container);
  }

  targets(source) {
    const rules = this.modeler.get("rules");
    return this.modeler
      .get("elementRegistry")
      .filter((one) => one !== source && one.parent && !one.labelTarget && !one.waypoints && rules.allowed("connection.create", { source, target: one })?.type === "bpmn:SequenceFlow")
      .map((one) => ({ key: one.id, name: one.businessObject.name || one.id }));
  }

  element(id) {
    return this.modeler.get("elementRegistry").get(id);
  }

  lead(flow, id) {
    const { source } = flow;
    const target = this.element(id);
    if (!target) return;
    this.editing.together(() => this.modeling.reconnect(flow, source, target));
  }

  connect(source, id) {
    const target = this.element(id);
    if (target) this.modeling.connect(source, target, { type: "bpmn:SequenceFlow" });
  }

  /** A new step between this one and what follows it. */
  addAfter(step) {
    const [flow, ...others] = step.outgoing.filter(({ type }) => type === "bpmn:SequenceFlow");
    const target = flow && !others.length ? flow.target : undefined;
    this.editing.together(() => {
      if (target) {
        this.modeling.removeConnection(flow);
        this.placing.makeRoom(step.x + step.width + 10, ROOM);
      }
      const made = this.placing.append(step, STEP);
      this.modeling.updateProperties(made, { name: say("table.new_step") });
      if (target) this.modeling.connect(made, target, { type: "bpmn:SequenceFlow" });
      this.made = made.id;
    });
    this.show();
    this.container.querySelector(`[data-step="${CSS.escape(this.made)}"] input`)?.focus();
  }

  /** Takes a step out; what led to it leads on to what followed it. */
  remove(step) {
    this.editing.together(() => {
      this.ladders.remove(step);
      this.modeling.removeElements([step]);
    });
    this.container.querySelector("[data-step] input")?.focus();
  }

  /** Puts a step into the lane of a role; without lanes the step itself says the role. */
  give(step, laneId) {
    const lane = this.element(laneId);
    const dy = Math.round(lane.y + lane.height / 2 - (step.y + step.height / 2));
    this.editing.together(() => {
      this.modeling.moveElements([step], { x: this.room(step, dy), y: dy }, lane.parent.type === "bpmn:Lane" ? lane.parent : undefined);
      const own = roleOf(this.modeler, step);
      if (own.own) this.editing.setExtension(step, step.businessObject, "duban:Task", { role: "", body: "" });
    });
  }

  /** How far to the right the step must go so that it lies on nothing. */
  room(step, dy) {
    const taken = this.modeler.get("elementRegistry").filter((one) => one !== step && one.parent === step.parent && !one.waypoints && !one.labelTarget && one.type !== "bpmn:Lane");
    let dx = 0;
    const hits = (one) => step.x + dx < one.x + one.width + 20 && step.x + dx + step.width + 20 > one.x && step.y + dy < one.y + one.height && step.y + dy + step.height > one.y;
    while (taken.some(hits)) dx += 20;
    return dx;
  }
}

function Table({ table, steps }) {
  const heads = ["name", "kind", "role", "limit", "form", "next", "do"];
  return html`<table class="table records mp-table">
    <caption class="visually-hidden">${say("table.caption")}</caption>
    <thead><tr>${heads.map((code) => html`<th scope="col">${say(`table.${code}`)}</th>`)}</tr></thead>
    <tbody>${steps.map((step) => html`<${Row} key=${step.id} table=${table} step=${step} />`)}</tbody>
  </table>`;
}

function Row({ table, step }) {
  const { modeler, vocabulary, ladders } = table;
  const name = step.businessObject.name ?? "";
  const named = (code) => `${say(`table.${code}`)}：${name || step.id}`;
  const who = roleOf(modeler, step);
  const all = lanes(modeler);
  const role = vocabulary.roles.find(({ key }) => key === who.role)?.name ?? who.role;
  const { key } = ladders.limit(step);
  const flows = step.outgoing.filter(({ type }) => type === "bpmn:SequenceFlow");
  const fields = extensions(step.businessObject, "duban:Field").length;
  const off = !table.editable;
  return html`<tr data-step=${step.id}>
    <th scope="row"><input class="form-control form-control-sm" aria-label=${say("table.name")} value=${name} disabled=${off}
      onChange=${(event) => table.editing.rename(step, event.currentTarget.value.trim())} /></th>
    <td>${say(`kind.${step.type.replace("bpmn:", "")}`)}</td>
    <td>${all.length && !who.own ? html`<select class="form-select form-select-sm" aria-label=${named("role")} value=${who.lane?.id ?? ""} disabled=${off}
        onChange=${(event) => event.currentTarget.value && table.give(step, event.currentTarget.value)}>
        ${who.lane ? null : html`<option value="">${say("row.none")}</option>`}
        ${all.map((lane) => html`<option value=${lane.id}>${lane.businessObject.name || lane.id}</option>`)}</select>` : role || "–"}</td>
    <td>${isStep(step) ? html`<select class="form-select form-select-sm" aria-label=${named("limit")} value=${key} disabled=${off}
        onChange=${(event) => ladders.choose(step, event.currentTarget.value)}>
        <option value="">${say("row.none")}</option>
        ${key && !vocabulary.limits.some((one) => one.key === key) ? html`<option value=${key}>${key}</option>` : null}
        ${vocabulary.limits.map((one) => html`<option value=${one.key}>${one.name}（${one.span}，${say(`limit.${one.kind}`)}）</option>`)}</select>` : "–"}</td>
    <td><button type="button" class="btn btn-sm btn-quiet" onClick=${() => table.edit(step.id)}>${say("table.fields", { n: fields })}<span class="visually-hidden"> ${name}</span></button></td>
    <td><${Next} ...${{ table, step, flows, named, off }} /></td>
    <td class="mp-actions">${off ? null : html`
      <button type="button" class="btn btn-sm btn-secondary" onClick=${() => table.addAfter(step)}>${say("table.add")}<span class="visually-hidden"> ${name}</span></button>
      ${step.type === "bpmn:StartEvent" ? null : html`<button type="button" class="btn btn-sm btn-quiet" onClick=${() => table.remove(step)}>${say("do.remove")}<span class="visually-hidden"> ${name}</span></button>`}`}</td>
  </tr>`;
}

function Next({ table, step, flows, named, off }) {
  const options = table.targets(step);
  if (!flows.length) {
    return html`<select class="form-select form-select-sm" aria-label=${named("next")} value="" disabled=${off} onChange=${(event) => table.connect(step, event.currentTarget.value)}>
      <option value="">${say("row.none")}</option>${options.map(({ key, name }) => html`<option value=${key}>${name}</option>`)}</select>`;
  }
  return flows.map((flow) => html`<select key=${flow.id} class="form-select form-select-sm" aria-label=${named("next")} value=${flow.target.id} disabled=${off}
    onChange=${(event) => table.lead(flow, event.currentTarget.value)}>
    ${options.some(({ key }) => key === flow.target.id) ? null : html`<option value=${flow.target.id}>${flow.target.businessObject.name || flow.target.id}</option>`}
    ${options.map(({ key, name }) => html`<option value=${key}>${name}</option>`)}</select>`);
}
