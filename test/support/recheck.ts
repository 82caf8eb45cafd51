/** The re-checks of this installation with the clock, the database and the bell in the test's hands. */
import { env } from "cloudflare:workers";
import { type Env, makeContext } from "../../src/context";
import { beginRechecks, goOnRechecking, type RecheckLimits } from "../../src/dispatch/recheck";
import type { WakeUp } from "../../src/store/cursors";
import { call } from "./api";

const { shards } = makeContext(env as Env, { waitUntil: () => {} }, "test");

/** Past the time from which no isolate judges by an older version. */
export const LATER_MS = 60_000;

/** A clock that stands where re-checks that were asked for now may begin. */
export function createRechecks(now = Date.now() + LATER_MS) {
  const clock = { now };
  const rung: WakeUp[] = [];
  const on = { shards, now: () => clock.now, wake: async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps) };
  /** On all shards, unless one is told instead of the first. */
  async function goOn(limits?: RecheckLimits, db?: D1Database): Promise<number> {
    if (db) return goOnRechecking(on, { no: 0, db }, limits);
    let looked = 0;
    for (const shard of shards.all) looked += await goOnRechecking(on, shard, limits);
    return looked;
  }
  return {
    clock,
    rung,
    begin: () => beginRechecks(on),
    /** One sweep's share; returns how many responses were looked at. */
    goOn,
    /** Sweeps every minute until nothing is left to look at. Returns how many sweeps that took. */
    async finish(limits?: RecheckLimits): Promise<number> {
      await beginRechecks(on);
      for (let sweeps = 0; ; sweeps += 1) {
        if ((await goOn(limits)) === 0) return sweeps;
        clock.now += 60_000;
      }
    },
  };
}

/** How far the re-check of a form is, as its view tells it. */
export const progressOf = async (key: string, form: string) =>
  (await call("GET", `/v1/forms/${form}`, { key })).body.recheck;
