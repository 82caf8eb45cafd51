import { describe, expect, it } from "vitest";
import { CommitTimeout, createGroupCommit, type GroupCommitOptions, QueueFull } from "./group-commit";

/** Who waits loses patience after this, and goes on however long this machine stands still meanwhile. */
const IMPATIENT = { patienceMs: 40, deadlineMs: 20_000 };
/** Much longer than anything takes here. */
const SEEN = { interval: 2, timeout: 20_000 };

/** A store in memory whose writes are finished, failed or lost by hand. */
function handmade(
  limits: GroupCommitOptions<string, number>["limits"] = {},
  turn?: GroupCommitOptions<string, number>["turn"],
) {
  const stored: string[] = [];
  const calls: { entries: readonly string[]; commit(): void; fail(error?: Error): void; loseAnswer(): void }[] = [];
  const commit = (entries: readonly string[]) =>
    entries.map((entry) => (stored.includes(entry) ? stored.indexOf(entry) : stored.push(entry) - 1));
  const group = createGroupCommit<string, number>({
    write: (entries) =>
      new Promise((resolve, reject) => {
        calls.push({
          entries,
          commit: () => resolve(commit(entries)),
          fail: (error = new Error("Network connection lost")) => reject(error),
          loseAnswer: () => {
            commit(entries);
            reject(new Error("Network connection lost"));
          },
        });
      }),
    conflictOf: (entry) => (entry.startsWith("key:") ? (entry.split("/")[0] ?? null) : null),
    sizeOf: (entry) => entry.length,
    isRefused: (error) => error instanceof Error && error.message === "overloaded",
    now: () => Date.now(),
    ...(turn && { turn }),
    limits: { patienceMs: 20_000, deadlineMs: 40_000, ...limits },
  });
  const call = async (n: number) => {
    await expect.poll(() => calls.length, SEEN).toBeGreaterThan(n);
    const found = calls[n];
    if (!found) throw new Error("no such call");
    return found;
  };
  /** Commits each write from the n-th on, as it comes, until `work` is done. */
  const commitUntil = async <T>(work: Promise<T>, n: number): Promise<T> => {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    for (let next = n; !over; await new Promise((resolve) => setTimeout(resolve, 1))) {
      for (; calls[next]; next += 1) calls[next]?.commit();
    }
    return work;
  };
  return { group, stored, calls, call, commitUntil };
}

describe("group commit", () => {
  it("lets the first submission through at once and the next ones share a batch", async () => {
    const { group, call, calls } = handmade();
    const all = ["a", "b", "c", "d"].map((entry) => group.submit(entry));
    (await call(0)).commit();
    (await call(1)).commit();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
    expect(calls.map((c) => c.entries)).toEqual([["a"], ["b", "c", "d"]]);
  });

  /** Turns of the event loop that end by hand. */
  function handTurned(limits?: Parameters<typeof handmade>[0]) {
    const turns: (() => void)[] = [];
    return { ...handmade(limits, () => new Promise<void>((resolve) => turns.push(resolve))), turns };
  }

  /** One submission, and behind it so many as one group: the next one may wait for as many. */
  async function afterGroupOf({ group, call }: Pick<ReturnType<typeof handmade>, "group" | "call">, entries: string) {
    const all = ["a", ...entries].map((entry) => group.submit(entry));
    for (const n of [0, 1]) (await call(n)).commit();
    await Promise.all(all);
  }

  it("lets those in who are at the door, as long as each turn brings somebody", async () => {
    const made = handTurned();
    const { group, call, calls, turns } = made;
    await afterGroupOf(made, "bcdef");
    const all = [group.submit("g")];
    for (const [n, next] of ["h", "i", null].entries()) {
      await expect.poll(() => turns.length, SEEN).toBe(n + 1);
      if (next !== null) all.push(group.submit(next));
      turns[n]?.();
    }
    (await call(2)).commit();
    expect(await Promise.all(all)).toEqual([6, 7, 8]);
    expect(calls[2]?.entries).toEqual(["g", "h", "i"]);
    expect(turns).toHaveLength(3);
  });

  it("waits for nobody once as many are there as the last time", async () => {
    const made = handTurned();
    const { group, call, calls, turns } = made;
    await afterGroupOf(made, "bc");
    const all = ["d", "e"].map((entry) => group.submit(entry));
    turns[0]?.();
    const third = await call(2);
    all.push(...["f", "g", "h"].map((entry) => group.submit(entry)));
    third.commit();
    (await call(3)).commit();
    expect(await Promise.all(all)).toEqual([3, 4, 5, 6, 7]);
    expect(calls.slice(2).map(({ entries }) => entries)).toEqual([
      ["d", "e"],
      ["f", "g", "h"],
    ]);
    expect(turns).toHaveLength(1);
  });

  it("makes nobody wait for others where submissions come one by one", async () => {
    const { group, call } = handmade({}, () => new Promise(() => {}));
    const all = [group.submit("a"), group.submit("b")];
    (await call(0)).commit();
    (await call(1)).commit();
    expect(await Promise.all(all)).toEqual([0, 1]);
    const last = group.submit("c");
    (await call(2)).commit();
    expect(await last).toBe(2);
  });

  it("lets others in before a group although nobody waits yet, right after a group of several", async () => {
    const made = handmade();
    const { group, call, calls } = made;
    await afterGroupOf(made, "bc");
    const more = ["d", "e", "f"].map((entry) => group.submit(entry));
    (await call(2)).commit();
    expect(await Promise.all(more)).toEqual([3, 4, 5]);
    expect(calls[2]?.entries).toEqual(["d", "e", "f"]);
  });

  it("lets others in once more after a group of several, and no more once submissions come one by one again", async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    const made = handmade({}, turn);
    const { group, call, calls } = made;
    await afterGroupOf(made, "bc");
    const taken: number[] = [];
    for (const [n, entry] of ["d", "e", "f"].entries()) {
      const before = turns;
      const one = group.submit(entry);
      (await call(2 + n)).commit();
      await one;
      taken.push(turns - before);
    }
    expect(taken).toEqual([1, 0, 0]);
    expect(calls.slice(2).map(({ entries }) => entries)).toEqual([["d"], ["e"], ["f"]]);
  });

  it("goes on without a leader that hangs while it lets others in, and writes nothing twice when it comes back", async () => {
    const made = handTurned(IMPATIENT);
    const { group, call, calls, commitUntil, turns } = made;
    await afterGroupOf(made, "bcd");
    const all = ["e", "f"].map((entry) => group.submit(entry));
    const takeover = await call(2);
    expect(takeover.entries.toSorted()).toEqual(["e", "f"]);
    expect((await commitUntil(Promise.all(all), 2)).toSorted()).toEqual([4, 5]);
    const written = calls.length;
    expect(turns).not.toHaveLength(0);
    for (const comeBack of turns) comeBack();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(calls).toHaveLength(written);
  });

  it("settles each submission of a failed batch alone, so that a bad one fails alone", async () => {
    const { group, call } = handmade();
    const first = group.submit("a");
    const others = [group.submit("b"), group.submit("bad")];
    const settled = Promise.allSettled(others);
    (await call(0)).commit();
    (await call(1)).fail();
    const [second, third] = [await call(2), await call(3)];
    expect([second.entries, third.entries]).toEqual([["b"], ["bad"]]);
    second.commit();
    third.fail(new Error("constraint"));
    expect(await first).toBe(0);
    expect((await settled).map((s) => s.status)).toEqual(["fulfilled", "rejected"]);
  });

  /** Ten that wait behind a first one, as one group whose write fails. */
  async function failedTen(limits?: Parameters<typeof handmade>[0]) {
    const made = handmade(limits);
    const all = ["a", ..."bcdefghijk"].map((entry) => made.group.submit(entry));
    (await made.call(0)).commit();
    (await made.call(1)).fail();
    await made.call(5);
    expect(made.calls.slice(2).map(({ entries }) => entries.join(""))).toEqual(["bcd", "efg", "hij", "k"]);
    return { ...made, settled: Promise.allSettled(all) };
  }

  it("tries a failed batch again in parts, and of a part that fails each alone", async () => {
    const { calls, call, settled } = await failedTen();
    for (const n of [2, 4, 5]) calls[n]?.commit();
    calls[3]?.fail();
    await call(8);
    expect(calls.slice(6).map(({ entries }) => entries.join(""))).toEqual(["e", "f", "g"]);
    calls[6]?.commit();
    calls[7]?.fail(new Error("constraint"));
    calls[8]?.commit();
    const states = (await settled).map(({ status }) => status === "fulfilled");
    expect(states).toEqual([true, true, true, true, true, false, true, true, true, true, true]);
    expect(calls).toHaveLength(9);
  });

  it("goes on without the first of a part that hangs, and stores each once although it comes back", async () => {
    const { calls, stored, settled, commitUntil } = await failedTen({ patienceMs: 1_000 });
    for (const n of [3, 4, 5]) calls[n]?.commit();
    const states = (await commitUntil(settled, 6)).map(({ status }) => status);
    expect(new Set(states)).toEqual(new Set(["fulfilled"]));
    calls[2]?.commit();
    expect(
      calls
        .slice(6)
        .map(({ entries }) => entries.join(""))
        .toSorted(),
    ).toEqual(["b", "c", "d"]);
    expect(new Set(stored).size).toBe(11);
    expect(stored).toHaveLength(11);
  });

  it("passes the refusal of a part on to all of it", async () => {
    const { calls, settled } = await failedTen();
    for (const n of [2, 4, 5]) calls[n]?.commit();
    calls[3]?.fail(new Error("overloaded"));
    expect((await settled).filter(({ status }) => status === "rejected")).toHaveLength(3);
    expect(calls).toHaveLength(6);
  });

  it("answers everyone once when the answer to a committed batch is lost", async () => {
    const { group, call, stored } = handmade();
    const all = [group.submit("a"), group.submit("b"), group.submit("c")];
    (await call(0)).commit();
    (await call(1)).loseAnswer();
    (await call(2)).commit();
    (await call(3)).commit();
    expect(await Promise.all(all)).toEqual([0, 1, 2]);
    expect(stored).toEqual(["a", "b", "c"]);
  });

  it("goes on without a leader that hangs, and answers its followers once although it comes back", async () => {
    const { group, call, stored, calls, commitUntil } = handmade(IMPATIENT);
    const all = [group.submit("a"), group.submit("b")];
    const hung = await call(0);
    expect(hung.entries).toEqual(["a"]);
    const takeover = await call(1);
    expect([...takeover.entries].sort()).toEqual(["a", "b"]);
    expect((await commitUntil(Promise.all(all), 1)).toSorted()).toEqual([0, 1]);
    hung.commit();
    await expect.poll(() => stored.length, SEEN).toBe(2);
    const at = calls.length;
    const later = group.submit("c");
    (await call(at)).commit();
    expect(await later).toBe(2);
  });

  it("tells a submission that no batch took that nothing was stored, when its time is over", async () => {
    const { group, call, calls } = handmade({ deadlineMs: 60, group: 1 });
    const first = group.submit("a").catch((error) => error);
    await call(0);
    const second = await Promise.race([group.submit("b").catch((e) => e), new Promise((r) => setTimeout(r, 20_000))]);
    expect(second).toBeInstanceOf(CommitTimeout);
    expect(second.mayBeStored).toBe(false);
    expect((await first).mayBeStored).toBe(true);
    expect(calls).toHaveLength(1);
  });

  it("sheds submissions beyond its bound instead of letting them wait", async () => {
    const { group, call } = handmade({ waiting: 2 });
    const taken = [group.submit("a"), group.submit("b"), group.submit("c")];
    await expect(group.submit("d")).rejects.toBeInstanceOf(QueueFull);
    (await call(0)).commit();
    (await call(1)).commit();
    expect(await Promise.all(taken)).toEqual([0, 1, 2]);
  });

  it("passes a refusal on at once: an overloaded store is not asked again by everyone", async () => {
    const { group, call, calls } = handmade();
    const all = Promise.allSettled([group.submit("a"), group.submit("b"), group.submit("c")]);
    (await call(0)).fail(new Error("overloaded"));
    (await call(1)).fail(new Error("overloaded"));
    expect((await all).map((s) => s.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(calls).toHaveLength(2);
  });

  it("does not say that nothing was stored of those that an earlier batch may have stored, whoever is overloaded now", async () => {
    const { group, call, stored } = handmade();
    const first = group.submit("a");
    const all = Promise.allSettled([group.submit("b"), group.submit("c")]);
    (await call(0)).commit();
    (await call(1)).loseAnswer();
    for (const n of [2, 3]) (await call(n)).fail(new Error("overloaded"));
    for (const one of await all) expect(one).toMatchObject({ reason: { name: "CommitTimeout", mayBeStored: true } });
    expect(await first).toBe(0);
    expect(stored).toEqual(["a", "b", "c"]);
  });

  it("nor of those whose batch has not come back when somebody else takes the lead and is refused", async () => {
    const { group, call } = handmade(IMPATIENT);
    const all = Promise.allSettled([group.submit("a"), group.submit("b")]);
    const hung = await call(0);
    (await call(1)).fail(new Error("overloaded"));
    const [a, b] = await all;
    expect(a).toMatchObject({ reason: { name: "CommitTimeout", mayBeStored: true } });
    expect(b).toMatchObject({ reason: { message: "overloaded" } });
    hung.commit();
  });

  it("never puts two submissions with one key into a batch", async () => {
    const { group, call, calls } = handmade();
    const all = [group.submit("a"), group.submit("key:1/x"), group.submit("key:1/y"), group.submit("b")];
    (await call(0)).commit();
    (await call(1)).commit();
    (await call(2)).commit();
    await Promise.all(all);
    expect(calls.map((c) => c.entries)).toEqual([["a"], ["key:1/x", "b"], ["key:1/y"]]);
  });

  it("bounds the bytes that wait", async () => {
    const { group, call } = handmade({ waitingBytes: 100 });
    const taken = [group.submit("a"), group.submit("b".repeat(100))];
    await expect(group.submit("c")).rejects.toBeInstanceOf(QueueFull);
    (await call(0)).commit();
    (await call(1)).commit();
    await Promise.all(taken);
    const later = group.submit("c");
    (await call(2)).commit();
    expect(await later).toBe(2);
  });

  it("sheds at once who would wait too long behind a slow store, and nobody once it is fast again", async () => {
    const { group, call, calls, commitUntil } = handmade({ group: 2, waitMs: 300 });
    const slow = group.submit("a");
    const first = await call(0);
    await new Promise((resolve) => setTimeout(resolve, 400));
    first.commit();
    await slow;
    const taken = ["b", "c", "d"].map((entry) => group.submit(entry));
    await expect(group.submit("e")).rejects.toBeInstanceOf(QueueFull);
    await commitUntil(Promise.all(taken), 1);
    for (let n = 0; n < 20; n += 1) {
      const at = calls.length;
      await commitUntil(group.submit(`fast ${n}`), at);
    }
    const at = calls.length;
    const later = Promise.all(["f", "g", "h", "i", "j"].map((entry) => group.submit(entry)));
    expect(await commitUntil(later, at)).toHaveLength(5);
  });

  it("stores a thousand at once in as many batches as it takes, each once", async () => {
    const { group, calls, stored, commitUntil } = handmade();
    const all = Promise.all(Array.from({ length: 1_000 }, (_, n) => group.submit(`entry ${n}`)));
    await commitUntil(all, 0);
    expect(new Set(await all).size).toBe(1_000);
    expect(stored).toHaveLength(1_000);
    expect(calls.map(({ entries }) => entries.length)).toEqual([1, ...Array(7).fill(128), 103]);
  });

  it("answers everyone although one leader after the other is cancelled with its write", async () => {
    const { group, call, stored, commitUntil } = handmade({ patienceMs: 5, deadlineMs: 20_000 });
    const all = Promise.all(Array.from({ length: 300 }, (_, n) => group.submit(`entry ${n}`)));
    // A hundred writes in a row are never answered.
    await call(100);
    await commitUntil(all, 100);
    expect(stored).toHaveLength(300);
  });
});
