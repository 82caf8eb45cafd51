/** One backlog of one kind worked off: how long it took, what it cost, and whether everything arrived once. */
import { setTimeout as pause } from "node:timers/promises";
import type { Counts } from "./counted";
import type { DrainedKind } from "./drain-kinds";
import type { Fleet } from "./fleet";
import { progress } from "./report";

export interface Drained {
  readonly seconds: number;
  readonly counts: Counts;
  /** Calls to the provider, by method. */
  readonly calls: Readonly<Record<string, number>>;
  /** Responses that did not arrive, and deliveries of one that had arrived already. */
  readonly missing: number;
  readonly doubled: number;
}

export interface Backlog {
  /** `/v1/forms/{form}`. */
  readonly path: string;
  readonly ids: ReadonlySet<string>;
}

const LOOK_MS = 500;
const PAGE = 500;

/** Adds an integration that begins at the first response, and waits until nothing is left. */
export async function drainOne(fleet: Fleet, one: DrainedKind, { path, ids }: Backlog): Promise<Drained> {
  const config = one.config(ids.size, fleet.port);
  const before = await fleet.delivered();
  await fleet.counts(one.kind);
  const started = Date.now();
  const { id } = await fleet.call("POST", `${path}/integrations`, { kind: one.kind, config, start: "beginning" });
  await untilDry(fleet, `${path}/integrations/${id}`, { title: one.title, total: ids.size });
  const seconds = (Date.now() - started) / 1000;
  const counts = await fleet.counts(one.kind);
  const after = await fleet.delivered();
  await fleet.call("POST", `${path}/integrations/${id}/pause`);
  const arrived = one.arrived(after).filter((response) => ids.has(response));
  const once = new Set(arrived);
  const calls = Object.entries(after.made).map(([name, n]) => [name, n - (before.made[name] ?? 0)] as const);
  return {
    seconds,
    counts,
    calls: Object.fromEntries(calls.filter(([, n]) => n > 0)),
    missing: ids.size - once.size,
    doubled: arrived.length - once.size,
  };
}

async function untilDry(fleet: Fleet, at: string, { title, total }: { title: string; total: number }): Promise<void> {
  const tell = progress(title, total);
  for (;;) {
    const { lag, state, lastError } = await fleet.call("GET", at);
    if (state === "blocked") throw new Error(`${title} is blocked: ${lastError}`);
    tell(total - lag.entries);
    if (lag.entries === 0) return;
    await pause(LOOK_MS);
  }
}

/** Ids of all responses of a form, by its list. */
export async function idsOf({ call }: Pick<Fleet, "call">, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ""; ; ) {
    const { items, next } = await call("GET", `${path}/responses?limit=${PAGE}&fields=name${cursor}`);
    for (const { id } of items) ids.push(id);
    if (next === null) return ids;
    cursor = `&cursor=${next}`;
  }
}
