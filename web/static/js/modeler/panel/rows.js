// Inputs of the panel. Each gives its value once, when it is left: one change, one step back.
import { html, useState } from "@bpmn-io/diagram-js-ui";

import { say } from "../words/index.js";

let ids = 0;

/** An id of the page. The library's own begins anew in each part of it: panel, decision tables. */
export function useName() {
  const [id] = useState(() => `mp-${(ids += 1)}`);
  return id;
}

export function Group({ code, open, count, children }) {
  return html`<details class="mp-group" open=${open} key=${code}>
    <summary>${say(`group.${code}`)}${count ? html` <span class="quantity">${count}</span>` : null}</summary>
    <div class="mp-body">${children}</div>
  </details>`;
}

export function Text({ code, label, value, change, many, list, readonly, hint }) {
  const id = useName();
  const attributes = {
    id,
    class: "form-control form-control-sm",
    value: value ?? "",
    readonly,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onChange: (event) => change(event.currentTarget.value.trim()),
  };
  const input = many
    ? html`<textarea rows="3" ...${attributes}></textarea>`
    : html`<input type="text" autocomplete="off" list=${list?.length ? `${id}-list` : undefined} ...${attributes} />`;
  return html`<div class="mp-row">
    <label for=${id}>${label ?? say(`row.${code}`)}</label>${input}
    ${list?.length ? html`<datalist id=${`${id}-list`}>${list.map((one) => html`<option value=${one} />`)}</datalist>` : null}
    ${hint ? html`<p class="hint" id=${`${id}-hint`}>${hint}</p>` : null}
  </div>`;
}

/** `options` are {key, name}; a value none of them has stays, and says so. */
export function Choice({ code, label, value, options, change, none, hint }) {
  const id = useName();
  const known = !value || options.some(({ key }) => key === value);
  return html`<div class="mp-row">
    <label for=${id}>${label ?? say(`row.${code}`)}</label>
    <select class="form-select form-select-sm" id=${id} value=${value ?? ""} onChange=${(event) => change(event.currentTarget.value)}
      aria-describedby=${hint ? `${id}-hint` : undefined}>
      <option value="">${say(none ?? "row.none")}</option>
      ${known ? null : html`<option value=${value}>${say("row.unknown", { value })}</option>`}
      ${options.map(({ key, name }) => html`<option key=${key} value=${key}>${name}</option>`)}
    </select>
    ${hint ? html`<p class="hint" id=${`${id}-hint`}>${hint}</p>` : null}
  </div>`;
}

export function Tick({ code, label, value, change }) {
  const id = useName();
  return html`<div class="mp-row mp-tick">
    <input type="checkbox" class="form-check-input" id=${id} checked=${Boolean(value)} onChange=${(event) => change(event.currentTarget.checked)} />
    <label for=${id}>${label ?? say(`row.${code}`)}</label>
  </div>`;
}

/** Ticks for some of a list; the value is their keys with blanks between. */
export function Some({ code, value, options, change }) {
  const chosen = (value ?? "").split(/\s+/).filter(Boolean);
  const all = [...options, ...chosen.filter((key) => !options.some((one) => one.key === key)).map((key) => ({ key, name: key }))];
  const toggle = (key, on) => change(all.map((one) => one.key).filter((one) => (one === key ? on : chosen.includes(one))).join(" "));
  return html`<fieldset class="mp-row mp-some"><legend>${say(`row.${code}`)}</legend>
    ${all.length ? all.map(({ key, name }) => html`<${Tick} key=${key} label=${name} value=${chosen.includes(key)} change=${(on) => toggle(key, on)} />`) : html`<p class="hint">${say("row.nothing")}</p>`}
  </fieldset>`;
}

export function Do({ code, facts, act, quiet }) {
  const label = say(`do.${code}`, facts);
  return html`<button type="button" class=${`btn btn-sm ${quiet ? "btn-quiet" : "btn-secondary"}`} onClick=${act}>${label}</button>`;
}

/** A list of extensions of one kind: each opens, moves, goes away. */
export function Items({ items, title, body, up, down, remove, add, addCode }) {
  return html`${items.map(
      (one, index) => html`<details class="mp-item" key=${one.id ?? index}>
        <summary>${title(one, index) || say("row.unnamed", { n: index + 1 })}</summary>
        <div class="mp-body">
          ${body(one, index)}
          <div class="mp-actions">
            ${up && index ? html`<${Do} code="up" quiet act=${() => up(one, index)} />` : null}
            ${down && index < items.length - 1 ? html`<${Do} code="down" quiet act=${() => down(one, index)} />` : null}
            ${remove ? html`<${Do} code="remove" quiet act=${() => remove(one, index)} />` : null}
          </div>
        </div>
      </details>`,
    )}
    <${Do} code=${addCode} act=${add} />`;
}
