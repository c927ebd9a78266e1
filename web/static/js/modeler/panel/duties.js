// Who may not do a step, who must, and what must have been passed before it.
import { html } from "@bpmn-io/diagram-js-ui";

import { extensions } from "../commands.js";
import { fieldsBefore, fieldsOf, personFields, stepsBefore, stepsOf } from "../model.js";
import { say } from "../words/index.js";
import { Choice, Group, Items, Some, Text, Tick } from "./rows.js";

export function Duties({ element, owner, editing, vocabulary, modeler }) {
  const items = extensions(owner, "duban:Duty");
  const set = (one, values) => editing.set(element, one, values);
  const rules = vocabulary.duties.map((key) => ({ key, name: key }));
  const people = personFields(modeler);
  const others = stepsOf(modeler).filter(({ key }) => key !== element.id);
  const number = (text) => (/^\d+$/.test(text) ? Number(text) : undefined);
  return html`<${Group} code="duties" count=${items.length}>
    <${Items} items=${items} title=${(one) => one.rule} addCode="add_duty" remove=${(one) => editing.replace(element, owner, one, [])}
      add=${() => editing.addExtension(element, owner, "duban:Duty", { rule: vocabulary.duties[0] })}
      body=${(one) => html`
        <${Choice} code="rule" value=${one.rule} options=${rules} change=${(rule) => set(one, { rule })} />
        <${Some} code="not_completed_by" value=${one.not_completed_by} options=${stepsBefore(element)} change=${(not_completed_by) => set(one, { not_completed_by })} />
        <${Some} code="apart_from" value=${one.apart_from} options=${others} change=${(apart_from) => set(one, { apart_from })} />
        <${Some} code="not_named_in" value=${one.not_named_in} options=${people} change=${(not_named_in) => set(one, { not_named_in })} />
        <${Some} code="not_of" value=${one.not_of} options=${vocabulary.slots} change=${(not_of) => set(one, { not_of })} />
        <${Choice} code="officers" value=${one.officers} options=${people} change=${(officers) => set(one, { officers })} />
        <${Text} code="min_officers" value=${one.min_officers} change=${(text) => set(one, { min_officers: number(text) })} />
        <${Choice} code="needs_certificate" value=${one.needs_certificate} options=${vocabulary.certificates} change=${(needs_certificate) => set(one, { needs_certificate })} />
        <${Meeting} ...${{ one, set, element, modeler, people }} />
        <${Tick} code="in_person" value=${one.in_person} change=${(in_person) => set(one, { in_person })} />
        <${Text} code="when" value=${one.when} change=${(when) => set(one, { when })} hint=${say("hint.expression")} />`} />
  <//>`;
}

/** Deciding together (R13): who, in which minutes, how many must attend, where each was heard. */
function Meeting({ one, set, element, modeler, people }) {
  const minutes = fieldsOf(element).filter(({ type }) => type === "opinions");
  return html`<fieldset class="mp-compare"><legend>${say("row.meeting")}</legend>
    <${Choice} code="members" value=${one.members} options=${people} change=${(members) => set(one, { members })} />
    <${Choice} code="opinions" value=${one.opinions} options=${minutes.length ? minutes : fieldsBefore(modeler).filter(({ type }) => type === "opinions")} change=${(opinions) => set(one, { opinions })} />
    <${Text} code="quorum" value=${one.quorum} list=${["2/3", "1/2+", "all"]} change=${(quorum) => set(one, { quorum })} hint=${say("hint.quorum")} />
    <${Choice} code="heard_at" value=${one.heard_at} options=${stepsBefore(element)} change=${(heard_at) => set(one, { heard_at })} />
  </fieldset>`;
}

/** What must be true whenever a token enters here; proved before publishing. */
export function Requires({ element, owner, editing, modeler }) {
  const items = extensions(owner, "duban:Requires");
  const set = (one, values) => editing.set(element, one, values);
  const steps = stepsOf(modeler).filter(({ key }) => key !== element.id);
  const named = (key) => steps.find((one) => one.key === key)?.name ?? key;
  return html`<${Group} code="requires" count=${items.length}>
    <${Items} items=${items} title=${(one) => [named(one.passed), one.when].filter(Boolean).join(" · ")} addCode="add_requires"
      add=${() => editing.addExtension(element, owner, "duban:Requires", {})} remove=${(one) => editing.replace(element, owner, one, [])}
      body=${(one) => html`
        <${Choice} code="passed" value=${one.passed} options=${steps} change=${(passed) => set(one, { passed })} />
        <${Text} code="requires_when" many value=${one.when} change=${(when) => set(one, { when })} hint=${say("hint.expression")} />`} />
  <//>`;
}
