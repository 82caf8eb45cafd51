import { describe, expect, it } from "vitest";
import type { Entry, Halt, Outcome, Policy } from "../core/integration";
import type { Cursor, Flight } from "../store/cursors";
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
};
const flight: Flight = { feed: "responses", after: 10, through: 14, markedAt: NOW };
const delivered: Outcome = { type: "delivered" };

function entry(position: number): Entry {
  const response = { id: `r${position}`, position, version: 1, revision: 1, receivedAt: 0, erasedAt: null };
  return { position, event: "created", delivery: `d${position}`, response: { ...response, answers: {}, metadata: {} } };
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
}

function settled(given: Given) {
  const { positions = [11, 12, 14], feed = "responses", due = false, outcomes = {} } = given;
  return settle({
    cursor: { ...cursor, failures: given.failures ?? 0, flight: given.inDoubt ?? null },
    work: {
      page: {
        feed,
        segment: 0,
        after: 10,
        through: 15,
        entries: positions.map(entry),
        replay: false,
        markedAt: NOW,
        inDoubt: false,
      },
      rows: new Map((given.rows ?? []).map((row) => [row.position, row])),
      due,
    },
    outcomes: new Map(Object.entries(outcomes).map(([position, outcome]) => [Number(position), outcome])),
    halt: given.halt ?? null,
    flight,
    marked: new Map((given.marked ?? []).map((row) => [row.position, row])),
    policy: { ...policy, ...given.policy },
    now: NOW,
    random: 0.5,
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
    expect(wait({ type: "retry", reason: "" }, 0)).toBe(2);
    expect(wait({ type: "retry", reason: "" }, 3)).toBe(16);
    expect(wait({ type: "retry", reason: "" }, 50)).toBe(300);
    expect(wait({ type: "blocked", reason: "" })).toBe(900);
    expect(settled({ halt: { type: "blocked", reason: "share it" } }).change).toMatchObject({
      state: "blocked",
      failures: 1,
      lastError: "share it",
      hold: false,
    });
  });

  it("rests between two pages of a kind that gathers its backlog", () => {
    const gap = { pageGapSeconds: 2 };
    const { change } = settled({ positions: [11], outcomes: { 11: delivered }, policy: gap });
    expect([change.nextAt, change.hold]).toEqual([NOW + 2000, false]);
    expect(settled({ positions: [], policy: gap }).change.hold).toBe(true);
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

  it("are taken back for entries that were marked and not attempted", () => {
    const halt = { type: "retry", reason: "429" } as const;
    const { unmark } = settled({
      outcomes: { 11: delivered },
      halt,
      policy: { ledger: true },
      marked: [row(11), row(12), row(14)],
    });
    expect(unmark).toEqual([12, 14]);
  });

  it("stay as marked when it is not known whether they were attempted: nothing in doubt is taken back", () => {
    const halt = { type: "unknown", reason: "a bug", afterSeconds: 9 } as const;
    const ledger = { policy: { ledger: true }, halt };
    const fresh = settled({ ...ledger, marked: [row(11), row(12), row(14)] });
    expect([fresh.unmark, fresh.writes]).toEqual([[], []]);
    const before = row(3, { state: "retrying", attempts: 1 });
    const { writes } = settled({
      ...ledger,
      due: true,
      positions: [3],
      rows: [before],
      marked: [row(3, { attempts: 2 })],
    });
    expect(writes).toMatchObject([{ position: 3, state: "unknown", attempts: 2, nextAt: NOW + 9000 }]);
  });

  it("of deliveries that were due wait with the cursor when they were not attempted", () => {
    const halt = { type: "retry", reason: "429", afterSeconds: 9 } as const;
    const { writes } = settled({ due: true, positions: [3], halt, rows: [row(3, { state: "retrying", attempts: 2 })] });
    expect(writes).toMatchObject([{ position: 3, state: "retrying", attempts: 2, nextAt: NOW + 9000 }]);
  });
});
