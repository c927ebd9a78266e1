// The panel beside the canvas: groups by what is selected, with what the county's own tables offer.
import { html, render } from "@bpmn-io/diagram-js-ui";

import { FORMS } from "../canvas/elements.js";
import { extension } from "../commands.js";
import { isStep, processOf } from "../model.js";
import { say } from "../words/index.js";
import { Duties, Requires } from "./duties.js";
import { Fields } from "./fields.js";
import { Called, Condition, Decision, Message, Operation, Script, Timer } from "./flow.js";
import { Repetition } from "./repetition.js";
import { Choice, Group, Text, Tick } from "./rows.js";
import { Bases, Checks, Deadline, Documents, Step } from "./step.js";

// Elements that may say what must have been passed before them (engine/bpmn/duban.json).
const REQUIRING = new Set(["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task", "bpmn:ServiceTask", "bpmn:EndEvent"]);

export class Panel {
  constructor({ container, modeler, vocabulary, decisions, openTable, editable }) {
    Object.assign(this, { container, modeler, vocabulary, decisions, openTable, editable });
    this.editing = modeler.get("editing");
    const later = () => this.show();
    modeler.on("selection.changed", later);
    modeler.on("commandStack.changed", later);
    modeler.on("import.done", later);
  }

  /** What is chosen; the procedure itself when nothing is, or several things are. */
  chosen() {
    const selected = this.modeler.get("selection").get();
    const one = selected.length === 1 ? (selected[0].labelTarget ?? selected[0]) : this.modeler.get("canvas").getRootElement();
    if (one.type !== "bpmn:Collaboration") return one;
    return one.children.find(({ businessObject }) => businessObject.processRef) ?? one;
  }

  show() {
    // What was being typed belongs to the element before.
    const element = this.chosen();
    if (!element?.businessObject) return;
    if (element !== this.shown && this.container.contains(document.activeElement)) document.activeElement.blur();
    this.shown = element;
    render(html`<${Root} key=${element.id} panel=${this} element=${element} />`, this.container);
    if (!this.editable) for (const input of this.container.querySelectorAll("input, select, textarea, button")) input.disabled = true;
  }
}

function Root({ panel, element }) {
  const { editing, vocabulary, modeler, decisions, openTable } = panel;
  const owner = processOf(element);
  const all = { element, owner, editing, vocabulary, modeler, decisions, openTable };
  return html`<h2 class="mp-title">${say(`kind.${element.type.replace("bpmn:", "")}`)}</h2>
    <${General} ...${all} />
    ${groups(element, owner).map((part, index) => html`<${part} key=${`${element.id}-${index}`} open=${index === 0} ...${all} />`)}`;
}

function groups(element, owner) {
  const type = element.type;
  const parts = [];
  if (owner.$type === "bpmn:Process") return [Process, Bases];
  if (type === "bpmn:Lane") return [Lane];
  if (type === "bpmn:SequenceFlow") return [Condition];
  if (type === "bpmn:ServiceTask") parts.push(Operation);
  if (type === "bpmn:BusinessRuleTask") parts.push(Decision);
  if (type === "bpmn:CallActivity") parts.push(Called);
  if (type === "bpmn:ScriptTask") parts.push(Script);
  if (owner.eventDefinitions?.length || /SendTask|ReceiveTask/.test(type)) parts.push(Timer, Message);
  if (FORMS.has(type)) parts.push(Step, Fields);
  if (isStep(element) || type === "bpmn:SubProcess") parts.push(Deadline);
  if (FORMS.has(type) || type === "bpmn:SubProcess") parts.push(Bases);
  if (FORMS.has(type)) parts.push(Duties, Documents, Checks);
  if (REQUIRING.has(type)) parts.push(Requires);
  if (/Task|SubProcess|CallActivity/.test(type)) parts.push(Repetition);
  return parts;
}

function General({ element, owner, editing, modeler }) {
  const fixed = /Process|Participant|Collaboration/.test(element.type);
  const named = (name) => (element.type === "bpmn:Participant" ? editing.together(() => { editing.rename(element, name); editing.set(element, owner, { name }); }) : owner.$type === "bpmn:Process" ? editing.set(element, owner, { name }) : editing.rename(element, name));
  const renumber = (id) => /^[A-Za-z_][\w-]*$/.test(id) && !modeler.get("elementRegistry").get(id) && modeler.get("modeling").updateProperties(element, { id });
  const text = element.type === "bpmn:TextAnnotation" ? owner.text : owner.name;
  return html`<${Group} code="general" open=${true}>
    <${Text} code="name" many=${!fixed} value=${text} change=${named} />
    <${Text} code="id" value=${owner.id} readonly=${fixed} change=${renumber} hint=${say("hint.id")} />
  <//>`;
}

function Lane({ element, owner, editing, vocabulary }) {
  const lane = extension(owner, "duban:Lane");
  const set = (values) => editing.setExtension(element, owner, "duban:Lane", values);
  const role = (key) =>
    editing.together(() => {
      set({ role: key });
      const name = vocabulary.roles.find((one) => one.key === key)?.name;
      if (name && !owner.name) editing.rename(element, name);
    });
  return html`<${Group} code="lane" open=${true}>
    <${Choice} code="role" value=${lane?.role} options=${vocabulary.roles} change=${role} />
    <${Choice} code="body" value=${lane?.body} options=${vocabulary.slots} change=${(body) => set({ body })} />
  <//>`;
}

function Process({ element, owner, editing, vocabulary }) {
  const said = extension(owner, "duban:Process");
  const set = (values) => editing.setExtension(element, owner, "duban:Process", values);
  const text = (code, many) => html`<${Text} code=${code} many=${many} value=${said?.[code]} change=${(value) => set({ [code]: value })} />`;
  return html`<${Group} code="process" open=${true}>
    ${text("summary", true)} ${text("number")}
    <${Choice} code="owner" value=${said?.owner} options=${vocabulary.slots} change=${(owning) => set({ owner: owning })} />
    <${Choice} code="disclosure" value=${said?.disclosure} options=${vocabulary.disclosures} change=${(disclosure) => set({ disclosure })} />
    ${text("title")} ${text("party")} ${text("usual_length")} ${text("clauses")}
    <${Tick} code="on_case" value=${said?.on_case} change=${(on_case) => set({ on_case })} />
  <//>`;
}
