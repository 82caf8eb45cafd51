import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

const node = { environment: "node", testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false } as const;

const pick = (from: NodeJS.ProcessEnv, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

const workers = (bindings: Record<string, unknown>) =>
  cloudflareTest(async () => ({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        TEST_MIGRATIONS: await readD1Migrations(path.join(import.meta.dirname, "migrations")),
        // Known to the tests, used nowhere else.
        FORMLOG_ROOT_KEY: "root-key-of-the-tests-0123456789abcdef",
        FORMLOG_ENCRYPTION_KEY: `test:${btoa("an encryption key of 32 bytes !!")}`,
        ...bindings,
      },
      serviceBindings: {
        KIND_GOOGLE_SHEETS: () => new Response("not part of this test", { status: 501 }),
        KIND_TWILIO_SMS: () => new Response("not part of this test", { status: 501 }),
      },
    },
  }));

export default defineConfig({
  test: {
    projects: [
      {
        // The API worker on real workerd, D1 and Queues; unit tests run here too.
        plugins: [workers({})],
        test: {
          name: "workers",
          include: ["src/**/*.test.ts", "test/api/**/*.test.ts", "test/contracts/**/*.test.ts"],
          setupFiles: ["./test/setup.ts"],
        },
      },
      {
        // Seeded runs of the real engine and kinds with everything around them failing.
        plugins: [workers(pick(process.env, ["CHAOS_SEED", "CHAOS_SEEDS", "CHAOS_FROM"]))],
        test: {
          name: "simulation",
          include: ["test/chaos/simulation/**/*.test.ts"],
          setupFiles: ["./test/setup.ts"],
          testTimeout: 60_000,
        },
      },
      // Rules about the repository itself, and emulators driven by the providers' own clients: Node, no workerd.
      { test: { name: "repo", include: ["test/repo/**/*.test.ts", "test/emulators/**/*.test.ts"], ...node } },
      // All workers together, driven from Node.
      { test: { name: "journeys", include: ["test/journeys/**/*.test.ts"], ...node } },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...node } },
      { test: { name: "chaos", include: ["test/chaos/*.test.ts"], ...node, testTimeout: 300_000 } },
    ],
  },
});
