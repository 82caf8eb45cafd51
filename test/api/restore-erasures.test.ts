/** A restore that meets many responses that were erased since the backup: some at a time, and all in the end. */
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { Erasure } from "../../src/core/backup";
import { openShards } from "../../src/store/shards";
import { call, newForm, newWorkspace } from "../support/api";
import { createBackups, createRestore, empty, prepareOthers, SOURCE, TARGET } from "../support/backup";

const COUNT = 70;

it("erases fifty in a piece and stays where it is, until none of them is left", async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  await prepareOthers();
  await empty(SOURCE);
  await empty(TARGET);
  const form = await newForm(await newWorkspace());
  const responses = Array.from({ length: COUNT + 5 }, (_, i) => ({ answers: { name: `n${i}` } }));
  expect((await call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } })).status).toBe(207);
  const { results } = await env.DB.prepare("SELECT id AS position, nonce FROM responses ORDER BY id LIMIT ?")
    .bind(COUNT)
    .all<Omit<Erasure, "shard">>();
  const backup = await createBackups().make(openShards({ ...env, DB: env.DB, DB_1: SOURCE.get(1).db }));
  const erased = { forms: [], responses: results.map((one) => ({ shard: 0, ...one })) };

  const restore = createRestore({ backup, erased });
  const places: unknown[][] = [];
  for (let state = "running"; state === "running"; ) {
    state = (await restore.piece(TARGET, 1)).state;
    const row = await TARGET.control
      .prepare("SELECT phase, place FROM restores")
      .first<{ phase: string; place: number }>();
    const gone = "SELECT count(*) AS n FROM responses WHERE erased_at IS NOT NULL AND answers = '{}'";
    const step = [row?.phase, row?.place, await TARGET.control.prepare(gone).first<number>("n")];
    if (row?.phase === "erasures" || row?.phase === "traces") places.push(step);
  }
  expect(places).toEqual([
    ["erasures", 0, 0],
    ["erasures", 0, 50],
    ["traces", 0, COUNT],
  ]);
  const spared = "SELECT count(*) AS n FROM responses WHERE erased_at IS NULL";
  expect(await TARGET.control.prepare(spared).first("n")).toBe(5);
});
