// A name that was opened on the drawing and left as it was is no change: no step back is made of it.
import { getLabel } from "bpmn-js/lib/util/LabelUtil.js";

function unchanged(labelEditingProvider) {
  const update = labelEditingProvider.update.bind(labelEditingProvider);
  labelEditingProvider.update = (element, text, ...more) => {
    const same = (text ?? "").trim() === (getLabel(element) ?? "").trim();
    // A note's size is changed with its text.
    if (!same || element.type === "bpmn:TextAnnotation") update(element, text, ...more);
  };
}
unchanged.$inject = ["labelEditingProvider"];

export const labelsModule = { __init__: [unchanged] };
