/**
 * After a soak: lets everything drain, and compares what was acknowledged with what is stored and what the providers
 * have.
 */
import { setTimeout as pause } from "node:timers/promises";
import { idsOf } from "./drain-run";
import type { Fleet } from "./fleet";
import type { Figure } from "./report";
import type { SoakForm } from "./soak-forms";

const DRAIN_MS = 1_800_000;
const LOOK_MS = 5_000;
/** Deliveries that are to be tried or looked for again; one that is delivered waits for a look at its status only. */
const OPEN =
  "SELECT state, count(*) AS n FROM deliveries WHERE next_at IS NOT NULL AND state <> 'delivered' GROUP BY state";

/**
 * With the providers in order again, until no integration is behind and no delivery is open. An event that failed twice
 * would be tried again in five minutes, then in thirty: their time is put forward. Throws when it takes longer than
 * half an hour.
 */
export async function untilDrained(fleet: Fleet): Promise<number> {
  const started = Date.now();
  const db = await fleet.miniflare.getD1Database("DB", "formlog");
  for (; Date.now() - started < DRAIN_MS; await pause(LOOK_MS)) {
    const { items } = await fleet.call("GET", "/v1/integrations");
    const behind = items.reduce((sum: number, one: { lag: { entries: number } }) => sum + one.lag.entries, 0);
    const { results } = await db.prepare(OPEN).all<{ state: string; n: number }>();
    if (behind === 0 && results.length === 0) return (Date.now() - started) / 1000;
    const open = results.map(({ state, n }) => `${n} ${state}`).join(", ");
    console.log(`${Math.round((Date.now() - started) / 1000)} s: ${behind} behind; open: ${open || "none"}`);
    if (behind > 0) continue;
    const at = Date.now();
    await db.prepare("UPDATE deliveries SET next_at = ?1 WHERE state = 'retrying' AND next_at > ?1").bind(at).run();
    await fleet.sweep();
  }
  throw new Error("Not drained within half an hour.");
}

interface Acknowledged {
  readonly forms: readonly SoakForm[];
  /** Ids that were answered with 2xx, by the path of their form. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /** Requests that were not answered so: they may be stored or not. */
  readonly unknown: number;
}

/** Everything acknowledged is stored once, stands in a sheet once, and was sent once where it was to be. */
export async function verifyAll(fleet: Fleet, { forms, ids, unknown }: Acknowledged): Promise<Figure[]> {
  const { rows, texts, calls } = await fleet.delivered();
  // An event that comes again with its id is what receivers expect; two events for one response are not.
  const events = [...new Map(calls).values()];
  const stored = new Map<string, string[]>();
  for (const { path } of forms) stored.set(path, await idsOf(fleet, path));
  const all = [...stored.values()].flat();
  const of = (name: SoakForm["name"]) => stored.get(forms.find((form) => form.name === name)?.path ?? "") ?? [];
  const acknowledged = [...ids.values()].flat();
  const extra = all.length - acknowledged.length;
  return [
    compare("acknowledged, in the log", acknowledged, all, unknown),
    {
      what: "stored without being acknowledged, of those whose answer was another or was lost",
      measured: `${extra} of ${unknown}`,
      limit: `0 to ${unknown}`,
      good: extra >= 0 && extra <= unknown,
    },
    compare("stored, in the sheets", all, rows),
    compare("stored, as texts", of("texts"), texts),
    compare(`stored, as events (${calls.length - new Map(calls).size} calls were repeats)`, of("webhooks"), events),
  ];
}

/** Of what must be there: what is missing, what is there twice, and what is there although it must not be. */
function compare(what: string, wanted: readonly string[], found: readonly string[], strangeMax = 0): Figure {
  const [must, have] = [new Set(wanted), new Set(found)];
  const missing = [...must].filter((id) => !have.has(id)).length;
  const strange = [...have].filter((id) => !must.has(id)).length;
  const doubled = found.length - have.size + (wanted.length - must.size);
  return {
    what: `${what}, of ${wanted.length}: missing, doubled, strange`,
    measured: `${missing}, ${doubled}, ${strange}`,
    limit: `0, 0, ${strangeMax === 0 ? "0" : `≤ ${strangeMax}`}`,
    good: missing === 0 && doubled === 0 && strange <= strangeMax,
  };
}
