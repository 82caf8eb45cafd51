/**
 * Batches of a queue side by side: Miniflare hands out the next one when the worker is done with the last, Cloudflare
 * when there is one.
 */
import type { V4WorkerOptions } from "miniflare";

/** Of modules that are given as texts. */
type Worker = Extract<V4WorkerOptions, { modules: readonly unknown[] }>;

/**
 * Lets the work go on after the batch was taken. It is a doorbell: nothing depends on when, or whether, it is acked.
 */
const ENTRY = `
import worker from "./worker.js";
export default { ...worker, queue: (batch, env, context) => context.waitUntil(worker.queue(batch, env, context)) };
`;

/**
 * The same worker, of one module `worker.js`, whose queue does not wait for it. Cursors are claimed: two batches never
 * do the same work.
 */
export function sideBySide(worker: Worker): Worker {
  return {
    ...worker,
    compatibilityFlags: [...(worker.compatibilityFlags ?? []), "queue_consumer_no_wait_for_wait_until"],
    modules: [{ type: "ESModule", path: "entry.js", contents: ENTRY }, ...worker.modules],
  };
}
