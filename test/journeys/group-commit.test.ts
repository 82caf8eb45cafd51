/** The group commit over real connections: two API workers over one database, clients that stay, and clients that hang up. */
import { expect, it } from "vitest";
import { crowd, hangUp } from "../../bench/crowd";
import { type Workerd, withWorkerd } from "../../bench/workerd";
import { parseResponseId, seqOf } from "../../src/core/ids";

const CLIENTS = 48;
const FORM = { title: "Crowd", questions: [{ ref: "n", type: "integer", title: "Number", required: true }] };
/** Numbers of those who hang up begin here. */
const LEAVING = 1_000_000;

/** All that is stored: number, and position in the form's segment. */
async function readAll({ call }: Workerd, path: string): Promise<{ n: number; seq: number }[]> {
  const all: { n: number; seq: number }[] = [];
  for (let cursor = ""; ; ) {
    const { items, next } = await call("GET", `${path}?limit=500${cursor}`);
    for (const { id, answers } of items) {
      all.push({ n: answers.n, seq: seqOf(parseResponseId(id)?.position ?? 0) });
    }
    if (next === null) return all;
    cursor = `&cursor=${next}`;
  }
}

it("answers everyone who stays while hundreds send and hang up, and stores each once, without a gap, over two workers", () =>
  withWorkerd({ twin: true, quiet: true }, async (workerd) => {
    const { ports, call, key } = workerd;
    const path = `/v1/forms/${(await call("POST", "/v1/forms", FORM)).id}/responses`;
    const both = [ports.api, ports.twin];
    const aim = {
      port: ports.api,
      path,
      headers: { Authorization: `Bearer ${key}` },
      body: (n: number) => JSON.stringify({ answers: { n } }),
      status: 201,
    };
    const leaving: Promise<void>[] = [];
    // One leaves for each one who is answered: some before their request is read, some while their group is written.
    const answered = () => {
      const port = both[leaving.length % 2] ?? ports.api;
      leaving.push(hangUp({ ...aim, port }, LEAVING + leaving.length, leaving.length % 25));
    };
    const seen = await crowd(aim, { connections: CLIENTS, requests: 600, first: 0, ports: both, answered });
    await Promise.all(leaving);

    expect([...seen.statuses]).toEqual([[201, 600]]);
    expect(leaving).toHaveLength(600);
    const stored = await readAll(workerd, path);
    const stayed = stored.filter(({ n }) => n < LEAVING).map(({ n }) => n);
    expect(stayed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, n) => n));
    expect(new Set(stored.map(({ n }) => n)).size).toBe(stored.length);
    const positions = stored.map(({ seq }) => seq).toSorted((a, b) => a - b);
    expect(positions).toEqual(Array.from({ length: stored.length }, (_, i) => i + 1));
  }));
