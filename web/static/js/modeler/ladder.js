// Deadlines and what follows when they pass, drawn for the person: boundary timers on the step and
// the call of the escalation process. One choice is one step back.
import { extension } from "./commands.js";
import { say } from "./words/index.js";

/** Rungs that are drawn: level, working days from the limit, and whether it is the deadline. */
export const RUNGS = [
  ["remind", -2],
  ["due", 0],
  ["urge", 1],
  ["supervise", 5],
  ["government", 10],
];
// Width one rung takes, its label included.
const RUNG = 48;
const LIMIT = /limit\(\s*"([^"]*)"/;

export class Ladders {
  constructor(editing, modeling, elementFactory, placing) {
    Object.assign(this, { editing, modeling, elementFactory, placing });
  }

  /** Boundary timers of a step, the one marked as its deadline first. */
  timers(step) {
    const timed = (step.attachers ?? []).filter((one) => timerOf(one));
    return timed.sort((one, other) => Number(isDeadline(other)) - Number(isDeadline(one)));
  }

  deadline(step) {
    return this.timers(step).find(isDeadline);
  }

  /** The key of the time limit a step is due by, the text of its timer when it is another. */
  limit(step) {
    const due = this.deadline(step);
    const text = due ? timeText(due) : "";
    return { key: LIMIT.exec(text)?.[1] ?? "", text };
  }

  /** Makes a step due by a limit: the timers that count from the old one count from the new one. */
  choose(step, key) {
    const old = this.limit(step).key;
    this.editing.together(() => {
      if (!key) this.remove(step);
      else if (!this.deadline(step)) this.add(step, "due", 0, key);
      else this.timers(step).forEach((timer) => this.retime(timer, old, key));
    });
  }

  retime(timer, old, key) {
    const text = timeText(timer);
    const next = isDeadline(timer) && !LIMIT.test(text) ? `limit("${key}")` : text.replace(LIMIT, (whole, found) => (found === old ? whole.replace(`"${old}"`, `"${key}"`) : whole));
    if (next !== text) this.write(timer, next);
  }

  write(timer, text) {
    const definition = timerOf(timer);
    this.editing.change(timer, [{ target: definition, property: "timeDate", value: this.editing.expression(text, definition) }]);
  }

  /** Draws the rungs that are missing and the call they lead to. */
  escalate(step) {
    const { key } = this.limit(step);
    if (!key) return;
    this.editing.together(() => {
      this.widen(step);
      const call = this.called(step) ?? this.call(step);
      for (const [level, days] of RUNGS) {
        const found = this.timers(step).find((one) => levelOf(one) === level || (level === "due" && isDeadline(one)));
        const timer = found ?? this.add(step, level, days, key);
        if (levelOf(timer) !== level) this.editing.setExtension(timer, timer.businessObject, "duban:Escalation", { level });
        if (!timer.outgoing.length) this.modeling.connect(timer, call, { type: "bpmn:SequenceFlow" });
      }
    });
  }

  /** Rungs stand side by side on the step's lower edge. */
  widen(step) {
    const more = RUNGS.length * RUNG - step.width;
    if (more <= 0) return;
    this.placing.makeRoom(step.x + step.width + 1, more);
    this.modeling.resizeShape(step, { x: step.x, y: step.y, width: step.width + more, height: step.height });
    const due = this.deadline(step);
    if (due) this.modeling.moveElements([due], { x: Math.round(step.x + this.free(step, "due") - (due.x + due.width / 2)), y: 0 }, step, { attach: true });
  }

  called(step) {
    for (const timer of this.timers(step)) {
      const call = timer.outgoing.map((flow) => flow.target).find((one) => one.type === "bpmn:CallActivity");
      if (call) return call;
    }
    return undefined;
  }

  call(step) {
    const shape = this.elementFactory.createShape({ type: "bpmn:CallActivity" });
    const place = { x: step.x + step.width / 2, y: step.y + step.height + 110 };
    const made = this.modeling.createShape(shape, place, step.parent);
    this.modeling.updateProperties(made, { name: say("ladder.call"), calledElement: "escalation" });
    return made;
  }

  add(step, level, days, key) {
    const shape = this.elementFactory.createShape({
      type: "bpmn:BoundaryEvent",
      eventDefinitionType: "bpmn:TimerEventDefinition",
      cancelActivity: false,
    });
    const place = { x: step.x + this.free(step, level), y: step.y + step.height };
    const made = this.modeling.createShape(shape, place, step, { attach: true });
    this.modeling.updateProperties(made, { name: say(`ladder.${level}`) });
    const text = days ? `working_days(${days}, limit("${key}"))` : `limit("${key}")`;
    this.write(made, text);
    if (level === "due") this.editing.addExtension(made, made.businessObject, "duban:Deadline");
    return made;
  }

  free(step, level) {
    const index = RUNGS.findIndex(([one]) => one === level);
    return Math.round(((index + 0.5) * step.width) / RUNGS.length);
  }

  /** Takes the deadline and its rungs away, and the call nothing else leads to. */
  remove(step) {
    const call = this.called(step);
    const rungs = this.timers(step).filter((one) => isDeadline(one) || levelOf(one));
    this.modeling.removeElements(rungs);
    if (call && !call.incoming.length) this.modeling.removeElements([call]);
  }
}
Ladders.$inject = ["editing", "modeling", "elementFactory", "placing"];

export function timerOf(element) {
  return element.businessObject.eventDefinitions?.find((one) => one.$type === "bpmn:TimerEventDefinition");
}

export function timeText(element) {
  const timer = timerOf(element);
  return (timer?.timeDate ?? timer?.timeDuration ?? timer?.timeCycle)?.body ?? "";
}

function isDeadline(element) {
  return Boolean(extension(element.businessObject, "duban:Deadline"));
}

function levelOf(element) {
  return extension(element.businessObject, "duban:Escalation")?.level ?? "";
}

export const laddersModule = { __init__: ["ladders"], ladders: ["type", Ladders] };
