/** What was erased after a backup was made does not come back with it. */
import { describe, expect, it } from "vitest";
import { ERASED_FORMS } from "../../src/core/backup";
import { parseResponseId } from "../../src/core/ids";
import { markErasedForm } from "../../src/dispatch/backup-retention";
import { sweep } from "../../src/dispatch/sweep";
import { call } from "../support/api";
import { bucket, createBackups, createRestore, SMALL, SOURCE, TARGET } from "../support/backup";
import { prepareDrill } from "../support/drill";
import { everywhere } from "../support/shards";

const drill = prepareDrill();

describe("what was erased", () => {
  it("after the backup does not come back with it: a mark lies beside it; of a form all of it goes", async () => {
    const [erased = "", spared = ""] = drill.filled.ids.slice(8);
    await call("DELETE", `/v1/forms/${drill.filled.form}/responses/${erased}`, { key: drill.filled.key });
    await markErasedForm(bucket, drill.filled.form);
    const restore = createRestore({ backup: drill.id });
    await restore.finish();
    await bucket.delete(ERASED_FORMS + drill.filled.form);
    const on = (response: string) => TARGET.get(parseResponseId(response)?.shard ?? 0).db;
    const row = async (response: string) =>
      on(response)
        .prepare("SELECT answers, erased_at > 0 AS erased FROM responses WHERE id = ?")
        .bind(parseResponseId(response)?.position)
        .first();
    expect(await row(erased)).toEqual({ answers: "{}", erased: 1 });
    expect(await row(spared)).toMatchObject({ erased: null });
    const told = await on(erased).prepare("SELECT response FROM revisions WHERE event = 'erased'").all();
    expect(told.results).toContainEqual({ response: parseResponseId(erased)?.position });
    // A sweep takes some steps, and each segment one: a form may have one for each response.
    const form = () => TARGET.control.prepare("SELECT 1 FROM forms WHERE id = ?").bind(drill.filled.form).first();
    for (let sweeps = 0; sweeps < 40 && (await form()) !== null; sweeps += 1) {
      await sweep({ ...restore.ctx(), wake: async () => {} }, Date.now() + 1_000);
    }
    expect(await row(spared)).toBeNull();
    expect(await form()).toBeNull();
  });
});

it("what was about to be sent of it when the backup was made is not in the page that comes back", async () => {
  const [erased = "", spared = ""] = drill.filled.ids.slice(10);
  const [shard, position] = [parseResponseId(erased)?.shard ?? 0, parseResponseId(erased)?.position ?? 0];
  const other = parseResponseId(spared)?.position ?? 0;
  const marks = [
    [position, { text: "for her alone" }],
    [other, { text: "to somebody else" }],
  ];
  const set = (flight: string | null) =>
    SOURCE.get(shard)
      .db.prepare("UPDATE cursors SET flight = ? WHERE kind = 'google-sheets' AND segment = ?")
      .bind(flight, Math.floor(position / 2 ** 33))
      .run();
  await set(JSON.stringify({ feed: "responses", markedAt: 5, marks }));
  const id = await createBackups({ ...SMALL, parts: 100 }).make();
  await set(null);
  await call("DELETE", `/v1/forms/${drill.filled.form}/responses/${erased}`, { key: drill.filled.key });
  await createRestore({ backup: id }).finish();
  const flights = await TARGET.get(shard)
    .db.prepare("SELECT flight->'marks' AS marks FROM cursors WHERE flight IS NOT NULL")
    .all<{ marks: string }>();
  const restored = flights.results.map((row) => JSON.parse(row.marks));
  expect(restored).toEqual([
    [
      [position, null],
      [other, { text: "to somebody else" }],
    ],
  ]);
});

it("a long list of what was erased is worked through to its end, some thousand at a time", async () => {
  const wanted = drill.filled.ids.slice(6, 8).map((response) => parseResponseId(response)?.position ?? 0);
  const there = await everywhere(
    "SELECT $shard AS shard, id AS position, nonce FROM responses WHERE id IN (?, ?)",
    ...wanted,
  );
  const others = Array.from({ length: 2_300 }, (_, i) => ({ shard: i % 3, position: 1e15 + i, nonce: "nobody's" }));
  const responses = [...others, ...(there as typeof others)];
  const restore = createRestore({ backup: drill.id, erased: { forms: [], responses } });
  while ((await restore.piece(undefined, 1)).state !== "complete");
  const erased = await Promise.all(
    TARGET.all.map(({ db }) =>
      db
        .prepare("SELECT id FROM responses WHERE erased_at IS NOT NULL AND id IN (?, ?)")
        .bind(...wanted)
        .all<{ id: number }>(),
    ),
  );
  const ids = erased.flatMap(({ results }) => results.map((one) => one.id));
  expect(ids.toSorted((a, b) => a - b)).toEqual(wanted);
});
