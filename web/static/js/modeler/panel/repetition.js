// A step several people do: over which list, what each sees and gives, when it is decided (会签).
import { html } from "@bpmn-io/diagram-js-ui";

import { extension } from "../commands.js";
import { fieldsBefore } from "../model.js";
import { say } from "../words/index.js";
import { Choice, Group, Text } from "./rows.js";

export function Repetition({ element, owner, editing, vocabulary, modeler }) {
  const loop = owner.loopCharacteristics;
  if (loop?.$type !== "bpmn:MultiInstanceLoopCharacteristics") return null;
  const fields = fieldsBefore(modeler);
  const sign = extension(owner, "duban:Countersign");
  const set = (values) => editing.setExtension(element, owner, "duban:Countersign", values);
  // The engine reads a name of the case file where BPMN has a reference.
  const named = (property, name) => {
    const value = name ? Object.assign(editing.moddle.create("bpmn:Property", { id: name })) : undefined;
    editing.change(element, [{ target: loop, property, value }]);
  };
  const item = (property, name) => {
    const type = property === "inputDataItem" ? "bpmn:DataInput" : "bpmn:DataOutput";
    const made = name ? Object.assign(editing.moddle.create(type, { id: editing.moddle.ids.nextPrefixed("Item_"), name }), { $parent: loop }) : undefined;
    editing.change(element, [{ target: loop, property, value: made }]);
  };
  const until = (text) => editing.change(element, [{ target: loop, property: "completionCondition", value: text ? editing.expression(text, loop) : undefined }]);
  return html`<${Group} code="repetition" open=${true}>
    <${Text} code="over" value=${loop.loopDataInputRef?.id} list=${fields.map(({ key }) => key)} change=${(name) => named("loopDataInputRef", name)} />
    <${Text} code="each" value=${loop.inputDataItem?.name} change=${(name) => item("inputDataItem", name)} />
    <${Text} code="collected" value=${loop.loopDataOutputRef?.id} change=${(name) => named("loopDataOutputRef", name)} />
    <${Text} code="gives" value=${loop.outputDataItem?.name} list=${fields.map(({ key }) => key)} change=${(name) => item("outputDataItem", name)} />
    <${Text} code="until" value=${loop.completionCondition?.body} change=${until} hint=${say("hint.expression")} />
    <${Choice} code="countersign" value=${sign?.rule} options=${vocabulary.countersign} change=${(rule) => set({ rule })} />
    ${sign ? html`
      <${Choice} code="value" value=${sign.value} options=${fields} change=${(value) => set({ value })} />
      <${Text} code="agree" value=${sign.agree} change=${(agree) => set({ agree })} />
      <${Text} code="result" value=${sign.result} change=${(result) => set({ result })} />` : null}
  <//>`;
}
