// Questions about the drawing that panel and table ask: fields, steps before, lanes, the order of steps.
import { extension, extensions } from "./commands.js";
import { FORMS, STEPS } from "./canvas/elements.js";

/** Every field of every form, once: {key, name, type, options}. */
export function fieldsBefore(modeler) {
  const found = new Map();
  modeler.get("elementRegistry").forEach((element) => {
    if (element.labelTarget || !FORMS.has(element.type)) return;
    for (const field of fieldsOf(element)) found.set(field.key, field);
  });
  return [...found.values()];
}

/** The fields of one form. */
export function fieldsOf(element) {
  return extensions(element.businessObject, "duban:Field")
    .filter(({ id }) => id)
    .map((field) => ({ key: field.id, name: `${field.label ?? ""}（${field.id}）`, type: field.type, options: field.options ?? [] }));
}

/** Everything people do, as choices. */
export function stepsOf(modeler) {
  return modeler
    .get("elementRegistry")
    .filter((one) => !one.labelTarget && STEPS.has(one.type))
    .map((one) => ({ key: one.id, name: one.businessObject.name || one.id }));
}

export function personFields(modeler) {
  return fieldsBefore(modeler).filter(({ type }) => type === "person" || type === "people");
}

/** Steps from which a way leads to the element, nearest first. */
export function stepsBefore(element) {
  return before(element).map((one) => ({ key: one.id, name: one.businessObject.name || one.id }));
}

/** Steps a task may be returned to: people's, before it, in the same scope (docs/bpmn.md). */
export function returnable(element) {
  const scope = element.businessObject.$parent;
  return before(element)
    .filter((one) => STEPS.has(one.type) && one.businessObject.$parent === scope)
    .map((one) => ({ key: one.id, name: one.businessObject.name || one.id }));
}

function before(element) {
  const seen = new Set([element]);
  const found = [];
  const queue = [element];
  while (queue.length) {
    const one = queue.shift();
    const sources = one.host ? [one.host] : one.incoming.map((flow) => flow.source);
    for (const source of sources) {
      if (seen.has(source)) continue;
      seen.add(source);
      queue.push(source);
      if (FORMS.has(source.type)) found.push(source);
    }
  }
  return found;
}

/** Steps of the drawing as people meet them: along the flows from the start, the rest after them. */
export function stepsInOrder(modeler) {
  const registry = modeler.get("elementRegistry");
  const nodes = registry.filter((one) => !one.labelTarget && one.incoming && /Task|Activity|SubProcess|StartEvent|IntermediateCatch/.test(one.type));
  const order = new Map();
  const follow = (from) => {
    const queue = [from];
    while (queue.length) {
      const one = queue.shift();
      if (order.has(one)) continue;
      order.set(one, order.size);
      for (const flow of one.outgoing) if (flow.type === "bpmn:SequenceFlow") queue.push(flow.target);
    }
  };
  nodes.filter(({ type }) => type === "bpmn:StartEvent").forEach(follow);
  nodes.forEach((one) => order.has(one) || follow(one));
  // The call of a ladder belongs to its step's deadline.
  const ladder = (one) => one.type === "bpmn:CallActivity" && one.incoming.length && one.incoming.every((flow) => flow.source.host);
  return nodes.filter((one) => !ladder(one)).sort((one, other) => order.get(one) - order.get(other));
}

export function lanes(modeler) {
  return modeler.get("elementRegistry").filter(({ type }) => type === "bpmn:Lane");
}

export function laneOf(modeler, element) {
  return lanes(modeler).find((lane) => lane.businessObject.flowNodeRef?.includes(element.businessObject));
}

export function roleOf(modeler, element) {
  const task = extension(element.businessObject, "duban:Task");
  const lane = laneOf(modeler, element);
  const said = lane && extension(lane.businessObject, "duban:Lane");
  return { role: task?.role || said?.role || "", body: task?.body || said?.body || "", own: Boolean(task?.role), lane };
}

export function isStep(element) {
  return STEPS.has(element.type);
}

/** The process an element stands for: its own, that of its pool, or the one it is in. */
export function processOf(element) {
  const owner = element.businessObject;
  return owner.$type === "bpmn:Participant" ? owner.processRef : owner;
}
