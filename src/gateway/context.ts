/** The gateway's composition root: what submissions need (context-submission.ts), and the API worker. */
import { readSubmissionConfig, requireRight } from "../config-submission";
import {
  makeSubmissionRuntime,
  occasion,
  type SubmissionBindings,
  type SubmissionContext,
  type SubmissionEnv,
  type SubmissionRuntime,
} from "../context-submission";
import type { Trace } from "../core/trace";

export interface GatewayBindings extends SubmissionBindings {
  /** The worker `formlog`, which has all other addresses. */
  readonly API: { fetch(request: Request): Promise<Response> };
}

/** The types of its Hono app. */
export interface GatewayEnv {
  Bindings: GatewayBindings;
  Variables: SubmissionEnv["Variables"];
}

const runtimes = new WeakMap<object, SubmissionRuntime>();

/** The context of one request. Throws a TypeError when the environment is not right. */
export function makeContext(
  env: SubmissionBindings,
  execution: { waitUntil(work: Promise<unknown>): void },
  trace: Trace,
): SubmissionContext {
  let runtime = runtimes.get(env.DB);
  if (!runtime) {
    const { config, problems } = readSubmissionConfig(env);
    requireRight(problems);
    runtime = makeSubmissionRuntime(env, config);
    runtimes.set(env.DB, runtime);
  }
  return { ...runtime, ...occasion(runtime, execution, trace) };
}
