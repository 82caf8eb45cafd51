import { describe, expect, it } from "vitest";
import type { Entry, Halt, Outcome, Policy } from "../core/integration";
import type { Blocked } from "../core/notice";
import { FAILING_GAP_MS } from "../core/retry";
import type { Cursor, Failing, Flight } from "../store/cursors";
import type { DeliveryRow, DeliveryWrite } from "../store/deliveries";
import { settle } from "./settle";

const NOW = 1_000_000;
const policy: Policy = {
  pageSize: 10,
  pageBytes: 1000,
  pageGapSeconds: 0,
  ledger: false,
  attemptsMax: 3,
  cost: "page",
};
const cursor: Cursor = {
  segment: 0,
  integration: 1,
  kind: "k",
  state: "active",
  position: 10,
  revisionPosition: 5,
  high: 10,
  epoch: 1,
  leaseUntil: 0,
  nextAt: 0,
  failures: 0,
  flight: null,
  lastError: null,
  lastSuccessAt: null,
  reconcileAt: null,
  compareFrom: 0,
  owedAt: 0,
  failing: null,
  blocked: null,
  tally: [],
  follows: null,
  checked: 0,
  checkAt: null,
  asked: 0,
};
const flight: Flight = { feed: "responses", after: 10, through: 14, markedAt: NOW };
const delivered: Outcome = { type: "delivered" };

function entry(position: number, receivedAt = 0): Entry {
  const times = { receivedAt, submittedAt: null, erasedAt: null };
  const content = { answers: {}, metadata: {}, flags: [], review: "received" as const };
  const response = { id: `r${position}`, position, version: 1, revision: 1, ...times, ...content };
  return { position, event: "created", delivery: `d${position}`, response };
}

interface Given {
  readonly positions?: number[];
  readonly outcomes?: Record<number, Outcome>;
  readonly halt?: Halt;
  readonly feed?: "responses" | "revisions";
  readonly due?: boolean;
  readonly rows?: DeliveryRow[];
  readonly marked?: DeliveryWrite[];
  readonly policy?: Partial<Policy>;
  readonly failures?: number;
  readonly inDoubt?: Flight;
  readonly random?: number;
  readonly waitSeconds?: number;
  readonly spare?: number;
  readonly receivedAt?: number;
  readonly inDoubtPage?: boolean;
  readonly failing?: Failing;
  readonly blocked?: Blocked;
  readonly checked?: number;
  readonly checkAt?: number;
  readonly asked?: true;
}

function settled(given: Given) {
  const { positions = [11, 12, 14], feed = "responses", due = false, outcomes = {} } = given;
  return settle({
    cursor: {
      ...cursor,
      failures: given.failures ?? 0,
      flight: given.inDoubt ?? null,
      failing: given.failing ?? null,
      blocked: given.blocked ?? null,
      checked: given.checked ?? 0,
      checkAt: given.checkAt ?? null,
      asked: 3,
    },
    work: {
      page: {
        feed,
        segment: 0,
        after: 10,
        through: 15,
        entries: positions.map((position) => entry(position, given.receivedAt)),
        replay: false,
        markedAt: NOW,
        inDoubt: given.inDoubtPage ?? false,
      },
      rows: new Map((given.rows ?? []).map((row) => [row.position, row])),
      due,
      ...(given.asked && { asked: given.asked }),
    },
    outcomes: new Map(Object.entries(outcomes).map(([position, outcome]) => [Number(position), outcome])),
    halt: given.halt ?? null,
    waitSeconds: given.waitSeconds ?? null,
    spare: given.spare ?? 1,
    flight,
    marked: new Map((given.marked ?? []).map((row) => [row.position, row])),
    policy: { ...policy, ...given.policy },
    now: NOW,
    random: given.random ?? 0.5,
  });
}

const row = (position: number, change: Partial<DeliveryRow> = {}): DeliveryRow => ({
  integration: 1,
  feed: 0,
  position,
  state: "sending",
  attempts: 1,
  looks: 0,
  triedAt: NOW,
  nextAt: null,
  reference: null,
  status: null,
  rank: 0,
  reason: null,
  content: null,
  ...change,
});

describe("the cursor", () => {
  it("moves to the end of the page, past what the filter left out, when every entry has an outcome", () => {
    const { change, writes } = settled({ outcomes: { 11: delivered, 12: delivered, 14: delivered } });
    expect(change).toMatchObject({
      position: 15,
      revisionPosition: 5,
      flight: null,
      state: "active",
      success: true,
      hold: true,
    });
    expect(writes).toEqual([]);
  });

  it("had its last success when something was delivered, not when there was nothing to deliver", () => {
    const rejected = { type: "rejected", reason: "no number" } as const;
    const success = (outcomes: Record<number, Outcome>, halt: Halt | null = null) =>
      settled({ positions: Object.keys(outcomes).map(Number), outcomes, ...(halt && { halt }) }).change.success;
    expect(success({})).toBe(false);
    expect(success({ 11: rejected })).toBe(false);
    expect(success({ 11: rejected, 12: delivered })).toBe(true);
    expect(success({ 11: delivered }, { type: "retry", reason: "later" })).toBe(true);
  });

  it("stops before the first entry without an outcome, whatever came of later ones", () => {
    const halt = { type: "retry", reason: "later" } as const;
    expect(settled({ outcomes: { 11: delivered, 14: delivered }, halt }).change.position).toBe(11);
    expect(settled({ halt }).change.position).toBe(10);
  });

  it("moves in the feed that the page is of", () => {
    const { change } = settled({ feed: "revisions", positions: [], outcomes: {} });
    expect(change).toMatchObject({ position: 10, revisionPosition: 15 });
  });

  it("does not move over deliveries that were due", () => {
    const { change } = settled({ due: true, positions: [3], outcomes: { 3: delivered }, rows: [row(3)] });
    expect(change).toMatchObject({ position: 10, revisionPosition: 5 });
  });

  it("keeps the page in flight while its effect is in doubt, and only then", () => {
    expect(settled({ halt: { type: "unknown", reason: "time-out" } }).change.flight).toEqual(flight);
    expect(settled({ halt: { type: "retry", reason: "429" } }).change.flight).toBeNull();
  });

  it("keeps a page in doubt from before while deliveries that are due are worked off", () => {
    const before: Flight = { ...flight, through: 20 };
    const { change } = settled({
      due: true,
      positions: [3],
      outcomes: { 3: delivered },
      rows: [row(3)],
      inDoubt: before,
    });
    expect(change.flight).toEqual(before);
  });

  it("waits as long as it was told, or longer with each failure; blocked, a quarter of an hour", () => {
    const wait = (halt: Halt, failures = 0) => (settled({ halt, failures }).change.nextAt - NOW) / 1000;
    expect(wait({ type: "retry", reason: "", afterSeconds: 7 })).toBe(7);
    expect(wait({ type: "retry", reason: "", afterSeconds: 7 }, 9)).toBe(7);
    expect(wait({ type: "retry", reason: "" }, 0)).toBe(0.625);
    expect(wait({ type: "retry", reason: "" }, 1)).toBe(2);
    expect(wait({ type: "retry", reason: "" }, 4)).toBe(16);
    expect(wait({ type: "retry", reason: "" }, 50)).toBe(300);
    expect(wait({ type: "blocked", reason: "" })).toBe(900);
    expect(settled({ halt: { type: "blocked", reason: "share it" } }).change).toMatchObject({
      state: "blocked",
      failures: 1,
      lastError: "share it",
      hold: false,
    });
  });

  it("waits no longer with each failure when something was done between them", () => {
    const halt = { type: "retry", reason: "" } as const;
    const waitAfter = (outcome: Outcome) => {
      const { change } = settled({ halt, failures: 8, outcomes: { 11: outcome } });
      return [change.failures, (change.nextAt - NOW) / 1000];
    };
    expect(waitAfter(delivered)).toEqual([1, 0.625]);
    expect(waitAfter({ type: "unknown", reason: "", looked: true })).toEqual([1, 0.625]);
    // Said without asking the provider, or by its silence.
    expect(waitAfter({ type: "skipped", reason: "" })).toEqual([9, 256]);
    expect(waitAfter({ type: "unknown", reason: "" })).toEqual([9, 256]);
  });

  it("waits whole milliseconds: D1 has a column of integers for them", () => {
    const halt = { type: "retry", reason: "" } as const;
    const random = 0.876_543_21;
    expect(Number.isInteger(settled({ halt, random }).change.nextAt)).toBe(true);
    const [row] = settled({ positions: [11], outcomes: { 11: { type: "retry", reason: "" } }, random }).writes;
    expect(row?.nextAt).toBeGreaterThan(NOW);
    expect(Number.isInteger(row?.nextAt)).toBe(true);
  });

  it("says when what it delivered is asked for: once for all pages, and not of what has a time of its own", () => {
    const open = { type: "delivered", reference: "SM1", checkAfterSeconds: 900 } as const;
    const checks = { ledger: true, checks: { afterSeconds: 60, everySeconds: 30, pageSize: 9 } };
    const timeOf = (given: Given) => {
      const { change, writes } = settled({ positions: [11], marked: [row(11)], policy: checks, ...given });
      return [change.checkAt, writes[0]?.nextAt];
    };
    expect(timeOf({ outcomes: { 11: open } })).toEqual([NOW + 90_000, null]);
    expect(timeOf({ outcomes: { 11: open }, checkAt: NOW + 5 })).toEqual([NOW + 5, null]);
    expect(timeOf({ outcomes: { 11: delivered } })).toEqual([null, null]);
    expect(timeOf({ outcomes: { 11: open }, checked: 11 })).toEqual([null, NOW + 900_000]);
    expect(timeOf({ outcomes: { 11: open }, due: true })).toEqual([null, NOW + 900_000]);
    expect(timeOf({ outcomes: { 11: open }, feed: "revisions" })).toEqual([null, NOW + 900_000]);
  });

  it("rests between two pages of a kind that gathers its backlog", () => {
    const gap = { pageGapSeconds: 2 };
    const { change } = settled({ positions: [11], outcomes: { 11: delivered }, policy: gap });
    expect([change.nextAt, change.hold]).toEqual([NOW + 2000, false]);
    expect(settled({ positions: [], policy: gap }).change.hold).toBe(true);
  });

  it("rests after what has just come, not after a full page or a backlog, of a kind that works off backlogs at once", () => {
    const policy = { pageGapSeconds: 0.5, backlogAtOnce: true, pageSize: 2 } as const;
    const restOf = (positions: number[], receivedAt: number) => {
      const outcomes = Object.fromEntries(positions.map((position) => [position, delivered]));
      const { nextAt, hold } = settled({ positions, outcomes, policy, receivedAt }).change;
      return [Math.max(0, nextAt - NOW), hold];
    };
    expect(restOf([11], NOW - 100)).toEqual([500, true]);
    expect(restOf([11, 12], NOW - 100)).toEqual([0, true]);
    expect(restOf([11], NOW - 600)).toEqual([0, true]);
  });

  it("rests for longer the less is left of the budget, unless it is behind: what it spares is for those who are", () => {
    const rest = (given: Given) => {
      const policy = { pageGapSeconds: 2 };
      return settled({ positions: [11], outcomes: { 11: delivered }, policy, ...given }).change.nextAt - NOW;
    };
    // Entries of this file came at 0, 1,000 seconds ago; `fresh`: when the page was read.
    const fresh = { receivedAt: NOW - 1_000 };
    expect([1, 0.5, 0.1, 0].map((spare) => rest({ ...fresh, spare }))).toEqual([2_000, 4_000, 20_000, 30_000]);
    expect([1, 0.5, 0].map((spare) => rest({ spare }))).toEqual([2_000, 2_000, 2_000]);
    // One in doubt has waited already; where each entry is paid for, a large page spares nothing.
    expect(rest({ ...fresh, spare: 0, inDoubtPage: true })).toBe(2_000);
    expect(rest({ ...fresh, spare: 0, policy: { pageGapSeconds: 2, cost: "entry" } })).toBe(2_000);
  });

  it("waits until the budget has something, and stays when that is soon", () => {
    const restOf = (waitSeconds: number) => {
      const { state, nextAt, hold } = settled({ waitSeconds }).change;
      return [state, nextAt - NOW, hold];
    };
    expect(restOf(0.4)).toEqual(["active", 400, true]);
    expect(restOf(1.2)).toEqual(["active", 1_200, false]);
  });

  it("stays through a wait of a second at most, and never waits less than a moment, whatever it was told", () => {
    const restOf = (halt: Halt) => {
      const { nextAt, hold } = settled({ halt }).change;
      return [nextAt - NOW, hold];
    };
    expect(restOf({ type: "retry", reason: "" })).toEqual([625, true]);
    expect(restOf({ type: "retry", reason: "", afterSeconds: 1 })).toEqual([1_000, true]);
    expect(restOf({ type: "retry", reason: "", afterSeconds: 2 })).toEqual([2_000, false]);
    expect(restOf({ type: "retry", reason: "", afterSeconds: 0 })).toEqual([250, true]);
  });

  it("goes on at once after entries that have waited for longer, where the kind has nobody's pace to keep", () => {
    const restAfter = (pageGapSeconds: number) =>
      settled({ positions: [11], outcomes: { 11: delivered }, policy: { pageGapSeconds, backlogAtOnce: true } }).change
        .nextAt;
    // It came at 0, and now is 1,000 seconds later.
    expect([restAfter(2), restAfter(999)]).toEqual([0, 0]);
    expect(restAfter(1000)).toBe(NOW + 1_000_000);
  });
});

describe("delivery rows", () => {
  const one = (outcome: Outcome, given: Given = {}) =>
    settled({ positions: [11], outcomes: { 11: outcome }, ...given }).writes;

  it("are written for exceptions only, unless the kind keeps a ledger", () => {
    expect(one(delivered)).toEqual([]);
    expect(one({ type: "skipped", reason: "" })).toEqual([]);
    const ledger = { policy: { ledger: true }, marked: [row(11)] };
    expect(one({ type: "delivered", reference: "SM1", status: "queued" }, ledger)).toMatchObject([
      { position: 11, state: "delivered", reference: "SM1", status: "queued", attempts: 1, nextAt: null },
    ]);
  });

  it("keep the provider's word and when it is asked for again, in a ledger", () => {
    const word = { reference: "SM1", status: "queued", rank: 2 };
    const open = { type: "delivered", ...word, checkAfterSeconds: 900 } as const;
    const ledger = { policy: { ledger: true }, marked: [row(11, { looks: 2 })] };
    expect(one(open, ledger)).toMatchObject([{ state: "delivered", ...word, looks: 0, nextAt: NOW + 900_000 }]);
    expect(one(open, { marked: [row(11)] })).toMatchObject([{ state: "delivered", nextAt: null }]);
    const failed = { type: "rejected", reason: "landline", ...word, rank: 5 } as const;
    expect(one(failed, ledger)).toMatchObject([{ state: "parked", reference: "SM1", rank: 5, nextAt: null }]);
  });

  it("park what is refused, and what was tried often enough", () => {
    expect(one({ type: "rejected", reason: "no number" })).toMatchObject([
      { state: "parked", reason: "no number", nextAt: null },
    ]);
    const retry = { type: "retry", reason: "busy" } as const;
    expect(one(retry)).toMatchObject([{ state: "retrying", nextAt: NOW + 2000 }]);
    expect(one(retry, { marked: [row(11, { attempts: 3 })] })).toMatchObject([
      { state: "parked", nextAt: null, reason: "Given up after 3 attempts: busy" },
    ]);
  });

  it("count a look only when there was one", () => {
    const unknown = { type: "unknown", reason: "", afterSeconds: 60 } as const;
    const given = { policy: { ledger: true }, rows: [row(11)] };
    expect(one(unknown, given)).toMatchObject([{ state: "unknown", looks: 0, nextAt: NOW + 60_000 }]);
    expect(one({ ...unknown, looked: true }, given)).toMatchObject([{ looks: 1 }]);
  });

  it("are not made for entries that were marked and not attempted", () => {
    const halt = { type: "retry", reason: "429" } as const;
    const { writes } = settled({
      outcomes: { 11: delivered },
      halt,
      policy: { ledger: true },
      marked: [row(11), row(12), row(14)],
    });
    expect(writes.map(({ position }) => position)).toEqual([11]);
  });

  it("are made of the marks when it is not known whether they were attempted: nothing in doubt is forgotten", () => {
    const halt = { type: "unknown", reason: "a bug", afterSeconds: 9 } as const;
    const ledger = { policy: { ledger: true }, halt };
    const fresh = settled({ ...ledger, marked: [row(11), row(12), row(14)] });
    expect(fresh.writes.map(({ position, state }) => [position, state])).toEqual([
      [11, "sending"],
      [12, "sending"],
      [14, "sending"],
    ]);
    const before = row(3, { state: "retrying", attempts: 1 });
    const { writes } = settled({
      ...ledger,
      due: true,
      positions: [3],
      rows: [before],
      marked: [row(3, { attempts: 2 })],
    });
    expect(writes).toMatchObject([{ position: 3, state: "unknown", attempts: 2, nextAt: NOW }]);
  });

  it("of deliveries that were due stay so when they were not attempted: the cursor waits, and who resumes it resumes them", () => {
    const halt = { type: "blocked", reason: "mend it" } as const;
    const rows = [row(3, { state: "retrying", attempts: 2 })];
    const { writes, change } = settled({ due: true, positions: [3], halt, rows });
    expect(writes).toMatchObject([{ position: 3, state: "retrying", attempts: 2, nextAt: NOW }]);
    expect(change.nextAt).toBe(NOW + 900_000);
  });
});

describe("a stretch of nothing but failures", () => {
  const retry: Outcome = { type: "retry", reason: "later" };
  const halt: Halt = { type: "retry", reason: "down" };
  const failing = { since: 5, at: NOW - 1000 };

  it("begins with a failure, of one entry or of the page, and keeps its beginning", () => {
    const begun = { since: NOW, at: NOW };
    expect(settled({ positions: [11], outcomes: { 11: retry } }).change.failing).toEqual(begun);
    expect(settled({ halt }).change.failing).toEqual(begun);
    expect(settled({ halt, failing }).change.failing).toEqual({ since: 5, at: NOW });
  });

  it("ends with a delivery, whatever failed beside it", () => {
    expect(settled({ outcomes: { 11: delivered, 12: retry }, halt, failing }).change.failing).toBeNull();
  });

  it("begins anew when nothing was tried for long", () => {
    const old = { since: 5, at: NOW - FAILING_GAP_MS - 1 };
    expect(settled({ halt, failing: old }).change.failing).toEqual({ since: NOW, at: NOW });
  });

  it("is not changed by what was not attempted", () => {
    const skipped: Outcome = { type: "skipped", reason: "filtered" };
    expect(settled({ positions: [11], outcomes: { 11: skipped }, failing }).change.failing).toEqual(failing);
    expect(settled({ positions: [], halt: { type: "blocked", reason: "no keys" }, failing }).change.failing).toEqual(
      failing,
    );
  });
});

describe("the tally of attempts", () => {
  const retry: Outcome = { type: "retry", reason: "later" };

  it("counts the entries of a page, and what stops it once", () => {
    const halt: Halt = { type: "retry", reason: "down" };
    const tallied = settled({ outcomes: { 11: delivered, 12: retry }, halt }).change.tally;
    expect(tallied).toEqual([[0, 1, 2]]);
  });

  it("counts what was due, and not what was put off before it was tried", () => {
    const outcomes = { 3: retry };
    const due: Given = { due: true, positions: [3], rows: [row(3, { state: "retrying" })], outcomes };
    expect(settled(due).change.tally).toEqual([[0, 0, 1]]);
    const ledger = { policy: { ledger: true } };
    expect(settled({ ...due, ...ledger }).change.tally).toEqual([]);
    expect(settled({ ...due, ...ledger, marked: [row(3)] }).change.tally).toEqual([[0, 0, 1]]);
  });

  it("is what it was without a page", () => {
    expect(settled({ positions: [], halt: { type: "blocked", reason: "no keys" } }).change.tally).toEqual([]);
  });
});

describe("attempts of a kind without a ledger", () => {
  it("are counted from the row that an earlier one left, up to the last", () => {
    const again = (attempts: number) => {
      const rows = [row(11, { state: "retrying", attempts })];
      const outcomes: Record<number, Outcome> = { 11: { type: "retry", reason: "no" } };
      return settled({ positions: [11], due: true, rows, outcomes }).writes[0];
    };
    expect(again(1)).toMatchObject({ state: "retrying", attempts: 2 });
    expect(again(2)).toMatchObject({ state: "parked", attempts: 3 });
  });
});

describe("what others are told", () => {
  const halt = { type: "blocked", reason: "Share it." } as const;
  const blocked: Blocked = { since: 1, causes: ["Share it."] };

  it("is the cause that stops the page, and that something was delivered afterwards", () => {
    const stopped = settled({ halt });
    expect(stopped.incident).toEqual({ event: "blocked", since: NOW, reason: "Share it." });
    expect(stopped.change.blocked).toEqual({ since: NOW, causes: ["Share it."] });
    const mended = settled({ blocked, outcomes: { 11: delivered, 12: delivered, 14: delivered } });
    expect(mended.incident).toEqual({ event: "recovered", since: 1, reason: "Share it." });
    expect(mended.change.blocked).toBeNull();
  });

  it("is nothing for the same cause, a wait, and a page that delivers nothing", () => {
    const skipped: Outcome = { type: "skipped", reason: "no" };
    const pages: Given[] = [
      { halt },
      { halt: { type: "retry", reason: "later" } },
      { positions: [], outcomes: {} },
      { positions: [11], outcomes: { 11: skipped } },
    ];
    for (const page of pages) {
      const { change, incident } = settled({ ...page, blocked });
      expect([change.blocked, incident]).toEqual([blocked, null]);
    }
  });
});

describe("a turn that a cursor was asked for", () => {
  const turn = { due: true, asked: true } as const;

  it("answers all asks that its holder knew of, and moves nothing", () => {
    const { change, writes } = settled({ ...turn, positions: [] });
    expect(change).toMatchObject({ answered: 3, state: "active", position: 10, revisionPosition: 5 });
    expect(writes).toEqual([]);
  });

  it("answers none when it halts, nor does a page of entries", () => {
    const halt: Halt = { type: "retry", reason: "no" };
    expect(settled({ ...turn, positions: [], halt }).change).toMatchObject({ answered: 0, state: "waiting" });
    const outcomes = { 11: delivered, 12: delivered, 14: delivered };
    expect(settled({ outcomes }).change.answered).toBe(0);
  });
});
