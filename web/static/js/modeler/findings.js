// One list of everything wrong: what can be seen while drawing is looked at here (bpmnlint), the rest
// by the server at each save. A line selects its element.
import linting from "bpmnlint/lib/linter.js";
import endEvent from "bpmnlint/rules/end-event-required.js";
import eventGateway from "bpmnlint/rules/event-based-gateway.js";
import fakeJoin from "bpmnlint/rules/fake-join.js";
import complexGateway from "bpmnlint/rules/no-complex-gateway.js";
import disconnected from "bpmnlint/rules/no-disconnected.js";
import duplicateFlows from "bpmnlint/rules/no-duplicate-sequence-flows.js";
import joinFork from "bpmnlint/rules/no-gateway-join-fork.js";
import implicitSplit from "bpmnlint/rules/no-implicit-split.js";
import singleDefinition from "bpmnlint/rules/single-event-definition.js";
import startEvent from "bpmnlint/rules/start-event-required.js";

import { say } from "./words/index.js";

// Rule -> its factory, and the server's rule that says the same: the server's sentence wins.
const RULES = {
  "end-event-required": [endEvent, "structure.no_end", "error"],
  "start-event-required": [startEvent, "structure.one_start", "error"],
  "event-based-gateway": [eventGateway, "structure.event_gateway", "error"],
  "no-complex-gateway": [complexGateway, "structure.unsupported", "error"],
  "no-disconnected": [disconnected, "structure.unreachable", "error"],
  "single-event-definition": [singleDefinition, "structure.unsupported_event", "error"],
  "no-duplicate-sequence-flows": [duplicateFlows, "", "warn"],
  "no-gateway-join-fork": [joinFork, "", "warn"],
  "no-implicit-split": [implicitSplit, "", "warn"],
  "fake-join": [fakeJoin, "", "warn"],
};

const resolver = {
  resolveRule: (pkg, name) => RULES[name][0],
  resolveConfig: () => ({}),
};

export class Findings {
  constructor({ list, count, modeler, select }) {
    Object.assign(this, { list, count, modeler, select, server: [], drawn: [], marked: [] });
    this.rules = Object.fromEntries(Object.entries(RULES).map(([name, [, , level]]) => [name, level]));
    list.addEventListener("click", (event) => {
      const line = event.target.closest("[data-element]");
      if (line) this.select(line.dataset.element);
    });
  }

  fromServer(findings) {
    this.server = findings ?? [];
    this.show();
  }

  async look() {
    // Some rules remember what they saw: each look has its own.
    const found = await new linting({ config: { rules: this.rules }, resolver }).lint(this.modeler.getDefinitions());
    this.drawn = Object.entries(found).flatMap(([rule, reports]) =>
      reports.filter(({ id }) => !(rule === "fake-join" && this.rungs(id))).map(({ id }) => ({ rule, element: id, severity: RULES[rule][2] === "error" ? "error" : "warning", sentence: this.sentence(rule) })),
    );
    this.show();
  }

  sentence(rule) {
    return say(`lint.${rule}`);
  }

  /** The element on the drawing; a procedure is its pool. */
  drawnAs(id) {
    const registry = this.modeler.get("elementRegistry");
    return registry.get(id) ?? registry.find(({ businessObject }) => businessObject?.processRef?.id === id);
  }

  /** Whether only rungs of a ladder lead here: each may call it again. */
  rungs(id) {
    const incoming = this.modeler.get("elementRegistry").get(id)?.incoming ?? [];
    return incoming.every(({ source }) => source.host);
  }

  all() {
    const said = new Set(this.server.map(({ rule, element }) => `${rule} ${element}`));
    const new_ = this.drawn.filter(({ rule, element }) => !said.has(`${RULES[rule][1]} ${element}`));
    const found = [...this.server, ...new_];
    return found.sort((one, other) => Number(one.severity !== "error") - Number(other.severity !== "error"));
  }

  show() {
    const found = this.all();
    this.list.replaceChildren(...found.map((one) => this.line(one)));
    const errors = found.filter(({ severity }) => severity === "error").length;
    this.count.textContent = found.length ? say("findings.count", { errors, warnings: found.length - errors }) : say("findings.none");
    this.mark(found);
  }

  line({ severity, sentence, element, file, line }) {
    const item = document.createElement("li");
    item.className = `finding ${severity}`;
    const known = element && this.drawnAs(element);
    const text = document.createElement(known ? "button" : "span");
    if (known) Object.assign(text, { type: "button", className: "finding-line" }).dataset.element = known.id;
    const kind = document.createElement("b");
    kind.textContent = say(`findings.${severity}`);
    const where = known ? "" : [file, line && say("findings.line", { line })].filter(Boolean).join(" ");
    text.append(kind, ` ${sentence}`, where ? ` (${where})` : "");
    item.append(text);
    return item;
  }

  /** Marks elements on the drawing; the list says the same in words. */
  mark(found) {
    const canvas = this.modeler.get("canvas");
    const registry = this.modeler.get("elementRegistry");
    for (const [id, name] of this.marked) if (registry.get(id)) canvas.removeMarker(id, name);
    this.marked = [...new Map(found.filter(({ element }) => element && registry.get(element)).reverse().map(({ element, severity }) => [element, `has-${severity}`]))];
    for (const [id, name] of this.marked) canvas.addMarker(id, name);
  }
}
