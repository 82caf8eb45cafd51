/**
 * A worker under the simulator's control: each of its calls to D1 and to the provider passes a gate, where it may go
 * on, stop for ever before or after its effect (a crash), or be held while the world goes on (a slow call, a lease that
 * runs out).
 */
import type { Shards } from "../../../src/store/shards";
import type { Random } from "./random";

export type Decision = "go" | "crash_before" | "crash_after" | "hold";

export interface GateOptions {
  readonly random: Random;
  readonly decide: (call: "d1" | "provider", random: Random) => Decision;
}

export type WorkerState = "running" | "held" | "ended" | "crashed";

/**
 * A worker's gate. `idle` resolves when the worker has ended, crashed, or waits for a held call, and no call is on its
 * way.
 */
export function createGate({ random, decide }: GateOptions) {
  let active = 0;
  let held: (() => void)[] = [];
  let state: WorkerState = "running";
  let notify = () => {};

  const changed = () => notify();
  const never = () => new Promise<never>(() => {});

  const crashed = () => state === "crashed";

  async function pass<T>(call: "d1" | "provider", run: () => Promise<T>): Promise<T> {
    if (crashed()) return never();
    const decision = decide(call, random);
    if (decision === "crash_before") return crash();
    if (decision === "hold") {
      await new Promise<void>((resolve) => {
        held.push(resolve);
        changed();
      });
      if (crashed()) return never();
    }
    active += 1;
    const result = await run().finally(() => {
      active -= 1;
      changed();
    });
    return decision === "crash_after" ? crash() : result;
  }

  function crash(): Promise<never> {
    state = "crashed";
    held = [];
    changed();
    return never();
  }

  return {
    pass,
    state: () => state,
    end() {
      if (state !== "crashed") state = "ended";
      changed();
    },
    /** The process is gone: what it waits for never comes. */
    kill: () => void crash(),
    /** Lets the held calls happen now. */
    release() {
      const waiting = held;
      held = [];
      if (state === "held") state = "running";
      for (const go of waiting) go();
    },
    async idle(): Promise<WorkerState> {
      for (;;) {
        // A call of a worker that is gone may be on its way: it arrives now, not whenever the clock was moved.
        if (state === "ended" || (state === "crashed" && active === 0)) return state;
        if (active === 0 && held.length > 0) {
          // Its other calls may still be on their way to a gate.
          await new Promise((resolve) => setTimeout(resolve, 0));
          if (active === 0 && held.length > 0) {
            state = "held";
            return state;
          }
          continue;
        }
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
  };
}

export type Gate = ReturnType<typeof createGate>;

/** The databases as a worker behind a gate sees them. */
export function gatedShards(shards: Shards, gate: Gate): Shards {
  const dbs = new Map(shards.all.map(({ no, db }) => [no, gatedDb(db, gate)]));
  const of = (no: number) => dbs.get(no) ?? shards.get(no).db;
  return {
    control: of(0),
    all: shards.all.map(({ no }) => ({ no, db: of(no) })),
    get: (no) => ({ no, db: of(no) }),
  };
}

const INNER = Symbol("the statement behind the gate");

function gatedDb(db: D1Database, gate: Gate): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => gatedStatement(target.prepare(sql), gate);
      if (name === "batch") {
        return (statements: D1PreparedStatement[]) => gate.pass("d1", () => target.batch(statements.map(inner)));
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const inner = (statement: D1PreparedStatement): D1PreparedStatement => Reflect.get(statement, INNER) ?? statement;

function gatedStatement(statement: D1PreparedStatement, gate: Gate): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, name) {
      if (name === INNER) return target;
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name === "bind") return (...values: unknown[]) => gatedStatement(target.bind(...values), gate);
      return (...values: unknown[]) => gate.pass("d1", () => value.apply(target, values));
    },
  });
}
