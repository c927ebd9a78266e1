// Bundles the browser assets into web/static/dist and lists them in manifest.json,
// which maps each fixed name to its address with a content hash for cache busting.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "web", "static");
const dist = join(source, "dist");

// Entry -> name under dist. An optional entry is built as soon as its file exists.
const entries = [
  { from: "js/app.js", to: "app" },
  { from: "js/diagram.js", to: "diagram" },
  { from: "js/drawing.js", to: "drawing" },
  { from: "js/modeler/index.js", to: "modeler", optional: true },
  { from: "css/base.css", to: "base" },
  { from: "css/diagram.css", to: "diagram", optional: true },
  { from: "css/modeler.css", to: "modeler", optional: true },
];

const common = {
  absWorkingDir: root,
  bundle: true,
  legalComments: "none", // licences() names every bundled package, with its text.
  logLevel: "warning",
  metafile: true,
  minify: true,
  nodePaths: [join(root, "node_modules")],
  outdir: dist,
  sourcemap: false,
  target: ["chrome109", "firefox115", "safari16"],
  assetNames: "assets/[name]-[hash]",
  chunkNames: "chunks/[name]-[hash]",
  loader: {
    ".bpmn": "text",
    ".gif": "file",
    ".png": "file",
    ".svg": "file",
    ".ttf": "file",
    ".eot": "file",
    ".woff": "file",
    ".woff2": "file",
  },
};

function entryPoints(extension) {
  return entries
    .filter(({ from, optional }) => from.endsWith(extension) && !(optional && !existsSync(join(source, from))))
    .map(({ from, to }) => ({ in: join(source, from), out: to }));
}

// Every bundled package's licence, as it asks to be passed on.
async function licences(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/);
    if (found) packages.add(found[0]);
  }
  const texts = [];
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file ? await readFile(join(root, folder, file), "utf8") : "";
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

async function* files(directory) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

async function manifest() {
  const names = {};
  for await (const path of files(dist)) {
    const name = relative(dist, path).split(sep).join("/");
    const hash = createHash("sha256").update(await readFile(path)).digest("hex").slice(0, 12);
    // Chunks and assets carry their hash in the name already.
    names[name] = name.includes("/") ? name : `${name}?v=${hash}`;
  }
  return Object.fromEntries(Object.entries(names).sort());
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const scripts = await build({ ...common, entryPoints: entryPoints(".js"), format: "esm", splitting: true });
const styles = await build({ ...common, entryPoints: entryPoints(".css") });
const inputs = [scripts, styles].flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(join(dist, "licences.txt"), await licences(inputs));
const listed = await manifest();
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(listed, null, 2)}\n`);
console.log(`web/static/dist: ${Object.keys(listed).length} files`);
