/**
 * The group commit over real connections: two gateways over one database, clients that stay, and clients that hang up.
 */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { crowd, hangUp } from "../../bench/crowd";
import { type Workerd, withWorkerd } from "../../bench/workerd";
import { parseResponseId, seqOf } from "../../src/core/ids";

const CLIENTS = 8;
const STAYING = 200;
/** For each one who is answered. */
const LEAVING_EACH = 3;
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

it(
  "answers everyone who stays while hundreds send and hang up, and stores each once, without a gap, over two workers",
  {
    timeout: 180_000,
  },
  () =>
    withWorkerd({ gateway: "bench/gated-worker.ts", twin: true, quiet: true }, async (workerd) => {
      const { ports, call, key } = workerd;
      const path = `/v1/forms/${(await call("POST", "/v1/forms", FORM)).id}/responses`;
      const both = [ports.gateway, ports.twin];
      // Long enough that who leaves at once leaves in mid-write.
      for (const port of both) await fetch(`http://127.0.0.1:${port}/_bench/d1?ms=30&to=60`, { method: "POST" });
      const aim = {
        port: ports.gateway,
        path,
        headers: { Authorization: `Bearer ${key}` },
        body: (n: number) => JSON.stringify({ answers: { n } }),
        status: 201,
      };
      const leaving: Promise<void>[] = [];
      // Some leave before their request is read, some while they lead a group: they come in between the others, not
      // with them.
      const leave = async (k: number) => {
        await pause((k * 7) % 45);
        await hangUp({ ...aim, port: both[k % 2] ?? ports.gateway }, LEAVING + k, (k * 5) % 30);
      };
      const answered = () => {
        for (let i = 0; i < LEAVING_EACH; i += 1) leaving.push(leave(leaving.length));
      };
      const seen = await crowd(aim, { connections: CLIENTS, requests: STAYING, first: 0, ports: both, answered });
      await Promise.all(leaving);

      expect([...seen.statuses]).toEqual([[201, STAYING]]);
      expect(leaving).toHaveLength(STAYING * LEAVING_EACH);
      const stored = await readAll(workerd, path);
      const stayed = stored.filter(({ n }) => n < LEAVING).map(({ n }) => n);
      expect(stayed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: STAYING }, (_, n) => n));
      expect(new Set(stored.map(({ n }) => n)).size).toBe(stored.length);
      const positions = stored.map(({ seq }) => seq).toSorted((a, b) => a - b);
      expect(positions).toEqual(Array.from({ length: stored.length }, (_, i) => i + 1));
    }),
);
