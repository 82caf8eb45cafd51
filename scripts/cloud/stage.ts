/** Stages of one account: staging stands beside production, with workers, databases, queues and a bucket of its own. */
import { parseArgs } from "node:util";

export const STAGES = ["production", "staging"] as const;
export type Stage = (typeof STAGES)[number];

/** What something of ours is called at a stage; in production as everywhere in the repository. */
export const named = (name: string, stage: Stage): string => (stage === "production" ? name : `${name}-${stage}`);

/**
 * `--env staging` of a command line, production without it, and what stands beside it. Throws a TypeError that says
 * what may be given.
 */
export function readStage(argv: readonly string[]): { stage: Stage; rest: readonly string[] } {
  const options = { env: { type: "string", default: "production" } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  return { stage: stageOf(values.env), rest: positionals };
}

/** The value of `--env`. Throws a TypeError that says what may be given. */
export function stageOf(value: string): Stage {
  const stage = STAGES.find((one) => one === value);
  if (!stage) throw new TypeError(`--env is "${value}"; it must be ${STAGES.join(" or ")}.`);
  return stage;
}
