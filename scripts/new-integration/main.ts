/** `npm run new:integration -- my-kind`: a folder that works as it stands, and its line in the catalog. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { catalog } from "../../src/integrations/kinds";
import { localKinds } from "../local/providers";
import { type Names, namesOf, refuseName } from "./names";

const root = path.resolve(import.meta.dirname, "../..");
const template = path.join(import.meta.dirname, "template");
const integrations = path.join(root, "src/integrations");

/** A file of the template as the kind has it. */
function fillIn(text: string, names: Names, port: number): string {
  const named = Object.entries(names).reduce((filled, [word, name]) => filled.replaceAll(word, name), text);
  return named.replaceAll('"../../../src/', '"../../').replace("port: 0,", `port: ${port},`);
}

function makeFolder(names: Names, port: number): number {
  const folder = path.join(integrations, names["my-kind"]);
  mkdirSync(folder);
  const files = globSync("*", { cwd: template });
  for (const file of files) {
    writeFileSync(path.join(folder, file), fillIn(readFileSync(path.join(template, file), "utf8"), names, port));
  }
  return files.length;
}

/** One line, where the alphabet has it. */
function addToCatalog({ "my-kind": kind, myKind }: Names): void {
  const file = path.join(integrations, "catalog.ts");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const line = `export { manifest as ${myKind} } from "./${kind}/manifest";`;
  const after = lines.findIndex((other) => other.startsWith("export") && other > line);
  lines.splice(after === -1 ? lines.length : after, 0, line);
  writeFileSync(file, `${lines.join("\n")}\n`);
}

/** Lines that became longer or shorter by the name are broken as all others are. */
function format(kind: string): void {
  const cli = path.join(root, "node_modules/@biomejs/biome/bin/biome");
  const files = [`src/integrations/${kind}`, "src/integrations/catalog.ts"];
  execFileSync(process.execPath, [cli, "check", "--write", ...files], { cwd: root, stdio: "pipe" });
}

const [kind] = process.argv.slice(2);
const folders = readdirSync(integrations, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const local = (await localKinds()).map((one) => one.local);
const demos = local.flatMap(({ demo }) => demo?.name ?? []);
const refusal = refuseName(kind, { catalog, folders: folders.map(({ name }) => name), demos });
if (refusal !== null || kind === undefined) {
  console.error(refusal);
  process.exit(2);
}
const count = makeFolder(namesOf(kind), Math.max(0, ...local.map(({ port }) => port)) + 1);
addToCatalog(namesOf(kind));
format(kind);
console.log(`Made src/integrations/${kind} (${count} files) and its line in src/integrations/catalog.ts. It works as it stands:

  npx vitest run --project workers src/integrations/${kind}
  npm run check
  npm start

docs/adding-an-integration.md goes on from here.`);
