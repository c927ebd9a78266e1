// The token simulation brings English of its own into the page: it is worded here as it appears.
import { translate } from "../words/index.js";

const OWN = "[class*='bts-']";

export function speakSimulation(modeler, canvas) {
  const word = (text) => {
    const trimmed = text.trim();
    return /[A-Za-z]{2}/.test(trimmed) && trimmed in SAID ? text.replace(trimmed, translate(trimmed)) : text;
  };
  const speak = (root) => {
    for (const one of [root, ...root.querySelectorAll("*")]) {
      if (one.title) one.title = word(one.title);
      for (const text of one.childNodes) if (text.nodeType === 3) text.nodeValue === word(text.nodeValue) || (text.nodeValue = word(text.nodeValue));
      if (one.matches("button") && one.title && !one.getAttribute("aria-label")) one.setAttribute("aria-label", one.title);
    }
  };
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes) {
      if (target.closest?.(OWN)) speak(target.closest(OWN));
      for (const node of addedNodes) if (node.nodeType === 1) for (const own of [node, ...node.querySelectorAll(OWN)]) if (own.matches(OWN)) speak(own);
    }
  }).observe(canvas, { childList: true, subtree: true });
  // What stood there before it was watched.
  modeler.on("tokenSimulation.toggleMode", ({ active }) => {
    canvas.classList.toggle("simulating", active);
    for (const own of canvas.querySelectorAll(OWN)) speak(own);
  });
}

// What of its English is known; the dictionary of the libraries has the Chinese.
const SAID = Object.fromEntries(
  [
    "Token Simulation", "Toggle Simulation Log", "Simulation Log", "No Entries", "Reset Simulation", "Found unsupported elements", "Not supported",
    "Play/Pause Simulation", "Pause Simulation", "Play Simulation", "Set Sequence Flow", "Remove pause point", "Add pause point",
    "Remove", "Trigger Event", "Finished", "Service Task", "User Task", "Call Activity", "Script Task", "Business Rule Task",
    "Manual Task", "Receive Task", "Send Task", "Task", "Exclusive Gateway", "Parallel Gateway", "Inclusive Gateway", "Start Event",
    "Intermediate Event", "Boundary Event", "End Event", "Started", "Canceled", "Set animation speed = Slow",
    "Set animation speed = Normal", "Set animation speed = Fast",
  ].map((text) => [text, true]),
);
