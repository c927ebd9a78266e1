// Entry of every page. Pages work without scripts; a controller decorates an element that names it:
// <form data-controller="autosave submit-once">. htmx refreshes the small live parts.
import htmx from "htmx.org";

import autosave from "./controllers/autosave.js";
import confirm from "./controllers/confirm.js";
import dismiss from "./controllers/dismiss.js";
import filter from "./controllers/filter.js";
import focus from "./controllers/focus.js";
import menu from "./controllers/menu.js";
import print from "./controllers/print.js";
import repeat from "./controllers/repeat.js";
import rows from "./controllers/rows.js";
import shortcuts from "./controllers/shortcuts.js";
import submitOnce from "./controllers/submit-once.js";
import tabs from "./controllers/tabs.js";
import theme from "./controllers/theme.js";
import upload from "./controllers/upload.js";

const controllers = {
  autosave,
  confirm,
  dismiss,
  filter,
  focus,
  menu,
  print,
  repeat,
  rows,
  shortcuts,
  "submit-once": submitOnce,
  tabs,
  theme,
  upload,
};

const connected = new WeakMap();

/** Connects the controllers named inside `root`, each once per element. */
function connect(root) {
  const named = [...root.querySelectorAll("[data-controller]")];
  if (root.matches?.("[data-controller]")) named.push(root);
  for (const element of named) {
    const done = connected.get(element) ?? new Set();
    connected.set(element, done);
    for (const name of element.dataset.controller.split(/\s+/)) {
      if (done.has(name) || !(name in controllers)) continue;
      done.add(name);
      controllers[name](element);
    }
  }
}

window.htmx = htmx;
htmx.onLoad(connect);
connect(document.body);
