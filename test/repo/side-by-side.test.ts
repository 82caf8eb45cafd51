/**
 * Two batches of a queue on Miniflare, the first of which takes longer than the second: what `npm run serve` makes of
 * it.
 */
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterEach, expect, it } from "vitest";
import { sideBySide } from "../../scripts/serve/side-by-side";

/**
 * Does the work that a message names: "slow" lasts until "quick" is done. Tells what is done, and what is under way.
 */
const WORKER = `
const log = [];
export default {
  async fetch(request, { DOORBELL }) {
    const { pathname } = new URL(request.url);
    if (pathname === "/ring") await DOORBELL.send(await request.text());
    return Response.json(log);
  },
  async queue(batch) {
    for (const { body } of batch.messages) {
      log.push(body + " begins");
      while (body === "slow" && !log.includes("quick ends")) await scheduler.wait(5);
      log.push(body + " ends");
    }
    batch.ackAll();
  },
};
`;

let miniflare: Miniflare;
afterEach(() => miniflare.dispose());

it("a page that takes long holds up no other", { timeout: 30_000 }, async () => {
  const worker = {
    name: "kind",
    compatibilityDate: "2026-11-01",
    modules: [{ type: "ESModule" as const, path: "worker.js", contents: WORKER }],
    queueProducers: { DOORBELL: { queueName: "doorbell" } },
    queueConsumers: { doorbell: { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 3 } },
  } satisfies Parameters<typeof sideBySide>[0];
  miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [sideBySide(worker)], cf: false }));
  const ask = async (path: string, body?: string): Promise<string[]> => {
    const answer = await miniflare.dispatchFetch(`http://kind.test${path}`, body ? { method: "POST", body } : {});
    return (await answer.json()) as string[];
  };
  const until = async (word: string): Promise<string[]> => {
    for (let log = await ask("/log"); ; log = await ask("/log")) if (log.includes(word)) return log;
  };
  await ask("/ring", "slow");
  await until("slow begins");
  await ask("/ring", "quick");
  await until("quick begins");
  expect(await until("slow ends")).toEqual(["slow begins", "quick begins", "quick ends", "slow ends"]);
});
