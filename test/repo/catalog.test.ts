import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { catalog } from "../../src/integrations/catalog";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const api = read("wrangler.toml");

describe.each(catalog)("the kind $kind", (manifest) => {
  const folder = `src/integrations/${manifest.kind}`;

  it.each(["manifest.ts", "index.ts", "worker.ts", "wrangler.toml", "README.md"])("has %s", (file) => {
    expect(existsSync(path.join(root, folder, file)), `${folder}/${file} is missing`).toBe(true);
  });

  it("has an emulator", () => {
    const found = readdirSync(path.join(root, folder)).some((file) => /^emulator\.tsx?$/.test(file));
    expect(found, `${folder}/emulator.ts is missing`).toBe(true);
  });

  it("has a worker that is woken by its queue and holds the database of the API worker", () => {
    const toml = read(`${folder}/wrangler.toml`);
    expect(toml).toContain(`name = "formlog-${manifest.kind}"`);
    expect(toml).toContain(`binding = "${manifest.queueBinding}"\nqueue = "${manifest.queue}"`);
    expect(toml).toContain(`[[queues.consumers]]\nqueue = "${manifest.queue}"`);
    expect(toml).toContain("workers_dev = false");
    const database = /\[\[d1_databases\]\][^[]*/;
    const names = (text: string) => database.exec(text)?.[0].match(/database_(name|id) = ".*"/g);
    expect(names(toml)).toEqual(names(api));
  });

  it("is bound to the API worker, queue and service", () => {
    expect(api).toContain(`binding = "${manifest.queueBinding}"\nqueue = "${manifest.queue}"`);
    expect(api).toContain(`binding = "${manifest.serviceBinding}"\nservice = "formlog-${manifest.kind}"`);
  });

  it("runs the contract suite", () => {
    expect(existsSync(path.join(root, `test/contracts/${manifest.kind}.test.ts`))).toBe(true);
  });
});

describe("the catalog", () => {
  it("names every folder of src/integrations once", () => {
    const folders = readdirSync(path.join(root, "src/integrations"), { withFileTypes: true });
    const kinds = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(catalog.map((manifest) => manifest.kind).toSorted()).toEqual(kinds.toSorted());
  });
});
