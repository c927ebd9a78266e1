// Changes of properties as commands of the canvas: what a person does at once is one step back.
// `Editing` is what the panel, the table and the decisions call.

/** Sets properties of model elements. Context: {element, changes: [{target, property, value}]}. */
class ChangeHandler {
  execute(context) {
    context.before = context.changes.map(({ target, property }) => target.get(property));
    for (const { target, property, value } of context.changes) target.set(property, value);
    return touched(context);
  }

  revert(context) {
    context.changes.forEach(({ target, property }, index) => target.set(property, context.before[index]));
    return touched(context);
  }
}

function touched({ element }) {
  return element ? [element, ...(element.labels ?? [])] : [];
}

/** Several commands as one step back. Context: {work}. */
class TogetherHandler {
  preExecute(context) {
    context.work();
  }
}

/** Replaces the text of a decision table. Context: {decisions, name, text}. */
class TableHandler {
  execute(context) {
    context.before = context.decisions.text(context.name);
    context.decisions.put(context.name, context.text);
    return [];
  }

  revert(context) {
    context.decisions.put(context.name, context.before);
    return [];
  }
}

export class Editing {
  constructor(commandStack, moddle, modeling) {
    Object.assign(this, { stack: commandStack, moddle, modeling });
    commandStack.registerHandler("duban.change", ChangeHandler);
    commandStack.registerHandler("duban.together", TogetherHandler);
    commandStack.registerHandler("duban.table", TableHandler);
  }

  together(work) {
    this.stack.execute("duban.together", { work });
  }

  change(element, changes) {
    this.stack.execute("duban.change", { element, changes });
  }

  set(element, target, values) {
    const changes = Object.entries(values).map(([property, value]) => ({
      target,
      property,
      value: value === "" || value === false ? undefined : value,
    }));
    this.change(element, changes);
  }

  table(decisions, name, text) {
    this.stack.execute("duban.table", { decisions, name, text });
  }

  rename(element, name) {
    this.modeling.updateLabel(element, name);
  }

  /** The first extension of a kind gets these attributes; it is made, or dropped when nothing is left. */
  setExtension(element, owner, type, values) {
    const [found] = extensions(owner, type);
    if (!found) {
      this.addExtension(element, owner, type, given(values));
      return;
    }
    const left = { ...attributes(found), ...values };
    if (Object.keys(given(left)).length) this.set(element, found, values);
    else this.replace(element, owner, found, []);
  }

  addExtension(element, owner, type, values = {}) {
    const made = this.moddle.create(type, values);
    this.replaceAll(element, owner, [...(owner.extensionElements?.values ?? []), made]);
    return made;
  }

  /** Puts others in the place of one extension. */
  replace(element, owner, old, others) {
    const values = owner.extensionElements.values.flatMap((one) => (one === old ? others : [one]));
    this.replaceAll(element, owner, values);
  }

  /** Moves an extension among those of its kind. */
  move(element, owner, one, by) {
    const values = [...owner.extensionElements.values];
    const places = values.flatMap((value, index) => (value.$type === one.$type ? [index] : []));
    const at = places.indexOf(values.indexOf(one));
    const from = places[at];
    const to = places[at + by];
    if (to === undefined) return;
    [values[from], values[to]] = [values[to], values[from]];
    this.replaceAll(element, owner, values);
  }

  replaceAll(element, owner, values) {
    const holder = owner.extensionElements ?? this.moddle.create("bpmn:ExtensionElements", { values: [] });
    for (const value of values) value.$parent = holder;
    const changes = [{ target: holder, property: "values", value: values }];
    if (!owner.extensionElements) {
      holder.$parent = owner;
      changes.push({ target: owner, property: "extensionElements", value: holder });
    }
    this.change(element, changes);
  }

  expression(text, parent) {
    const made = this.moddle.create("bpmn:FormalExpression", { body: text });
    made.$parent = parent;
    return made;
  }
}
Editing.$inject = ["commandStack", "moddle", "modeling"];

export function extensions(owner, type) {
  return (owner.extensionElements?.values ?? []).filter((one) => one.$type === type);
}

export function extension(owner, type) {
  return extensions(owner, type)[0];
}

function attributes(extension) {
  const names = extension.$descriptor.properties.filter((one) => one.ns.prefix === "duban").map((one) => one.ns.localName);
  return Object.fromEntries(names.map((name) => [name, Object.hasOwn(extension, name) ? extension[name] : undefined]));
}

function given(values) {
  const kept = ([, value]) => value !== "" && value !== false && value !== undefined && !(Array.isArray(value) && !value.length);
  return Object.fromEntries(Object.entries(values).filter(kept));
}

export const commandsModule = { __init__: ["editing"], editing: ["type", Editing] };
