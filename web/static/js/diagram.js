// Entry of pages that show a process diagram: a read-only viewer with pan and zoom.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

/** Shows the diagram `xml` in `container`; answers the viewer once it is drawn. */
export async function show(container, xml) {
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(xml);
  viewer.get("canvas").zoom("fit-viewport");
  return viewer;
}
