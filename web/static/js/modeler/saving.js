// Keeps the draft: saves a moment after the last change, tells what the server says, keeps a copy in
// this browser while the server cannot be reached, and lets the person choose when somebody else saved.
import { say } from "./words/index.js";

const QUIET = 1500;
const LOOK = 30_000;
const AGAIN = 10_000;

export class Saving {
  /** `draft` gives and takes {xml, tables}; `told` shows how things stand; `found` takes findings. */
  constructor({ address, token, draft, told, found, clash, earlier }) {
    Object.assign(this, { address, token, draft, told, found, clash, earlier });
    this.revision = 0;
    this.dirty = false;
    this.key = `duban-draft:${address}`;
  }

  async open() {
    const answer = await this.ask("");
    if (!answer.ok) throw new Error(`${answer.status}`);
    this.take(answer.data);
    return answer.data;
  }

  take(data) {
    this.revision = data.revision;
    this.editable = data.editable;
    this.tell(data.editable ? "saved.as" : "saved.reading", { at: data.saved_at, by: data.saved_by });
  }

  /** From now on changes are saved. */
  begin() {
    if (!this.editable) return;
    window.addEventListener("online", () => this.save());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.save() : this.look()));
    window.addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
    setInterval(() => !document.hidden && this.look(), LOOK);
  }

  changed() {
    if (!this.editable) return;
    this.dirty = true;
    if (this.clashing) return;
    this.tell("saved.not_yet");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  async save() {
    if (!this.dirty || this.clashing || !this.editable) return;
    clearTimeout(this.timer);
    // One at a time: what changes meanwhile is saved after it.
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    this.dirty = false;
    this.tell("saved.not_yet");
    const sent = await this.draft();
    try {
      this.answer(await this.ask("", { ...sent, revision: this.revision }), sent);
    } catch {
      this.keep(sent, "saved.offline");
    } finally {
      this.running = false;
      if (this.again) {
        this.again = false;
        this.save();
      }
    }
  }

  answer({ ok, status, data }, sent) {
    if (ok) {
      this.revision = data.revision;
      if (!this.dirty) this.forget();
      // What changed meanwhile is not saved yet.
      this.tell(this.dirty ? "saved.not_yet" : "saved.as", { at: data.saved_at, by: data.saved_by });
      this.found(data.findings);
    } else if (status === 409 && data.code === "design_changed") {
      this.keep(sent, "saved.clash");
      this.clashing = true;
      this.clash(data, sent);
    } else if (status === 422) {
      this.keep(sent, "saved.refused", data.sentence);
      this.found(data.findings ?? []);
    } else {
      this.keep(sent, status === 401 || status === 0 ? "saved.ended" : "saved.offline", data.message);
    }
  }

  /** A copy in this browser, and another try later. */
  keep(sent, code, sentence = "") {
    this.dirty = true;
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...sent, revision: this.revision }));
    } catch {
      code = "saved.full";
    }
    this.tell(code, { sentence }, true);
    clearTimeout(this.timer);
    if (code === "saved.offline") this.timer = setTimeout(() => this.save(), AGAIN);
  }

  /** What this browser kept and the server never had. */
  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  forget() {
    this.dirty = false;
    localStorage.removeItem(this.key);
  }

  /** Writes over what somebody else saved; theirs stays among the saves. */
  async over(revision) {
    this.revision = revision;
    this.clashing = false;
    this.dirty = true;
    await this.save();
  }

  /** Asks whether somebody else saved in between, before anything is lost. */
  async look() {
    if (this.running || this.clashing) return;
    try {
      const { ok, data } = await this.ask("/revision");
      if (ok && data.revision > this.revision && !this.running) this.earlier(data);
    } catch {
      // The next save says that there is no connection.
    }
  }

  async ask(path, body) {
    const answer = await fetch(this.address + path, {
      method: body ? "POST" : "GET",
      headers: {
        Accept: "application/json",
        "HX-Request": "true",
        ...(body && { "Content-Type": "application/json", "X-CSRFToken": this.token }),
      },
      body: body && JSON.stringify(body),
      redirect: "manual",
    });
    const json = answer.headers.get("Content-Type")?.includes("json");
    return { ok: answer.ok, status: answer.status, data: json ? await answer.json() : {} };
  }

  tell(code, facts = {}, bad = false) {
    this.told(say(code, facts), bad, code);
  }
}
