import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { createOutside } from "./test/support/outside.ts";
import { scratchInMemory } from "./test/support/scratch.ts";
import { VERIFIER_URL } from "./test/support/verifier.ts";

scratchInMemory();

// The document and wrangler.gen.toml: no test is to meet old ones.
execFileSync(process.execPath, ["--import", "tsx", "scripts/generate.ts"], {
  cwd: import.meta.dirname,
  stdio: "inherit",
});

/** What property tests draw their cases from: always the same, unless `FC_SEED` is another number, or "random". */
const { FC_SEED = "20261124" } = process.env;
const seed = FC_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(FC_SEED);
if (!Number.isInteger(seed)) throw new Error(`FC_SEED is neither a whole number nor "random": ${FC_SEED}`);
const SEED = "./test/seed.ts";

// A stack starts in seconds, and in minutes on a machine that has much else to do.
const node = { environment: "node", setupFiles: SEED, testTimeout: 180_000, hookTimeout: 240_000 } as const;

// What is on its way is looked at again.
const patient = { expect: { poll: { timeout: 15_000 } } } as const;

/** The workers of the kinds, as wrangler.gen.toml names them. */
const kindWorkers =
  readFileSync(path.join(import.meta.dirname, "wrangler.gen.toml"), "utf8").match(/\bKIND_\w+/g) ?? [];
const absent = () => new Response("not part of this test", { status: 501 });

const PURE = "src/core/**/*.test.ts";

/**
 * `npm run test:span`: the API worker has three databases, and each form goes on in another one after every response.
 * What tests need for it is in test/support/shards.ts.
 */
const spanning = process.env.SPAN === "1" && {
  bindings: { FORMLOG_SEGMENT_RESPONSES_MAX: "1" },
  d1Databases: { DB_1: "span-1", DB_2: "span-2" },
};

const pick = (from: NodeJS.ProcessEnv, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

const workers = (bindings: Record<string, unknown>, shards: Record<string, string> = {}) =>
  cloudflareTest(async () => ({
    wrangler: { configPath: "./wrangler.gen.toml" },
    miniflare: {
      bindings: {
        TEST_MIGRATIONS: await readD1Migrations(path.join(import.meta.dirname, "migrations")),
        TEST_SEARCH_MIGRATIONS: await readD1Migrations(path.join(import.meta.dirname, "migrations/search")),
        // Known to the tests, used nowhere else.
        FORMLOG_ROOT_KEY: "root-key-of-the-tests-0123456789abcdef",
        TURNSTILE_URL: VERIFIER_URL,
        // Tests count round trips and rows: nothing is written in between because some seconds have passed.
        COUNT_SECONDS: "0",
        FORMLOG_ENCRYPTION_KEY: `test:${btoa("an encryption key of 32 bytes !!")}`,
        ...bindings,
      },
      // A database that no migration was applied to; SEARCH_DB and two further ones, to which the API worker is not
      // bound; what
      // test/support/span.ts makes shards of; and those that backups are made of beside DB, and restored into.
      d1Databases: {
        DB_OLD: "old",
        TEST_SEARCH_DB: "search",
        TEST_SEARCH_DB_1: "search-1",
        TEST_SEARCH_DB_2: "search-2",
        SPAN_1: "span-1",
        SPAN_2: "span-2",
        BACKUP_SOURCE_1: "source-1",
        BACKUP_TARGET: "target",
        BACKUP_TARGET_1: "target-1",
        BACKUP_TARGET_2: "target-2",
        ...shards,
      },
      // What Cloudflare does with a message that the intake consumer gave back for the last time.
      queueProducers: { TEST_INTAKE_DEAD: { queueName: "formlog-intake-dead" } },
      // Beside RATE_SUBMIT of wrangler.toml, one that a test can fill.
      ratelimits: { RATE_LOW: { namespace_id: "1", simple: { limit: 3, period: 60 } } },
      outboundService: createOutside(),
      // Kinds that keep an index answer in process: test/support/indexes.ts.
      serviceBindings: Object.fromEntries(kindWorkers.map((binding) => [binding, absent])),
    },
  }));

export default defineConfig({
  test: {
    // Files beside one another: each has its installation, its ports and its folders to itself, and half of the time
    // they wait.
    maxWorkers: 2,
    provide: { seed },
    projects: [
      {
        // The API worker on real workerd, D1 and Queues; unit tests run here too.
        plugins: [spanning ? workers(spanning.bindings, spanning.d1Databases) : workers({})],
        test: {
          name: "workers",
          include: ["src/**/*.test.ts", "test/api/**/*.test.ts"],
          exclude: [PURE],
          setupFiles: ["./test/setup.ts", SEED],
          isolate: false,
          // Some tests make a thousand calls, and the machine may be busy: nothing here is about speed.
          testTimeout: 60_000,
          ...patient,
        },
      },
      {
        // What has no effects needs no installation.
        plugins: [workers({})],
        test: { name: "core", include: [PURE], setupFiles: SEED, isolate: false, testTimeout: 60_000 },
      },
      {
        // Seeded runs of the real engine and kinds with everything around them failing.
        plugins: [workers(pick(process.env, ["CHAOS_SEED", "CHAOS_SEEDS", "CHAOS_FROM"]))],
        test: {
          name: "simulation",
          include: ["test/chaos/simulation/**/*.test.ts"],
          setupFiles: ["./test/setup.ts", SEED],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      // Rules about the repository itself, and emulators driven by the providers' own clients: Node, no workerd.
      { test: { name: "repo", include: ["test/repo/**/*.test.ts", "test/emulators/**/*.test.ts"], ...node } },
      // All workers together, driven from Node.
      { test: { name: "journeys", include: ["test/journeys/**/*.test.ts"], ...node } },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          ...node,
          ...patient,
        },
      },
      { test: { name: "chaos", include: ["test/chaos/*.test.ts"], ...node, testTimeout: 300_000 } },
    ],
  },
});
