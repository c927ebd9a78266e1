// What our engine runs, and nothing else: the one list behind the palette, the context pad and the
// menus. docs/bpmn.md says what each does; the server's lint refuses everything else.

/** Entries of the palette: [code of the word, type, icon, what else the shape is]. */
export const CREATED = [
  ["start", "bpmn:StartEvent", "bpmn-icon-start-event-none"],
  ["end", "bpmn:EndEvent", "bpmn-icon-end-event-none"],
  ["wait_time", "bpmn:IntermediateCatchEvent", "bpmn-icon-intermediate-event-catch-timer", { eventDefinitionType: "bpmn:TimerEventDefinition" }],
  ["wait_message", "bpmn:IntermediateCatchEvent", "bpmn-icon-intermediate-event-catch-message", { eventDefinitionType: "bpmn:MessageEventDefinition" }],
  ["step", "bpmn:UserTask", "bpmn-icon-user-task"],
  ["operation", "bpmn:ServiceTask", "bpmn-icon-service-task"],
  ["decision", "bpmn:BusinessRuleTask", "bpmn-icon-business-rule-task"],
  ["assign", "bpmn:ScriptTask", "bpmn-icon-script-task"],
  ["call", "bpmn:CallActivity", "bpmn-icon-call-activity"],
  ["choice", "bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor"],
  ["parallel", "bpmn:ParallelGateway", "bpmn-icon-gateway-parallel"],
  ["several", "bpmn:InclusiveGateway", "bpmn-icon-gateway-or"],
  ["first_event", "bpmn:EventBasedGateway", "bpmn-icon-gateway-eventbased"],
  ["phase", "bpmn:SubProcess", "bpmn-icon-subprocess-expanded", { isExpanded: true }],
  ["pool", "bpmn:Participant", "bpmn-icon-participant"],
  ["note", "bpmn:TextAnnotation", "bpmn-icon-text-annotation"],
];

/** What a step can be followed by, of the list above. */
export const APPENDED = ["step", "operation", "choice", "wait_time", "end"];

/** Events a step can carry at its edge, as above. */
export const ATTACHED = [
  ["time", "bpmn-icon-intermediate-event-catch-timer", "bpmn:TimerEventDefinition"],
  ["message", "bpmn-icon-intermediate-event-catch-message", "bpmn:MessageEventDefinition"],
  ["condition", "bpmn-icon-intermediate-event-catch-condition", "bpmn:ConditionalEventDefinition"],
  ["error", "bpmn-icon-intermediate-event-catch-error", "bpmn:ErrorEventDefinition"],
  ["escalation", "bpmn-icon-intermediate-event-catch-escalation", "bpmn:EscalationEventDefinition"],
].map(([code, icon, eventDefinitionType]) => [code, "bpmn:BoundaryEvent", icon, { eventDefinitionType }]);

// Entries of the library's menu that would make something the engine refuses.
const REFUSED = /complex|ad-?hoc|compensation|instantiat|link|multiplicity|collapsed|data-|group|replace-with-none-intermediate-throw|toggle-participant|toggle-is-collection/i;

/** Whether an entry of the library's "change element" menu makes something that runs. */
export function runs(entry) {
  return !REFUSED.test(entry);
}

/** Elements people work at. */
export const STEPS = new Set(["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task", "bpmn:ReceiveTask"]);
/** Elements a form can stand on. */
export const FORMS = new Set([...STEPS, "bpmn:StartEvent", "bpmn:BoundaryEvent", "bpmn:IntermediateCatchEvent"]);

/** The key of our word for a kind of element. */
export function kindOf(element) {
  const type = element.type.replace("bpmn:", "");
  return `kind.${type}`;
}
