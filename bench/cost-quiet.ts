/** When all of a form is delivered, and what the workers did until then. */
import { setTimeout as pause } from "node:timers/promises";
import { API, GATEWAY } from "../scripts/cloud/config";
import type { CostForm } from "./cost-run";
import type { Counts } from "./counted";
import type { Fleet } from "./fleet";
import { workerOf } from "./fleet-workers";

const LOOK_MS = 3_000;

/**
 * Waits until everything is delivered and nobody does anything any more. Returns what each worker did since it was
 * asked last.
 */
export async function untilQuiet(fleet: Fleet, form: CostForm): Promise<ReadonlyMap<string, Counts>> {
  let all = await takeAll(fleet, form);
  for (;;) {
    await pause(LOOK_MS);
    const behind = await mostBehind(fleet, form);
    const more = await takeAll(fleet, form);
    all = new Map([...all].map(([name, before]) => [name, added(before, more.get(name))]));
    if (behind === 0 && [...more.values()].every(({ invocations }) => invocations === 0)) return all;
  }
}

/** Of the integration that has most waiting: how many. Throws when one is blocked. */
export async function mostBehind({ call }: Fleet, { path }: CostForm): Promise<number> {
  const { items } = await call("GET", `${path}/integrations`);
  for (const { kind, state, lastError } of items) if (state === "blocked") throw new Error(`${kind}: ${lastError}`);
  return Math.max(...items.map(({ lag }: { lag: { entries: number } }) => lag.entries));
}

/** What each worker did since it was asked last, without its cron. */
export async function takeAll({ countsOf }: Fleet, { kinds }: CostForm): Promise<ReadonlyMap<string, Counts>> {
  const names = [GATEWAY, API, ...kinds.map(workerOf)];
  return new Map(await Promise.all(names.map(async (name) => [name, await countsOf(name, "work")] as const)));
}

const added = (a: Counts, b: Counts | undefined): Counts => ({
  invocations: a.invocations + (b?.invocations ?? 0),
  trips: a.trips + (b?.trips ?? 0),
  rowsRead: a.rowsRead + (b?.rowsRead ?? 0),
  rowsWritten: a.rowsWritten + (b?.rowsWritten ?? 0),
  wakeUps: a.wakeUps + (b?.wakeUps ?? 0),
  queueOperations: a.queueOperations + (b?.queueOperations ?? 0),
});
