// Where two people drew, or the server never got a change: what there is, and the person's choice.
import { say } from "./words/index.js";

export class Asking {
  constructor({ notice, saving, open, name }) {
    Object.assign(this, { notice, saving, open, name });
  }

  ask(text, choices) {
    const said = document.createElement("p");
    said.textContent = text;
    const row = document.createElement("div");
    row.className = "mp-actions";
    for (const [code, act] of choices) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-secondary", textContent: say(code) });
      button.dataset.choice = code;
      button.addEventListener("click", act);
      row.append(button);
    }
    this.notice.replaceChildren(said, row);
    this.notice.hidden = false;
  }

  close() {
    this.notice.hidden = true;
    this.notice.replaceChildren();
  }

  /** Somebody saved in between: theirs, mine, or mine as a file first. */
  clash(other, mine) {
    this.ask(`${say("clash.title")} ${say("clash.text", other)}`, [
      ["clash.theirs", () => this.theirs()],
      ["clash.mine", () => this.over(other.revision)],
      ["clash.file", () => download(this.name, mine.xml)],
    ]);
  }

  async theirs() {
    const { ok, data } = await this.saving.ask("");
    if (!ok) return;
    this.saving.clashing = false;
    this.saving.dirty = false;
    await this.open(data);
    this.kept();
  }

  over(revision) {
    this.close();
    this.saving.over(revision);
  }

  /** Noticed before anything was typed over: what is unsaved here stays until the person chooses. */
  earlier(other) {
    if (this.saving.dirty) return;
    this.ask(say("earlier.text", other), [["earlier.open", async () => { this.close(); await this.theirs(); }]]);
  }

  /** The file had no drawing. Looking at it makes nobody its author: it is kept when somebody says so. */
  drawn() {
    if (!this.notice.hidden) return;
    this.ask(say("drawn.text"), [["drawn.keep", () => { this.close(); this.saving.changed(); }]]);
  }

  /** Changes of this browser that the server never had. */
  kept() {
    this.close();
    const kept = this.saving.kept();
    if (!kept || !this.saving.editable) return;
    this.ask(say("kept.text"), [
      ["kept.take", async () => {
        this.close();
        const { revision, editable } = this.saving;
        await this.open({ ...kept, revision, editable, findings: [] });
        this.saving.changed();
      }],
      ["clash.file", () => download(this.name, kept.xml)],
      ["kept.drop", () => { this.saving.forget(); this.close(); }],
    ]);
  }
}

function download(name, text) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: "application/xml" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
