// Columns of a decision table: what it asks for, what it answers, each with its type.
import { html } from "@bpmn-io/diagram-js-ui";

import { Choice, Items, Text } from "../panel/rows.js";
import { say } from "../words/index.js";
import { addInput, addOutput, moveColumn, removeColumn, TYPES } from "./shape.js";

export function Columns({ decisions, table, off }) {
  const { moddle } = decisions;
  const change = (work) => decisions.change(work);
  const fields = decisions.fields();
  const types = TYPES.map((key) => ({ key, name: say(`column.${key}`) }));
  // The first field no column asks for yet.
  const asked = () => (fields.find(({ key }) => !table.get("input").some((one) => one.inputExpression?.text === key)) ?? fields[0])?.key ?? "field_1";
  const list = (kind) => ({
    items: table.get(kind),
    up: off ? null : (_, index) => change(() => moveColumn(table, kind, index, -1)),
    down: off ? null : (_, index) => change(() => moveColumn(table, kind, index, 1)),
    // A table without a column that answers decides nothing.
    remove: kind === "output" && table.get(kind).length < 2 ? null : (_, index) => change(() => removeColumn(table, kind, index)),
  });
  return html`<details class="mp-item" open=${true}><summary>${say("decisions.columns")}</summary><div class="mp-body mp-columns">
    <fieldset><legend>${say("decisions.inputs")}</legend>
      <${Items} ...${list("input")} addCode="add_input" add=${() => change(() => addInput(moddle, table, asked()))}
        title=${(one) => one.label || one.inputExpression?.text}
        body=${(one) => html`
          <${Text} code="heading" value=${one.label} change=${(label) => change(() => one.set("label", label || undefined))} />
          <${Text} code="asked" value=${one.inputExpression?.text} list=${fields.map(({ key }) => key)} hint=${say("hint.asked")} change=${(text) => text && change(() => one.inputExpression.set("text", text))} />
          <${Choice} code="column_type" value=${one.inputExpression?.typeRef} options=${types} change=${(type) => change(() => one.inputExpression.set("typeRef", type || undefined))} />`} /></fieldset>
    <fieldset><legend>${say("decisions.outputs")}</legend>
      <${Items} ...${list("output")} addCode="add_output" add=${() => change(() => addOutput(moddle, table))}
        title=${(one) => one.label || one.name}
        body=${(one) => html`
          <${Text} code="heading" value=${one.label} change=${(label) => change(() => one.set("label", label || undefined))} />
          <${Text} code="answered" value=${one.name} hint=${say("hint.answered")} change=${(name) => name && change(() => one.set("name", name))} />
          <${Choice} code="column_type" value=${one.typeRef} options=${types} change=${(type) => change(() => one.set("typeRef", type || undefined))} />
          <${Text} code="otherwise" value=${one.defaultOutputEntry?.text} change=${(text) => change(() => otherwise(moddle, one, text))} />`} /></fieldset>
  </div></details>`;
}

/** The answer when no row fits. */
function otherwise(moddle, column, text) {
  if (!text) return column.set("defaultOutputEntry", undefined);
  const made = moddle.create("dmn:LiteralExpression", { id: `${column.id}_default`, text });
  made.$parent = column;
  return column.set("defaultOutputEntry", made);
}
