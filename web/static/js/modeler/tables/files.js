// The decision tables of a draft: which one, its rows, its columns.
import { html } from "@bpmn-io/diagram-js-ui";

import { Choice, Do, Text } from "../panel/rows.js";
import { say } from "../words/index.js";
import { Columns } from "./columns.js";
import { addRule, tables } from "./shape.js";

const POLICIES = ["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"];

export function Files({ decisions, names }) {
  if (!names.length) return html`<p class="mp-empty">${say("decisions.none")}</p>`;
  const root = decisions.models[decisions.chosen];
  return html`<div class="mp-row mp-inline"><label for="decision-file">${say("decisions.file")}</label>
      <select class="form-select form-select-sm" id="decision-file" value=${decisions.chosen} onChange=${(event) => decisions.choose(event.currentTarget.value)}>
        ${names.map((name) => html`<option value=${name}>${name}</option>`)}</select>
      ${decisions.editable ? html`<${Do} code="remove_table" quiet act=${() => decisions.remove(decisions.chosen)} />` : null}</div>
    ${tables(root).map((one) => html`<${Decision} key=${one.id} decisions=${decisions} decision=${one} />`)}`;
}

function Decision({ decisions, decision }) {
  const table = decision.decisionLogic;
  const off = !decisions.editable;
  const name = decision.name ?? decision.id;
  return html`<section class="mp-decision"><h3>${name}</h3>
    <fieldset class="mp-plain" disabled=${off}><legend class="visually-hidden">${name}</legend>
      <div class="mp-pair">
        <${Text} code="name" value=${decision.name} change=${(text) => decisions.change(() => decision.set("name", text || undefined))} />
        <${Choice} label=${say("decisions.policy")} none="policy.UNIQUE" value=${table.hitPolicy === "UNIQUE" ? "" : table.hitPolicy}
          options=${POLICIES.slice(1).map((key) => ({ key, name: say(`policy.${key}`) }))} change=${(policy) => decisions.change(() => table.set("hitPolicy", policy || "UNIQUE"))} />
      </div>
      <${Grid} ...${{ decisions, table, name, off }} />
      ${off ? null : html`<div class="mp-actions"><button type="button" class="btn btn-sm btn-secondary" onClick=${() => decisions.change(() => addRule(decisions.moddle, table))}>${say("decisions.add")}</button></div>`}
      <${Columns} ...${{ decisions, table, off }} />
    </fieldset></section>`;
}

function Grid({ decisions, table, name, off }) {
  const inputs = table.input ?? [];
  const outputs = table.output ?? [];
  const rules = table.rule ?? [];
  const named = (one) => one.label || one.name || one.inputExpression?.text || one.id;
  const area = (label, value, write) => html`<td><textarea rows="1" class="form-control form-control-sm" aria-label=${label} value=${value ?? ""}
    onChange=${(event) => { const text = event.currentTarget.value; decisions.change(() => write(text)); }}></textarea></td>`;
  const cell = (target, label, index) => area(`${label} ${say("decisions.rule", { n: index + 1 })}`, target.text, (text) => target.set("text", text));
  const move = (index, by) => decisions.change(() => { [rules[index], rules[index + by]] = [rules[index + by], rules[index]]; });
  const remove = (index) => decisions.change(() => rules.splice(index, 1));
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${name}><table class="table records mp-grid">
      <thead><tr><th scope="col">${say("decisions.number")}</th>
        ${inputs.map((one) => html`<th scope="col"><span class="muted">${say("decisions.if")}</span> ${named(one)}</th>`)}
        ${outputs.map((one) => html`<th scope="col"><span class="muted">${say("decisions.then")}</span> ${named(one)}</th>`)}
        <th scope="col">${say("decisions.note")}</th><th scope="col">${say("table.do")}</th></tr></thead>
      <tbody>${rules.map((rule, index) => html`<tr key=${rule.id}><th scope="row">${index + 1}</th>
        ${(rule.inputEntry ?? []).map((entry, at) => cell(entry, inputs[at] ? named(inputs[at]) : "", index))}
        ${(rule.outputEntry ?? []).map((entry, at) => cell(entry, outputs[at] ? named(outputs[at]) : "", index))}
        ${area(`${say("decisions.note")} ${say("decisions.rule", { n: index + 1 })}`, rule.description, (text) => rule.set("description", text || undefined))}
        <td class="mp-actions">${off ? null : html`
          ${index ? html`<${Do} code="up" quiet act=${() => move(index, -1)} />` : null}
          ${index < rules.length - 1 ? html`<${Do} code="down" quiet act=${() => move(index, 1)} />` : null}
          <${Do} code="remove" quiet act=${() => remove(index)} />`}</td></tr>`)}
      </tbody></table></div>`;
}
