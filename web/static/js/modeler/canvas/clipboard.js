// Copies between procedures and between tabs. The browser's own clipboard is closed to pages without
// a certificate, as an office network may have them; what tabs of one browser share is not.
import { createReviver } from "bpmn-js-native-copy-paste/lib/PasteUtil.js";

const KEY = "duban-copied";

class SharedClipboard {
  constructor(eventBus, clipboard, moddle) {
    eventBus.on("copyPaste.elementsCopied", 500, ({ tree }) => {
      try {
        localStorage.setItem(KEY, JSON.stringify(tree));
      } catch {
        // Too much for the browser to keep: it can still be pasted here.
      }
    });
    eventBus.on("copyPaste.pasteElements", 3000, (context) => {
      const text = context.tree ? null : localStorage.getItem(KEY);
      if (text) clipboard.set(JSON.parse(text, createReviver(moddle)));
    });
  }
}
SharedClipboard.$inject = ["eventBus", "clipboard", "moddle"];

export const clipboardModule = { __init__: ["sharedClipboard"], sharedClipboard: ["type", SharedClipboard] };
