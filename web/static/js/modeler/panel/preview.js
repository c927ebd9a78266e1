// The form as the handler sees it, with the classes of the real one; nothing in it is sent.
import { html } from "@bpmn-io/diagram-js-ui";

import { say } from "../words/index.js";
import { useName } from "./rows.js";

export function Preview({ fields }) {
  if (!fields.length) return null;
  return html`<details class="mp-item"><summary>${say("preview.title")}</summary>
    <div class="mp-preview">${fields.map((field, index) => html`<${Field} key=${index} field=${field} />`)}</div></details>`;
}

function Field({ field }) {
  const id = useName();
  const named = html`${field.label}${field.required ? html`<span class="must">${say("preview.required")}</span>` : null}`;
  const help = html`${field.help ? html`<p class="hint">${field.help}</p>` : null}
    ${field.visible_when ? html`<p class="hint">${say("preview.when", { text: field.visible_when })}</p>` : null}`;
  const options = field.options ?? [];
  if (field.type === "choice" && options.length > 6) {
    return html`<div class="field"><label for=${id}>${named}</label>${help}<select class="form-select narrow" id=${id}>
      ${options.map(({ value, label }) => html`<option value=${value}>${label}</option>`)}</select></div>`;
  }
  if (["choice", "multiple_choice", "checklist", "people", "yes_no_note", "legal_article", "opinions"].includes(field.type)) {
    return html`<fieldset class="field"><legend>${named}</legend>${help}<${Picks} ...${{ field, id, options }} /></fieldset>`;
  }
  const plain = { id, class: "form-control", readonly: field.readonly };
  const input = {
    long_text: html`<textarea rows="3" ...${plain}></textarea>`,
    date: html`<input type="date" ...${plain} />`,
    file: html`<input type="file" ...${plain} disabled />`,
    person: html`<select class="form-select" id=${id}><option>${say("preview.person")}</option></select>`,
    body: html`<select class="form-select" id=${id}><option>${say("preview.body")}</option></select>`,
    money: html`<div class="with-unit"><input ...${plain} inputmode="decimal" /><span class="muted">${say("preview.yuan")}</span></div>`,
  }[field.type];
  return html`<div class="field"><label for=${id}>${named}</label>${help}${input ?? html`<input type="text" ...${plain} />`}</div>`;
}

function Picks({ field, id, options }) {
  const kind = field.type === "choice" || field.type === "yes_no_note" ? "radio" : "checkbox";
  const shown =
    field.type === "yes_no_note"
      ? [say("preview.yes"), say("preview.no")]
      : options.length
        ? options.map(({ value, label }) => label ?? value)
        : [say("preview.person")];
  return html`<div class="picks">${shown.map((label) => html`<label class="pick"><input class="form-check-input" type=${kind} name=${id} /><span>${label}</span></label>`)}</div>`;
}
