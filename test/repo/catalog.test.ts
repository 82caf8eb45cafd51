/** What every kind has in its folder, and that nothing outside of it has to know the kind. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { apiConfig } from "../../scripts/cloud/api-config";
import { workerConfigs } from "../../scripts/cloud/config";
import { localKinds } from "../../scripts/local/providers";
import { OWN_VARIABLES } from "../../src/config";
import { catalog } from "../../src/integrations/kinds";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const base = read("wrangler.toml");
const api = apiConfig(base, catalog);
const local = await localKinds();

/** The databases that a worker is bound to, each with the folder of its migrations from the root. */
function databasesOf(config: string) {
  return [...read(config).matchAll(/^\[\[d1_databases\]\]\n((?:\w+ = ".*"\n)+)/gm)].map(([, lines = ""]) => {
    const entries = [...lines.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key, value]) => [key, value]);
    const { migrations_dir, ...rest } = Object.fromEntries(entries) as Record<string, string>;
    return { ...rest, migrations: path.join(path.dirname(config), migrations_dir ?? "") };
  });
}

describe.each(catalog)("the kind $kind", (manifest) => {
  const folder = `src/integrations/${manifest.kind}`;
  const has = (file: string) => existsSync(path.join(root, folder, file));

  it.each(["manifest.ts", "index.ts", "worker.ts", "wrangler.toml", "README.md", "contract.test.ts"])(
    "has %s",
    (file) => {
      expect(has(file), `${folder}/${file} is missing`).toBe(true);
    },
  );

  it("has an emulator that npm start serves, when it calls anybody", () => {
    const files = readdirSync(path.join(root, folder)).filter((file) => /^(client|emulator)\.tsx?$/.test(file));
    if (files.length === 0) return;
    expect(files, `${folder}/emulator.ts is missing`).toContainEqual(expect.stringMatching("emulator"));
    expect(has("local.ts"), `${folder}/local.ts is missing`).toBe(true);
  });

  it("has a worker that is woken by its queue and holds the database of the API worker", () => {
    const toml = read(`${folder}/wrangler.toml`);
    expect(toml).toContain(`name = "formlog-${manifest.kind}"`);
    expect(toml).toContain(`binding = "${manifest.queueBinding}"\nqueue = "${manifest.queue}"`);
    expect(toml).toContain(`[[queues.consumers]]\nqueue = "${manifest.queue}"`);
    expect(toml).toContain("workers_dev = false");
    expect(databasesOf(`${folder}/wrangler.toml`)[0]).toEqual(databasesOf("wrangler.toml")[0]);
  });

  it("runs with a config that has what its own has, and the queue of every kind to ring for, each once", () => {
    const { source = "" } = workerConfigs().find(({ name }) => name === `formlog-${manifest.kind}`) ?? {};
    const config = read(source);
    expect(config).toContain(read(`${folder}/wrangler.toml`));
    for (const { queueBinding, queue } of catalog) {
      expect(config.split(`[[queues.producers]]\nbinding = "${queueBinding}"\nqueue = "${queue}"\n`)).toHaveLength(2);
    }
    expect(config.match(/^\[\[queues\.consumers\]\]$/gm)).toHaveLength(1);
  });

  it("is bound to SEARCH_DB exactly when it keeps an index", () => {
    const [, ...others] = databasesOf(`${folder}/wrangler.toml`);
    const search = { binding: "SEARCH_DB", database_name: "formlog-search", database_id: "formlog-search" };
    expect(others).toEqual(manifest.index ? [{ ...search, migrations: "migrations/search" }] : []);
    expect(databasesOf("wrangler.toml").map(({ migrations }) => migrations)).toEqual(["migrations"]);
  });

  it("is bound to the API worker, queue and service", () => {
    expect(api).toContain(`binding = "${manifest.queueBinding}"\nqueue = "${manifest.queue}"`);
    expect(api).toContain(`binding = "${manifest.serviceBinding}"\nservice = "formlog-${manifest.kind}"`);
    expect(base, "wrangler.toml is the same for all kinds").not.toContain(manifest.queue);
  });

  it("is a key of the catalog as its folder is called", () => {
    const name = manifest.kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    expect(read("src/integrations/catalog.ts")).toContain(
      `export { manifest as ${name} } from "./${manifest.kind}/manifest";`,
    );
  });
});

describe("the catalog", () => {
  it("names every folder of src/integrations once", () => {
    const folders = readdirSync(path.join(root, "src/integrations"), { withFileTypes: true });
    const kinds = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(catalog.map((manifest) => manifest.kind).toSorted()).toEqual(kinds.toSorted());
  });

  it("has no two kinds with the same queue, binding or provider", () => {
    for (const name of ["queue", "queueBinding", "serviceBinding", "provider"] as const) {
      const values = catalog.flatMap((manifest) => manifest[name] ?? []);
      expect(values, name).toEqual([...new Set(values)]);
    }
  });

  it("has variables that say whose they are: none of the installation's own", () => {
    for (const { settings = {} } of catalog) {
      for (const name of Object.keys(settings)) {
        expect(name).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/);
        expect(OWN_VARIABLES).not.toContain(name);
      }
    }
  });

  it("has no two emulators on one port, and no two integrations of the demo under one name", () => {
    const ports = local.map((one) => one.local.port);
    expect(ports).toEqual([...new Set(ports)]);
    // FORMLOG_URL and the others are in demo.env before them.
    const names = ["url", "key", "form", ...local.flatMap((one) => one.local.demo?.name ?? [])];
    expect(names).toEqual([...new Set(names)]);
  });
});
