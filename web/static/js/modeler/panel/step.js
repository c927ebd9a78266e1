// What a step says: who does it, by what law, until when, under which duties, with which papers.
import { html } from "@bpmn-io/diagram-js-ui";

import { extension, extensions } from "../commands.js";
import { fieldsBefore, personFields, returnable } from "../model.js";
import { say } from "../words/index.js";
import { Choice, Do, Group, Items, Some, Text } from "./rows.js";

export function Step({ element, owner, editing, vocabulary, modeler }) {
  const task = extension(owner, "duban:Task");
  const set = (values) => editing.setExtension(element, owner, "duban:Task", values);
  return html`<${Group} code="step" open=${true}>
    <${Text} code="stage" value=${task?.stage} list=${vocabulary.stages} change=${(stage) => set({ stage })} />
    <${Text} code="instruction" many value=${task?.instruction} change=${(instruction) => set({ instruction })} />
    <${Text} code="verb" value=${task?.verb} change=${(verb) => set({ verb })} />
    <${Choice} code="performer" value=${task?.performer} options=${personFields(modeler)} change=${(performer) => set({ performer })} />
    <${Choice} code="own_role" none="row.of_lane" value=${task?.role} options=${vocabulary.roles} change=${(role) => set({ role })} />
    <${Choice} code="own_body" none="row.of_lane" value=${task?.body} options=${vocabulary.slots} change=${(body) => set({ body })} />
    <${Some} code="returns" value=${task?.returns} options=${returnable(element)} change=${(returns) => set({ returns })} />
  <//>`;
}

export function Bases({ element, owner, editing, vocabulary }) {
  const items = extensions(owner, "duban:Basis");
  const set = (one, values) => editing.set(element, one, values);
  return html`<${Group} code="basis" count=${items.length}>
    <${Items} items=${items} title=${(one) => [one.law, one.article].filter(Boolean).join(" ")} addCode="add_basis"
      add=${() => editing.addExtension(element, owner, "duban:Basis", { law: vocabulary.laws[0] ?? "" })}
      up=${(one) => editing.move(element, owner, one, -1)} down=${(one) => editing.move(element, owner, one, 1)}
      remove=${(one) => editing.replace(element, owner, one, [])}
      body=${(one) => html`
        <${Text} code="law" value=${one.law} list=${vocabulary.laws} change=${(law) => set(one, { law })} />
        <${Text} code="article" value=${one.article} change=${(article) => set(one, { article })} />
        <${Text} code="wording" many value=${one.text} change=${(text) => set(one, { text })} />`} />
  <//>`;
}

/** The deadline is a timer on the drawing; here it is chosen from the table of time limits. */
export function Deadline({ element, modeler, vocabulary, open }) {
  const ladders = modeler.get("ladders");
  const { key, text } = ladders.limit(element);
  const limit = vocabulary.limits.find((one) => one.key === key);
  const options = vocabulary.limits.map((one) => ({ key: one.key, name: `${one.key} ${one.name}（${one.span}，${say(`limit.${one.kind}`)}）` }));
  const rungs = ladders.timers(element);
  return html`<${Group} code="deadline" open=${open} count=${rungs.length}>
    <${Choice} code="limit" value=${key} options=${options} change=${(chosen) => ladders.choose(element, chosen)} />
    ${limit ? html`<dl class="mp-facts">
      <dt>${say("row.span")}</dt><dd>${limit.span}</dd>
      <dt>${say("row.kind")}</dt><dd><b>${say(`limit.${limit.kind}`)}</b> ${limit.evidence}</dd>
      <dt>${say("row.law")}</dt><dd>${[limit.basis, limit.article].filter(Boolean).join(" ") || say("row.none")}</dd>
    </dl>` : null}
    ${text && !key ? html`<p class="hint">${say("deadline.other", { text })}</p>` : null}
    ${rungs.length ? html`<ul class="mp-rungs">${rungs.map((one) => html`<li key=${one.id}>
      <button type="button" class="finding-line" onClick=${() => modeler.get("selection").select(one)}>${one.businessObject.name || one.id}</button></li>`)}</ul>` : null}
    ${key ? html`<${Do} code="escalate" act=${() => ladders.escalate(element)} />` : null}
  <//>`;
}

export function Documents({ element, owner, editing, vocabulary }) {
  const items = extensions(owner, "duban:Document");
  return html`<${Group} code="documents" count=${items.length}>
    <${Items} items=${items} title=${(one) => vocabulary.documents.find(({ key }) => key === one.type)?.name ?? one.type} addCode="add_document"
      add=${() => editing.addExtension(element, owner, "duban:Document", { type: vocabulary.documents[0]?.key })}
      remove=${(one) => editing.replace(element, owner, one, [])}
      body=${(one) => html`<${Choice} code="document" value=${one.type} options=${vocabulary.documents} change=${(type) => editing.set(element, one, { type })} />`} />
  <//>`;
}

export function Checks({ element, owner, editing, vocabulary, modeler }) {
  const items = extensions(owner, "duban:Check");
  const set = (one, values) => editing.set(element, one, values);
  return html`<${Group} code="checks" count=${items.length}>
    <${Items} items=${items} title=${(one) => one.message || one.expression} addCode="add_check"
      add=${() => editing.addExtension(element, owner, "duban:Check", {})} remove=${(one) => editing.replace(element, owner, one, [])}
      body=${(one) => html`
        <${Text} code="expression" many value=${one.expression} change=${(expression) => set(one, { expression })} />
        <${Text} code="message" value=${one.message} change=${(message) => set(one, { message })} />
        <${Choice} code="field" value=${one.field} options=${fieldsBefore(modeler)} change=${(field) => set(one, { field })} />
        <${Text} code="law" value=${one.law} list=${vocabulary.laws} change=${(law) => set(one, { law })} />
        <${Text} code="article" value=${one.article} change=${(article) => set(one, { article })} />`} />
  <//>`;
}
