// What a decision table is made of: columns, rows and their ids. Changes the model it is given.

/** Types of a column that DMN and the engine's small language share. */
export const TYPES = ["string", "number", "boolean", "date"];

export function tables(root) {
  return (root.drgElement ?? []).filter((one) => one.decisionLogic?.$type === "dmn:DecisionTable");
}

/** A file with one table: one column that asks, one that answers, one row. */
export function first(moddle, id, name, asked) {
  const root = moddle.create("dmn:Definitions", { id: `definitions_${id}`, name, namespace: "urn:duban:dmn" });
  const decision = moddle.create("dmn:Decision", { id, name });
  const table = moddle.create("dmn:DecisionTable", { id: `table_${id}`, hitPolicy: "FIRST" });
  root.drgElement = [adopted(decision, root)];
  decision.decisionLogic = adopted(table, decision);
  addInput(moddle, table, asked ?? "field_1");
  addOutput(moddle, table);
  addRule(moddle, table);
  return root;
}

export function addInput(moddle, table, text) {
  const id = free(table, "input");
  const column = moddle.create("dmn:InputClause", { id });
  column.inputExpression = adopted(moddle.create("dmn:LiteralExpression", { id: `${id}_expression`, typeRef: "string", text }), column);
  table.get("input").push(adopted(column, table));
  fill(moddle, table, "inputEntry", "dmn:UnaryTests", "-");
}

export function addOutput(moddle, table) {
  const id = free(table, "output");
  const used = new Set(table.get("output").map(({ name }) => name));
  let number = 1;
  while (used.has(`result_${number}`)) number += 1;
  table.get("output").push(adopted(moddle.create("dmn:OutputClause", { id, name: `result_${number}`, typeRef: "string" }), table));
  fill(moddle, table, "outputEntry", "dmn:LiteralExpression", '""');
}

export function addRule(moddle, table) {
  const rule = moddle.create("dmn:DecisionRule", { id: free(table, "rule") });
  table.get("rule").push(adopted(rule, table));
  fill(moddle, table, "inputEntry", "dmn:UnaryTests", "-");
  fill(moddle, table, "outputEntry", "dmn:LiteralExpression", '""');
}

/** Takes a column away, or moves it by one: its cells go with it. */
export function removeColumn(table, kind, index) {
  table.get(kind).splice(index, 1);
  for (const rule of table.get("rule")) rule.get(`${kind}Entry`).splice(index, 1);
}

export function moveColumn(table, kind, index, by) {
  for (const list of [table.get(kind), ...table.get("rule").map((rule) => rule.get(`${kind}Entry`))]) {
    [list[index], list[index + by]] = [list[index + by], list[index]];
  }
}

/** Every row gets the cells its table has columns for. */
function fill(moddle, table, entries, type, text) {
  const columns = table.get(entries.replace("Entry", "")).length;
  for (const rule of table.get("rule")) {
    const cells = rule.get(entries);
    while (cells.length < columns) cells.push(adopted(moddle.create(type, { id: free(table, `${entries}_cell`), text }), rule));
  }
}

function adopted(one, parent) {
  one.$parent = parent;
  return one;
}

function free(table, kind) {
  const rows = table.get("rule");
  const all = [...table.get("input"), ...table.get("output"), ...rows, ...rows.flatMap((rule) => [...rule.get("inputEntry"), ...rule.get("outputEntry")])];
  const used = new Set(all.map(({ id }) => id));
  let number = 1;
  while (used.has(`${table.id}_${kind}_${number}`)) number += 1;
  return `${table.id}_${kind}_${number}`;
}
