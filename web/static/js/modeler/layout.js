// A drawing for files that have none. The order of steps from left to right is the library's
// (bpmn-auto-layout); pools, lanes, notes and messages, which it leaves out, are put around it.
import { layoutProcess } from "bpmn-auto-layout";

const HEAD = 30;
const PAD = 30;
const GAP = 60;
const POOL_GAP = 50;
const NOTE = { width: 160, height: 50 };
const SMALL = { width: 36, height: 36 };
const STEP = { width: 100, height: 80 };
// Elements in a row, for what the library could not place.
const ROW = 8;

/** The file with a drawing, or nothing when it has one. */
export async function laidOut(moddle, xml) {
  const { rootElement: definitions } = await moddle.fromXML(xml);
  if (!definitions.rootElements || definitions.diagrams?.some(({ plane }) => plane?.planeElement?.length)) return undefined;
  const drawing = new Drawing(moddle, definitions);
  const collaboration = definitions.rootElements.find(({ $type }) => $type === "bpmn:Collaboration");
  const pools = collaboration?.participants ?? [];
  const processes = definitions.rootElements.filter(({ $type }) => $type === "bpmn:Process");
  const first = collaboration ?? processes[0];
  if (!first) return undefined;
  for (const pool of pools) await drawing.pool(pool);
  if (!pools.length && processes.length) await drawing.process(processes[0], 0);
  for (const flow of collaboration?.messageFlows ?? []) drawing.straight(flow);
  drawing.notes([...processes, ...(collaboration ? [collaboration] : [])]);
  drawing.write(first);
  return (await moddle.toXML(definitions, { format: true })).xml;
}

class Drawing {
  constructor(moddle, definitions) {
    Object.assign(this, { moddle, definitions, boxes: new Map(), lines: new Map(), expanded: new Set(), bottom: 0 });
  }

  async pool(participant) {
    const top = this.bottom ? this.bottom + POOL_GAP : 0;
    this.bottom = top;
    const process = participant.processRef;
    const inside = process?.flowElements?.length ? await this.process(process, HEAD) : { right: HEAD + 600, bottom: top + 60 };
    this.boxes.set(participant, { x: 0, y: top, width: inside.right, height: inside.bottom - top });
    this.bottom = inside.bottom;
  }

  /** Places what a process holds below what is there already. */
  async process(process, left) {
    const found = await placed(this.moddle, process);
    const nodes = process.flowElements?.filter(({ $type }) => $type !== "bpmn:SequenceFlow") ?? [];
    leftOver(nodes, found.boxes);
    for (const id of found.expanded) this.expanded.add(id);
    const leaves = leafLanes(process.laneSets ?? []);
    const top = this.bottom;
    const x = left + PAD + HEAD * Math.max(0, ...leaves.map(({ depth }) => depth));
    const move = leaves.length ? this.bands(nodes, leaves, found.boxes, top) : () => top + PAD - Math.min(0, ...[...found.boxes.values()].map(({ y }) => y));
    const place = (all, dy) => {
      for (const one of all) {
        const box = found.boxes.get(one.id);
        if (box) this.boxes.set(one, { ...box, x: box.x + x, y: box.y + dy });
        const line = found.lines.get(one.id);
        if (line) this.lines.set(one, line.map((point) => ({ x: point.x + x, y: point.y + dy })));
        place(one.flowElements ?? [], dy);
      }
    };
    for (const one of nodes) place([one], move(one));
    for (const flow of process.flowElements ?? []) {
      if (flow.$type !== "bpmn:SequenceFlow") continue;
      if (leaves.length || !found.lines.has(flow.id)) this.straight(flow);
      else place([flow], move(flow));
    }
    const boxes = [...this.boxes.entries()].filter(([one]) => one.$type !== "bpmn:Lane" && inside(one, process)).map(([, box]) => box);
    const right = Math.max(left + 600, ...boxes.map((box) => box.x + box.width)) + PAD;
    for (const { lane, parents } of leaves) for (const one of [lane, ...parents]) this.boxes.get(one).width = right - this.boxes.get(one).x;
    this.bottom = Math.max(this.bottom, top + 120, ...boxes.map((box) => box.y + box.height + PAD));
    return { right, bottom: this.bottom };
  }

  /** One band for each lane; rows keep their order within it. Gives how far each element moves down. */
  bands(nodes, leaves, boxes, top) {
    const shift = new Map();
    let y = top;
    for (const { lane, depth, parents } of leaves) {
      const own = nodes.filter((one) => lane.flowNodeRef?.includes(one.attachedToRef ?? one) && boxes.has(one.id));
      const height = stacked(own, boxes, (one, to) => shift.set(one, y + PAD + to - boxes.get(one.id).y));
      const box = { x: HEAD * depth, y, width: 0, height: height + 2 * PAD };
      this.boxes.set(lane, box);
      for (const [index, parent] of parents.entries()) {
        const known = this.boxes.get(parent) ?? this.boxes.set(parent, { x: HEAD * (index + 1), y, width: 0, height: 0 }).get(parent);
        known.height = y + box.height - known.y;
      }
      y += box.height;
    }
    this.bottom = y;
    // What is in no lane is drawn below them, where the findings name it.
    return (one) => shift.get(one) ?? y + PAD;
  }

  straight(flow) {
    const [from, to] = [flow.sourceRef, flow.targetRef].flat().map((one) => this.boxes.get(one));
    if (from && to) this.lines.set(flow, [middle(from), middle(to)]);
  }

  notes(scopes) {
    let x = HEAD;
    for (const scope of scopes) {
      for (const one of scope.artifacts ?? []) {
        if (one.$type !== "bpmn:TextAnnotation") continue;
        this.boxes.set(one, { ...NOTE, x, y: this.bottom + GAP });
        x += NOTE.width + PAD;
      }
      for (const one of scope.artifacts ?? []) if (one.$type === "bpmn:Association") this.straight(one);
    }
  }

  write(first) {
    const { moddle } = this;
    const bounds = (box) => moddle.create("dc:Bounds", Object.fromEntries(Object.entries(box).map(([name, value]) => [name, Math.round(value)])));
    const shapes = [...this.boxes].map(([one, { x, y, width, height }]) => {
      const more = /Participant|Lane/.test(one.$type) ? { isHorizontal: true } : this.expanded.has(one.id) ? { isExpanded: true } : {};
      return moddle.create("bpmndi:BPMNShape", { id: `${one.id}_di`, bpmnElement: one, bounds: bounds({ x, y, width, height }), ...more });
    });
    const edges = [...this.lines].map(([one, points]) =>
      moddle.create("bpmndi:BPMNEdge", { id: `${one.id}_di`, bpmnElement: one, waypoint: points.map(({ x, y }) => moddle.create("dc:Point", { x: Math.round(x), y: Math.round(y) })) }),
    );
    const plane = moddle.create("bpmndi:BPMNPlane", { id: "plane_laid_out", bpmnElement: first, planeElement: [...shapes, ...edges] });
    this.definitions.diagrams = [moddle.create("bpmndi:BPMNDiagram", { id: "diagram_laid_out", plane })];
  }
}

/** Where the library puts the elements of one process: boxes and lines by id. */
async function placed(moddle, process) {
  const expanded = subprocesses(process);
  for (const scope of [process, ...expanded]) linked(scope);
  // The library draws subprocesses open when the file says so.
  const planeElement = expanded.map((one) => moddle.create("bpmndi:BPMNShape", { id: `${one.id}_open`, bpmnElement: one, isExpanded: true, bounds: moddle.create("dc:Bounds", { x: 0, y: 0, ...STEP }) }));
  const plane = moddle.create("bpmndi:BPMNPlane", { id: "plane_open", bpmnElement: process, planeElement });
  const alone = moddle.create("bpmn:Definitions", { id: "alone", targetNamespace: "urn:duban", rootElements: [process], diagrams: [moddle.create("bpmndi:BPMNDiagram", { id: "diagram_open", plane })] });
  const spaces = Object.entries(process.$parent.$attrs).filter(([name]) => name.startsWith("xmlns"));
  Object.assign(alone.$attrs, Object.fromEntries(spaces));
  const boxes = new Map();
  const lines = new Map();
  try {
    const { xml } = await moddle.toXML(alone);
    const { rootElement } = await moddle.fromXML(await layoutProcess(xml));
    for (const one of rootElement.diagrams?.flatMap((diagram) => diagram.plane?.planeElement ?? []) ?? []) {
      const id = one.bpmnElement?.id;
      if (one.bounds) boxes.set(id, { x: one.bounds.x, y: one.bounds.y, width: one.bounds.width, height: one.bounds.height });
      else if (one.waypoint) lines.set(id, one.waypoint.map(({ x, y }) => ({ x, y })));
    }
  } catch (error) {
    // Drawn in rows then: what is wrong with the file is among the findings.
    console.info(error);
  }
  return { boxes, lines, expanded: expanded.map(({ id }) => id) };
}

/** Says at each element which flows come and go: the library follows those, and files may leave them out. */
function linked(scope) {
  for (const flow of scope.flowElements ?? []) {
    if (flow.$type !== "bpmn:SequenceFlow") continue;
    for (const [node, name] of [[flow.sourceRef, "outgoing"], [flow.targetRef, "incoming"]]) {
      if (node && !node.get(name).includes(flow)) node.get(name).push(flow);
    }
  }
}

/** What has no place yet comes in rows below. */
function leftOver(nodes, boxes) {
  const below = Math.max(0, ...[...boxes.values()].map(({ y, height }) => y + height));
  let number = 0;
  for (const one of nodes) {
    if (boxes.has(one.id) || !/Task|Activity|Gateway|Event|SubProcess|Transaction|DataObjectReference|DataStoreReference/.test(one.$type)) continue;
    const host = boxes.get(one.attachedToRef?.id);
    const size = /Event|Gateway|Data/.test(one.$type) ? SMALL : STEP;
    boxes.set(one.id, host ? { ...SMALL, x: host.x + 10, y: host.y + host.height - 18 } : { ...size, x: (number % ROW) * 150, y: below + GAP + Math.floor(number / ROW) * 140 });
    if (!host) number += 1;
  }
}

/** Moves elements up to one another, row by row; the height they take together. */
function stacked(own, boxes, put) {
  const rows = [];
  for (const one of [...own].sort((a, b) => boxes.get(a.id).y - boxes.get(b.id).y)) {
    const { y, height } = boxes.get(one.id);
    const row = rows.at(-1);
    if (row && y < row.bottom) {
      row.bottom = Math.max(row.bottom, y + height);
      row.all.push(one);
    } else rows.push({ top: y, bottom: y + height, all: [one] });
  }
  let at = 0;
  for (const row of rows) {
    for (const one of row.all) put(one, at + boxes.get(one.id).y - row.top);
    at += row.bottom - row.top + GAP / 2;
  }
  return Math.max(STEP.height, at - GAP / 2);
}

function leafLanes(sets, parents = []) {
  return sets.flatMap(({ lanes = [] }) =>
    lanes.flatMap((lane) => {
      const below = lane.childLaneSet ? leafLanes([lane.childLaneSet], [...parents, lane]) : [];
      return below.length ? below : [{ lane, parents, depth: parents.length + 1 }];
    }),
  );
}

function subprocesses(scope) {
  return (scope.flowElements ?? []).filter((one) => /SubProcess|Transaction/.test(one.$type)).flatMap((one) => [one, ...subprocesses(one)]);
}

function inside(one, process) {
  for (let at = one; at; at = at.$parent) if (at === process) return true;
  return false;
}

function middle({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Draws lines that were put down straight around corners; nothing of it is a step back. */
export function tidied(modeler) {
  const registry = modeler.get("elementRegistry");
  const modeling = modeler.get("modeling");
  for (const one of registry.filter(({ waypoints, parent }) => waypoints && parent)) {
    const { source, target } = one;
    if (one.waypoints.length === 2 && source && target) {
      modeling.layoutConnection(one, { connectionStart: middle(source), connectionEnd: middle(target), waypoints: [] });
    }
  }
  modeler.get("commandStack").clear();
}
