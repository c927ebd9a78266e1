// Fields of a form, in the order the handler sees them, and the form as it will look.
import { html } from "@bpmn-io/diagram-js-ui";

import { extensions } from "../commands.js";
import { fieldsBefore } from "../model.js";
import { say } from "../words/index.js";
import { Choice, Group, Items, Some, Text, Tick } from "./rows.js";
import { Preview } from "./preview.js";

const CHOSEN = new Set(["choice", "multiple_choice", "checklist", "opinions"]);

export function Fields({ element, owner, editing, vocabulary, modeler, open }) {
  const items = extensions(owner, "duban:Field");
  const set = (one, values) => editing.set(element, one, values);
  return html`<${Group} code="fields" open=${open} count=${items.length}>
    <${Items} items=${items} title=${(one) => one.label || one.id} addCode="add_field"
      add=${() => editing.addExtension(element, owner, "duban:Field", { id: free(modeler), label: say("field.new"), type: "text" })}
      up=${(one) => editing.move(element, owner, one, -1)} down=${(one) => editing.move(element, owner, one, 1)}
      remove=${(one) => editing.replace(element, owner, one, [])}
      body=${(one) => html`
        <${Text} code="field_id" value=${one.id} change=${(id) => id && set(one, { id })} />
        <${Text} code="label" value=${one.label} change=${(label) => set(one, { label })} />
        <${Choice} code="type" value=${one.type} options=${vocabulary.field_types} change=${(type) => set(one, { type })} />
        <${Tick} code="required" value=${one.required} change=${(required) => set(one, { required })} />
        <${Tick} code="readonly" value=${one.readonly} change=${(readonly) => set(one, { readonly })} />
        ${CHOSEN.has(one.type) ? html`<${Options} ...${{ element, one, editing }} />` : null}
        <${Text} code="help" many value=${one.help} change=${(help) => set(one, { help })} />
        <${Text} code="visible_when" value=${one.visible_when} change=${(visible_when) => set(one, { visible_when })} hint=${say("hint.expression")} />
        <${Choice} code="disclosure" value=${one.disclosure} options=${vocabulary.disclosures} change=${(disclosure) => set(one, { disclosure })} />
        <${Some} code="hidden_from" value=${one.hidden_from} options=${vocabulary.slots} change=${(hidden_from) => set(one, { hidden_from })} />
        ${one.type === "person" || one.type === "people" ? html`
          <${Choice} code="role" value=${one.role} options=${vocabulary.roles} change=${(role) => set(one, { role })} />
          <${Choice} code="body" value=${one.body} options=${vocabulary.slots} change=${(body) => set(one, { body })} />` : null}
        ${one.type === "opinions" ? html`<${Choice} code="of" value=${one.of} options=${fieldsBefore(modeler)} change=${(of) => set(one, { of })} />` : null}
        ${["number", "money", "date"].includes(one.type) ? html`
          <${Text} code="minimum" value=${one.minimum} change=${(minimum) => set(one, { minimum })} />
          <${Text} code="maximum" value=${one.maximum} change=${(maximum) => set(one, { maximum })} />` : null}`} />
    <${Preview} fields=${items} />
  <//>`;
}

/** Options as lines `value = label`: typed at once, changed at once. */
function Options({ element, one, editing }) {
  const text = (one.options ?? []).map(({ value, label }) => `${value} = ${label ?? value}`).join("\n");
  const change = (typed) => {
    const options = typed
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line, index) => {
        const [, value, label] = /^([A-Za-z]\w*)\s*=\s*(.*)$/.exec(line) ?? [null, `option_${index + 1}`, line];
        const made = editing.moddle.create("duban:Option", { value, label });
        made.$parent = one;
        return made;
      });
    editing.change(element, [{ target: one, property: "options", value: options }]);
  };
  return html`<${Text} code="options" many value=${text} change=${change} hint=${say("hint.options")} />`;
}

function free(modeler) {
  const used = new Set(fieldsBefore(modeler).map(({ key }) => key));
  let number = 1;
  while (used.has(`field_${number}`)) number += 1;
  return `field_${number}`;
}
