/** What the gateway is made of: little, and nothing of what the API worker is there for. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bundled, GATEWAY_GZIPPED_MAX } from "../../bench/bundle";
import { API_CONFIG } from "../../scripts/cloud/api-config";
import { workerConfigs } from "../../scripts/cloud/config";
import { GATEWAY_BASE, GATEWAY_CONFIG, gatewayConfig } from "../../scripts/cloud/gateway-config";
import { catalog } from "../../src/integrations/kinds";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("the bundle of the gateway", async () => {
  const { zipped, metafile } = await bundled("src/gateway/worker.ts");
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );

  it("has at most 100 KB gzipped", () => {
    expect(zipped).toBeGreaterThan(10_000);
    expect(zipped).toBeLessThanOrEqual(GATEWAY_GZIPPED_MAX);
  });

  it.each([
    ["drizzle, zod or the library of phone numbers", /node_modules\/(drizzle-orm|zod|libphonenumber-js|jose|qr)\//],
    ["pages", /^src\/pages\//],
    ["manifests, and nothing of a kind", /^src\/integrations\/(?!traits)/],
    ["the document of the API", /openapi/],
    ["the config of the API worker", /^src\/(config|context)\.ts$/],
  ])("has no %s", (_, unwanted) => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
  });
});

describe("the config of the gateway", () => {
  const config = read(GATEWAY_CONFIG);
  const bindingsOf = (text: string) =>
    [...text.matchAll(/^(?:binding|name) = "([A-Z]\w+)"$/gm)].map(([, name]) => name);

  it("binds what submissions need, as the API worker is bound to it, and the API worker", () => {
    const queues = catalog.map(({ queueBinding }) => queueBinding);
    expect(bindingsOf(config)).toEqual(["API", "DB", "QUEUE_INTAKE", "RATE_SUBMIT", ...queues]);
    expect(config).toContain('[[services]]\nbinding = "API"\nservice = "formlog"\n');
    const limit = /name = "RATE_SUBMIT"\nnamespace_id = .*\nsimple = .*/.exec(read(API_CONFIG))?.[0] ?? "none";
    expect(config).toContain(limit);
    for (const line of [/^compatibility_date = .*$/m, /^compatibility_flags = .*$/m])
      expect(line.exec(config)?.[0]).toBe(line.exec(read(API_CONFIG))?.[0]);
  });

  it("takes on what an operator adds to /wrangler.toml: a shard, Analytics Engine, another limit", () => {
    const shard =
      '[[d1_databases]]\nbinding = "DB_1"\ndatabase_name = "formlog-1"\ndatabase_id = "x"\nmigrations_dir = "migrations"\n';
    const points = '[[analytics_engine_datasets]]\nbinding = "ANALYTICS"\ndataset = "formlog"\n';
    const more = `${read("wrangler.toml").replace("limit = 600", "limit = 60")}\n# Another.\n${shard}\n${points}`;
    const made = gatewayConfig(read(GATEWAY_BASE), more, catalog);
    expect(bindingsOf(made)).toEqual(expect.arrayContaining(["DB", "DB_1", "ANALYTICS"]));
    expect(made).toContain("simple = { limit = 60, period = 60 }");
    expect(made).toContain('migrations_dir = "../../migrations"');
    expect(made).not.toMatch(/crons|r2_buckets|consumers|RATE_SIGN_IN/);
  });

  it("is the last that is deployed: it is bound to the API worker, that to the kinds", () => {
    const names = workerConfigs().map(({ name }) => name);
    expect(names.slice(-2)).toEqual(["formlog", "formlog-gateway"]);
    expect(catalog.map(({ kind }) => kind)).not.toContain("gateway");
  });
});
