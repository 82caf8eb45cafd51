/**
 * `npm run chaos [-- --seed N] [-- --seeds N]`: simulated runs of the engine, 2,000 unless told; a seed alone replays
 * that run.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { readOptions } from "./options";

const { values } = readOptions("npm run chaos [-- --seeds 2000 --seed N]", {
  options: { seed: { type: "string" }, seeds: { type: "string" } },
});
const root = path.resolve(import.meta.dirname, "..");
const { CHAOS_SEEDS = "2000", ...env } = process.env;
const { status } = spawnSync(
  process.execPath,
  [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--project", "simulation"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...env, CHAOS_SEEDS: values.seeds ?? CHAOS_SEEDS, ...(values.seed && { CHAOS_SEED: values.seed }) },
  },
);
process.exit(status ?? 1);
