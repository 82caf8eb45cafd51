/**
 * The contract of every kind: one suite over its real code, the real engine and its emulator. A kind gives the harness;
 * what it does differently is named there, not here.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Definition } from "../../src/core/form";
import type { Integration } from "../../src/core/integration";
import type { LexiconEntry } from "../../src/core/lexicon/entry";
import type { Engine } from "../../src/dispatch/engine";
import { listParked } from "../../src/services/deliveries";
import { resumeIntegration } from "../../src/services/integration-control";
import { replayIntegration } from "../../src/services/integration-replay";
import { listReconciliations } from "../../src/services/reconciliations";
import { reviewResponse } from "../../src/services/review";
import { type D1Gate, gatedD1 } from "../support/gated-d1";
import { type Clock, createWorld, type World } from "../support/world";

export type FaultName = "rate_limit" | "error_before" | "error_after" | "drop_after" | "outage" | "refuse_credentials";

/** A provider made for one test. */
export interface Provider {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly settings: Readonly<Record<string, string>>;
  /**
   * SEARCH_DB as the worker is bound to it now: the provider of kinds that keep an index. Its calls are those of D1.
   */
  readonly index?: D1Database | undefined;
  /** The ids of the responses whose effect is there, in order, repeats included. */
  effects(): string[] | Promise<string[]>;
  /** Fails the calls that make an effect; `times` undefined: until `heal`. */
  fail(fault: FaultName, times?: number): void;
  heal(): void;
  /** Its own life goes on: what it took in hand, it finishes. */
  live?(): Promise<void>;
  /** Takes the effect of a response away, behind our back (kinds that are reconciled). */
  lose?(id: string): void | Promise<void>;
}

export interface Harness {
  readonly kind: Integration;
  readonly config: Record<string, unknown>;
  readonly definition: Definition;
  readonly provider: (clock: Clock) => Promise<Provider> | Provider;
  /** The n-th person's answers: different for each n. */
  readonly answers: (n: number) => Record<string, unknown>;
  /** Answers that the provider or the kind refuses for good; none of an index, which takes whatever was stored. */
  readonly refused?: Record<string, unknown>;
  /** Words that may stand in no log. */
  readonly secretWords: readonly string[];
  /** Entries of the workspace's lexicon (kinds that look for its terms). */
  readonly lexicon?: readonly LexiconEntry[];
  /** Whether effects keep the order of the log. */
  readonly ordered: boolean;
}

/** 2026-11-23T20:00:00Z */
const START = 1_795_464_000_000;

export function describeContract(harness: Harness): void {
  const { kind } = harness;

  describe(`the contract of ${kind.manifest.kind}`, () => {
    let clock: Clock;
    let provider: Provider;
    let world: World;
    let logged: string[];

    async function begin(): Promise<void> {
      clock = { now: Math.max(Date.now(), START) };
      provider = await harness.provider(clock);
      const { config, definition, lexicon } = harness;
      const { fetch, settings } = provider;
      const index = () => provider.index;
      world = await createWorld({
        kind,
        config,
        definition,
        fetch,
        index,
        settings,
        clock,
        ...(lexicon && { lexicon }),
      });
    }

    /** A worker whose calls to its provider pass a gate. */
    const through = (gate: <T>(call: () => Promise<T>) => Promise<T>): Partial<Engine> =>
      provider.index
        ? { index: gatedD1(provider.index, gate satisfies D1Gate) }
        : { fetch: (request) => gate(() => provider.fetch(request)) };

    /** Counts the calls to the provider. */
    const counting = () => {
      const count = { calls: 0 };
      const worker = through((call) => {
        count.calls += 1;
        return call();
      });
      return { count, worker };
    };

    const people = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => harness.answers(from + i));

    async function expectOnce(ids: readonly string[]): Promise<void> {
      const effects = await provider.effects();
      expect(effects.toSorted()).toEqual(ids.toSorted());
      if (harness.ordered) expect(effects).toEqual(ids);
    }

    async function expectSettled(ids: readonly string[]): Promise<void> {
      await expectOnce(ids);
      const { state, lag, parked } = await world.view();
      expect({ state, entries: lag.entries, parked }).toEqual({ state: "active", entries: 0, parked: 0 });
    }

    beforeEach(async () => {
      logged = [];
      for (const level of ["info", "warn", "error", "log", "debug"] as const) {
        vi.spyOn(console, level).mockImplementation((...args) => void logged.push(args.map(String).join(" ")));
      }
      await begin();
    });

    afterEach(() => {
      vi.restoreAllMocks();
      const leaks = harness.secretWords.filter((word) => logged.some((line) => line.includes(word)));
      expect(leaks, "secrets and answers never reach a log").toEqual([]);
    });

    it("delivers each response once, and what comes later too", async () => {
      const first = await world.submit(...people(1, 3));
      await world.run();
      const second = await world.submit(...people(4, 5));
      await world.run();
      await expectSettled([...first, ...second]);
    });

    it("does nothing at a wake-up without work, and needs no wake-up to find work", async () => {
      await world.wakeOnce();
      const ids = await world.submit(harness.answers(1));
      await world.run();
      await world.wakeOnce();
      await world.wakeOnce();
      await expectSettled(ids);
    });

    it("a replay from the beginning doubles nothing", async () => {
      const ids = await world.submit(...people(1, 4));
      await world.run();
      await replayIntegration(world.ctx, world.workspace, { ...world.named, from: "beginning" });
      await world.run();
      await expectSettled(ids);
      const more = await world.submit(harness.answers(5));
      await world.run();
      await expectSettled([...ids, ...more]);
    });

    it("a review disturbs no integration that does not follow it, and holds nothing up", async () => {
      const ids = await world.submit(...people(1, 3));
      await world.run();
      for (const response of ids) {
        const review = {
          form: world.form,
          response,
          state: "flagged",
          comment: "Look again.",
        } as const;
        await reviewResponse(world.ctx, world.workspace, review);
      }
      const { count, worker } = counting();
      await world.run(worker);
      if (!kind.manifest.events.includes("reviewed")) expect(count.calls).toBe(0);
      expect((await world.view()).lag.entries).toBe(0);
      await expectSettled(ids);
    });

    it.each(["before", "after"] as const)("survives a crash at every call, %s its effect", async (side) => {
      const calls = await countCalls();
      expect(calls).toBeGreaterThan(0);
      for (let at = 1; at <= calls; at += 1) {
        await begin();
        const ids = await world.submit(...people(1, 3));
        await crashAt(at, side);
        world.outlive();
        await world.run();
        await expectSettled(ids);
      }
    });

    async function countCalls(): Promise<number> {
      const { count, worker } = counting();
      await world.submit(...people(1, 3));
      await world.wakeOnce(worker);
      return count.calls;
    }

    /** A worker that stops for ever at its n-th call. */
    async function crashAt(at: number, side: "before" | "after"): Promise<void> {
      let calls = 0;
      await new Promise<void>((crashed, failed) => {
        const stop = () => {
          crashed();
          return new Promise<never>(() => {});
        };
        const worker = through(async (call) => {
          calls += 1;
          if (calls < at) return call();
          if (calls > at || side === "before") return stop();
          await call();
          return stop();
        });
        // It ends by itself when it makes fewer calls than counted.
        world.wakeOnce(worker).then(crashed, failed);
      });
    }

    it("two holders of one cursor make each effect once", async () => {
      const ids = await world.submit(...people(1, 3));
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let blocked = () => {};
      const waiting = new Promise<void>((resolve) => {
        blocked = resolve;
      });
      const slow = world.wakeOnce(
        through(async (call) => {
          blocked();
          await held;
          return call();
        }),
      );
      await waiting;
      world.outlive();
      const other = world.wakeOnce();
      await other;
      release();
      await slow;
      await world.run();
      await expectSettled(ids);
    });

    it("a 429 is waited out: nothing is parked, nothing is lost", async () => {
      const ids = await world.submit(...people(1, 3));
      provider.fail("rate_limit", 2);
      let slept = 0;
      const sleep = async (milliseconds: number) => {
        slept += milliseconds;
        clock.now += milliseconds;
      };
      await world.wakeOnce({ sleep });
      // A short wait is slept through, a long one is left to a wake-up.
      if ((await world.view()).state !== "waiting") expect(slept).toBeGreaterThan(0);
      await world.run();
      await expectSettled(ids);
    });

    it.each(["error_before", "error_after", "drop_after"] as const)(
      "%s is reconciled, never repeated blindly",
      async (fault) => {
        const ids = await world.submit(...people(1, 3));
        provider.fail(fault, 1);
        await world.run();
        await expectSettled(ids);
      },
    );

    it("an outage delays: all of it arrives when the provider is back", async () => {
      const first = await world.submit(harness.answers(1));
      await world.run();
      provider.fail("outage");
      const during: string[] = [];
      for (let n = 2; n <= 4; n += 1) {
        during.push(...(await world.submit(harness.answers(n))));
        clock.now += 60_000;
        await world.wakeOnce();
      }
      await expectOnce(first);
      provider.heal();
      await world.run();
      await expectSettled([...first, ...during]);
    });

    it("refused credentials stop it where it is, with a reason to act on; resumed, it goes on", async () => {
      const ids = await world.submit(...people(1, 3));
      provider.fail("refuse_credentials");
      await world.run();
      const { state, lastError, parked, lag } = await world.view();
      expect({ state, parked, entries: lag.entries }).toEqual({ state: "blocked", parked: 0, entries: 3 });
      expect(lastError).toMatch(/\w{3,} \w+/);
      provider.heal();
      await resumeIntegration(world.ctx, world.workspace, world.named);
      await world.run();
      await expectSettled(ids);
    });

    it("code that throws after its effect is reconciled, at first and at a later attempt", async () => {
      const ids = await world.submit(...people(1, 3));
      const broken: Integration = {
        ...kind,
        async deliver(page, deps) {
          await kind.deliver(page, deps);
          throw new TypeError("a bug after the effect");
        },
      };
      provider.fail("error_before", 1);
      await world.wakeOnce({ kind: broken });
      clock.now += 24 * 3600 * 1000;
      await world.wakeOnce({ kind: broken });
      await world.run();
      await expectSettled(ids);
    });

    it("code that throws is an effect in doubt and an alert in the log", async () => {
      const ids = await world.submit(...people(1, 2));
      const broken: Integration = {
        ...kind,
        deliver: () => Promise.reject(new TypeError(`cannot read ${harness.secretWords[0]}`)),
      };
      await world.wakeOnce({ kind: broken });
      expect(logged.some((line) => line.includes("integration_threw"))).toBe(true);
      await world.run();
      await expectSettled(ids);
    });

    it("has an inventory exactly when it says so", () => {
      expect(kind.inventory !== undefined).toBe(kind.manifest.reconciled);
    });

    // A kind that keeps no inventory (webhook) has nothing to compare with: the test above holds it to saying so.
    it.skipIf(!kind.manifest.reconciled)(
      "a reconciliation finds what was lost, makes it good where that is safe, and doubles nothing",
      async () => {
        const ids = await world.submit(...people(1, 4));
        await world.run();
        await provider.live?.();
        const compare = async () => {
          clock.now += 24 * 3600 * 1000;
          await world.run();
          const { ctx, workspace, named } = world;
          return (await listReconciliations(ctx, workspace, { ...named, limit: 1 }))[0];
        };
        expect(await compare()).toMatchObject({ checked: 4, missing: 0, doubled: 0, strangers: 0, error: null });
        await expectSettled(ids);
        await provider.lose?.(String(ids[1]));
        const repaired = kind.manifest.policy.ledger ? 0 : 1;
        const found = { checked: 4, missing: 1, doubled: 0, repaired, examples: { missing: [ids[1]] }, error: null };
        expect(await compare()).toMatchObject(found);
        const kept = ids.filter((id) => id !== ids[1]);
        const effects = await provider.effects();
        expect(effects).toEqual(expect.arrayContaining(repaired === 1 ? ids : kept));
        expect(effects).toHaveLength(repaired === 1 ? 4 : 3);
      },
    );

    // Some kinds refuse no response: there is nothing to send them here.
    it.skipIf(!harness.refused)("a refused response is parked with a reason, and the rest goes on", async () => {
      const [first, , last] = await world.submit(harness.answers(1), harness.refused ?? {}, harness.answers(3));
      await world.run();
      await expectOnce([first, last].map(String));
      expect(await world.view()).toMatchObject({ state: "active", parked: 1, lag: { entries: 0 } });
      const { items } = await listParked(world.ctx, world.workspace, { ...world.named, limit: 10 });
      expect(items).toMatchObject([{ state: "parked", reason: expect.stringMatching(/\w{3,} \w+/) }]);
    });
  });
}
