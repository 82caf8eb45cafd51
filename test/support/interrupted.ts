/** Verbs that are interrupted at one of their calls to D1: whoever does them dies there, or is held up. */
import type { Context } from "../../src/context";
import { type D1Gate, gatedD1 } from "./gated-d1";

/** Longer than any verb. */
export const CALLS_MAX = 100;

type Verb = (ctx: Context) => Promise<unknown>;

/** A context all of whose calls to D1 pass a gate. */
function gated(ctx: Context, gate: D1Gate): Context {
  const all = ctx.shards.all.map(({ no, db }) => ({ no, db: gatedD1(db, gate) }));
  const get = (no: number) => all[no] ?? ctx.shards.get(no);
  const shards = { control: get(0).db, all, get };
  return { ...ctx, shards, primary: shards, opener: { ...ctx.opener, shards } };
}

/** A verb whose worker dies before or after its n-th call. False: it makes fewer, and has ended. */
export async function dieAt(ctx: Context, at: { n: number; when: "before" | "after" }, verb: Verb): Promise<boolean> {
  const died = Promise.withResolvers<void>();
  let calls = 0;
  const gate: D1Gate = async (run) => {
    calls += 1;
    if (calls < at.n) return run();
    if (at.when === "after" && calls === at.n) await run();
    died.resolve();
    return new Promise<never>(() => {});
  };
  await Promise.race([died.promise, verb(gated(ctx, gate))]);
  return calls >= at.n;
}

/** A verb that is held up before its n-th call while something else happens. False: it makes fewer. */
export async function holdAt(ctx: Context, n: number, verb: Verb, meanwhile: () => Promise<unknown>): Promise<boolean> {
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const gate: D1Gate = async (run) => {
    calls += 1;
    if (calls === n) {
      reached.resolve();
      await release.promise;
    }
    return run();
  };
  const done = verb(gated(ctx, gate));
  await Promise.race([reached.promise, done]);
  await meanwhile();
  release.resolve();
  await done;
  return calls >= n;
}
