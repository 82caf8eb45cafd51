/** Stages of one account: staging stands beside production, with workers, databases, queues and a bucket of its own. */
import { parseArgs } from "node:util";

export const STAGES = ["production", "staging"] as const;
export type Stage = (typeof STAGES)[number];

/** What something of ours is called at a stage; in production as everywhere in the repository. */
export const named = (name: string, stage: Stage): string => (stage === "production" ? name : `${name}-${stage}`);

/** `--env staging` of a command line, production without it, and what stands beside it. Throws a TypeError that says what may be given. */
export function readStage(argv: readonly string[]): { stage: Stage; rest: readonly string[] } {
  const options = { env: { type: "string", default: "production" } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const stage = STAGES.find((one) => one === values.env);
  if (!stage) throw new TypeError(`--env is "${values.env}"; it must be ${STAGES.join(" or ")}.`);
  return { stage, rest: positionals };
}
