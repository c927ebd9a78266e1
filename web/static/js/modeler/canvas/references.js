// Names of the case file stand where BPMN has references to data elements (loopDataInputRef). The
// library drops references it cannot resolve; here they are kept, so that saving loses nothing.
export function keepReferences(modeler) {
  modeler.on("import.parse.complete", ({ references, elementsById }) => {
    for (const { element, property, id } of references ?? []) {
      const name = property.replace("bpmn:", "");
      if (!/^loopData(In|Out)putRef$/.test(name) || elementsById?.[id]) continue;
      element.set(name, modeler.get("moddle").create("bpmn:Property", { id }));
    }
  });
}
