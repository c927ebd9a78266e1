// Conditions, operations, calls, timers, messages: what makes a case go on.
import { html, useState } from "@bpmn-io/diagram-js-ui";

import { extension } from "../commands.js";
import { timerOf } from "../ladder.js";
import { fieldsBefore } from "../model.js";
import { say } from "../words/index.js";
import { Choice, Do, Group, Items, Text, Tick } from "./rows.js";

const COMPARED = ["==", "!=", ">", ">=", "<", "<="];

export function Condition({ element, owner, editing, modeler }) {
  const source = element.source;
  if (!/Gateway|Task|Activity|SubProcess/.test(source.type) || /Parallel|EventBased/.test(source.type)) return null;
  const text = owner.conditionExpression?.body ?? "";
  const normal = source.businessObject.default === owner;
  const write = (next) =>
    editing.change(element, [{ target: owner, property: "conditionExpression", value: next ? editing.expression(next, owner) : undefined }]);
  const byDefault = (on) =>
    editing.change(element, [
      { target: source.businessObject, property: "default", value: on ? owner : undefined },
      ...(on ? [{ target: owner, property: "conditionExpression", value: undefined }] : []),
    ]);
  return html`<${Group} code="condition" open=${true}>
    <${Tick} code="default" value=${normal} change=${byDefault} />
    ${normal ? null : html`<${Text} code="condition" many value=${text} change=${write} hint=${say("hint.expression")} />
      <${Compare} fields=${fieldsBefore(modeler)} add=${(part) => write(text ? `${text} and ${part}` : part)} />`}
  <//>`;
}

/** Puts a comparison of a field together from choices. */
function Compare({ fields, add }) {
  const [field, setField] = useState("");
  const [sign, setSign] = useState("==");
  const [value, setValue] = useState("");
  const known = fields.find(({ key }) => key === field);
  const options = (known?.options ?? []).map((one) => ({ key: one.value, name: one.label ?? one.value }));
  const quoted = /^(number|money)$/.test(known?.type) || /^(true|false|None)$/.test(value) ? value : JSON.stringify(value);
  const part = known?.type === "multiple_choice" || known?.type === "checklist" ? `contains(${field}, ${quoted})` : `${field} ${sign} ${quoted}`;
  return html`<fieldset class="mp-compare"><legend>${say("row.compare")}</legend>
    <${Choice} code="field" value=${field} options=${fields} change=${setField} />
    <${Choice} code="sign" value=${sign} options=${COMPARED.map((key) => ({ key, name: key }))} change=${setSign} />
    ${options.length ? html`<${Choice} code="value" value=${value} options=${options} change=${setValue} />` : html`<${Text} code="value" value=${value} change=${setValue} />`}
    <${Do} code="add_condition" act=${() => field && value && add(part)} />
  </fieldset>`;
}

export function Operation({ element, owner, editing, vocabulary }) {
  const operation = extension(owner, "duban:Operation");
  const shape = vocabulary.operations.find(({ key }) => key === operation?.name);
  const parameters = operation?.parameters ?? [];
  const write = (list) => editing.change(element, [{ target: operation, property: "parameters", value: list }]);
  const make = (name) => {
    const made = editing.moddle.create("duban:Parameter", { name, value: "" });
    made.$parent = operation;
    return made;
  };
  const choose = (name) => {
    if (!name) return operation && editing.replace(element, owner, operation, []);
    const wanted = vocabulary.operations.find(({ key }) => key === name)?.required ?? [];
    const made = editing.moddle.create("duban:Operation", { name });
    made.parameters = wanted.map((one) => Object.assign(editing.moddle.create("duban:Parameter", { name: one, value: "" }), { $parent: made }));
    return operation ? editing.replace(element, owner, operation, [made]) : editing.replaceAll(element, owner, [...(owner.extensionElements?.values ?? []), made]);
  };
  const given = new Set(parameters.filter((one) => one.value || one.expression).map(({ name }) => name));
  const register = parameters.find(({ name }) => name === "register")?.value;
  const columns = vocabulary.registers.find(({ key }) => key === register)?.columns ?? [];
  const names = [...new Set([...(shape?.required ?? []), ...(shape?.one_of ?? []), ...(shape?.optional ?? []), ...columns.map(({ key }) => key)])];
  const open = names.filter((name) => !parameters.some((one) => one.name === name));
  return html`<${Group} code="operation" open=${true}>
    <${Choice} code="operation" value=${operation?.name} options=${vocabulary.operations} change=${choose} />
    ${operation ? html`
      <${Text} code="result" value=${operation.result} change=${(result) => editing.set(element, operation, { result })} />
      <${Items} items=${parameters} title=${(one) => `${one.name ?? ""} ${one.value ?? one.expression ?? ""}`} addCode="add_parameter"
        add=${() => write([...parameters, make(open[0] ?? "")])}
        remove=${(one) => write(parameters.filter((other) => other !== one))}
        body=${(one) => html`<${Parameter} ...${{ element, one, editing, names, operation, vocabulary }} />`} />
      <${Shape} ...${{ shape, given, open, add: (name) => write([...parameters, make(name)]) }} />` : null}
  <//>`;
}

/** What the operation still needs, and a button for each parameter it may have besides. */
function Shape({ shape, given, open, add }) {
  if (!shape) return null;
  const missing = shape.required.filter((name) => !given.has(name));
  const none = shape.one_of.length && !shape.one_of.some((name) => given.has(name));
  return html`
    ${missing.length ? html`<p class="hint">${say("operation.needs", { names: missing.join(" ") })}</p>` : null}
    ${none ? html`<p class="hint">${say("operation.one_of", { names: shape.one_of.join(" ") })}</p>` : null}
    ${open.length ? html`<fieldset class="mp-compare"><legend>${say("operation.may")}</legend><div class="mp-actions">
      ${open.map((name) => html`<button type="button" key=${name} class="btn btn-sm btn-quiet" onClick=${() => add(name)}>${name}</button>`)}</div></fieldset>` : null}
    ${shape.open ? html`<p class="hint">${say("operation.open")}</p>` : null}`;
}

function Parameter({ element, one, editing, names, operation, vocabulary }) {
  const set = (values) => editing.change(element, Object.entries(values).map(([property, value]) => ({ target: one, property, value })));
  const known = {
    type: operation.name === "issue_document" && vocabulary.documents,
    document: vocabulary.documents,
    register: vocabulary.registers,
    message: vocabulary.messages,
    role: vocabulary.roles,
    body: vocabulary.slots,
    process: vocabulary.processes,
    limit: vocabulary.limits,
  }[one.name];
  const computed = one.expression !== undefined;
  const write = (text) => set(computed ? { expression: text, value: undefined } : { value: text, expression: undefined });
  const given = computed ? one.expression : one.value;
  return html`
    <${Text} code="parameter" value=${one.name} list=${names} change=${(name) => set({ name })} />
    <${Tick} code="computed" value=${computed} change=${(on) => set(on ? { expression: given ?? "", value: undefined } : { value: given ?? "", expression: undefined })} />
    ${known && !computed ? html`<${Choice} code="value" value=${given} options=${known} change=${write} />` : html`<${Text} code="value" many value=${given} change=${write} />`}`;
}

export function Decision({ element, owner, editing, vocabulary, decisions, openTable }) {
  const ref = extension(owner, "duban:Decision")?.ref;
  const own = decisions.listed();
  const options = [...own, ...vocabulary.decisions.filter(({ key }) => !own.some((one) => one.key === key))];
  const file = own.find(({ key }) => key === ref)?.file;
  return html`<${Group} code="decision" open=${true}>
    <${Choice} code="decision" value=${ref} options=${options} change=${(key) => editing.setExtension(element, owner, "duban:Decision", { ref: key })} />
    ${file ? html`<${Do} code="open_table" act=${() => openTable(file)} />` : null}
    <${Do} code="new_table" act=${async () => openTable(await decisions.create(element, owner.name || element.id))} />
  <//>`;
}

export function Called({ element, owner, editing, vocabulary }) {
  return html`<${Group} code="called" open=${true}>
    <${Choice} code="called" value=${owner.calledElement} options=${vocabulary.processes} change=${(key) => editing.set(element, owner, { calledElement: key })} />
  <//>`;
}

export function Script({ element, owner, editing }) {
  return html`<${Group} code="script" open=${true}>
    <${Text} code="script" many value=${owner.script} change=${(script) => editing.set(element, owner, { script })} hint=${say("hint.script")} />
  <//>`;
}

const KINDS = ["timeDate", "timeDuration", "timeCycle"];

export function Timer({ element, editing, vocabulary }) {
  const timer = timerOf(element);
  if (!timer) return null;
  const kind = KINDS.find((name) => timer[name]) ?? "timeDate";
  const text = timer[kind]?.body ?? "";
  const write = (name, body) =>
    editing.change(element, KINDS.map((one) => ({ target: timer, property: one, value: one === name && body ? editing.expression(body, timer) : undefined })));
  const owner = element.businessObject;
  return html`<${Group} code="timer" open=${true}>
    <${Choice} code="timer_kind" value=${kind} options=${KINDS.map((key) => ({ key, name: say(`timer.${key}`) }))} change=${(name) => name && write(name, text || "P1D")} />
    <${Text} code="timer" many value=${text} change=${(body) => write(kind, body)} hint=${say("hint.timer")} />
    <${Choice} code="limit" value="" none="row.insert_limit" options=${vocabulary.limits.map(({ key, name, span }) => ({ key, name: `${key} ${name}（${span}）` }))} change=${(key) => key && write("timeDate", `limit("${key}")`)} />
    ${element.type === "bpmn:BoundaryEvent" ? html`<${Tick} code="interrupts" value=${owner.cancelActivity !== false} change=${(on) => editing.change(element, [{ target: owner, property: "cancelActivity", value: on }])} />
      <${Choice} code="level" value=${extension(owner, "duban:Escalation")?.level} options=${vocabulary.level_names} change=${(level) => editing.setExtension(element, owner, "duban:Escalation", { level })} />` : null}
  <//>`;
}

export function Message({ element, owner, editing, modeler }) {
  const definition = owner.eventDefinitions?.find(({ $type }) => $type === "bpmn:MessageEventDefinition") ?? (/SendTask|ReceiveTask/.test(owner.$type) ? owner : null);
  if (!definition) return null;
  const roots = modeler.getDefinitions();
  const messages = roots.rootElements.filter(({ $type }) => $type === "bpmn:Message");
  const write = (name) => {
    const found = messages.find((one) => one.name === name);
    const made = found ?? Object.assign(editing.moddle.create("bpmn:Message", { id: editing.moddle.ids.nextPrefixed("Message_"), name }), { $parent: roots });
    editing.change(element, [
      ...(found ? [] : [{ target: roots, property: "rootElements", value: [...roots.rootElements, made] }]),
      { target: definition, property: "messageRef", value: name ? made : undefined },
    ]);
  };
  return html`<${Group} code="message" open=${true}>
    <${Text} code="message_name" value=${definition.messageRef?.name} list=${messages.map(({ name }) => name).filter(Boolean)} change=${write} />
  <//>`;
}
