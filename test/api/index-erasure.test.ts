/** What a deleted integration left in SEARCH_DB: erased by its kind's worker, which the sweeper asks. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { eraseDeletedForms, eraseDeletedIntegrations } from "../../src/dispatch/erase";
import { sweep } from "../../src/dispatch/sweep";
import { openContributions } from "../../src/store/contributions";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { askWorker, catchUp } from "../support/indexes";
import { rowsUnder, segmentOf } from "../support/rows";
import { onlyOnOneShard } from "../support/shards";

const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const search = env.TEST_SEARCH_DB;
const SUMMARY = { kind: "summary", config: {} };
/** Kinds that keep an index, and the tables that each has of its own: a row for each response here. */
const INDEXES: readonly { kind: string; config: unknown; own: readonly string[] }[] = [
  { ...SUMMARY, own: [] },
  { kind: "search", config: {}, own: ["search_documents"] },
  { kind: "slang", config: { text: "name", city: "name" }, own: ["slang_terms"] },
  {
    kind: "rules",
    config: { rules: [{ name: "r", message: "m", lookup: { same: ["name"] } }] },
    own: ["rule_keys", "rule_pending"],
  },
];
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" } };

let key = "";
let form = "";
beforeEach(async () => {
  await eraseDeletedIntegrations(ctx, 1);
  key = await newWorkspace();
  form = await newForm(key);
  for (let i = 0; i < 7; i += 1) await submit(form, { name: `n${i}`, city: i % 2 ? "pune" : "delhi" });
});

async function integrate(body: unknown = SUMMARY): Promise<{ id: string; no: number }> {
  const { id } = (await call("POST", `/v1/forms/${form}/integrations`, { key, body })).body;
  const row = await env.DB.prepare("SELECT no FROM integrations WHERE id = ?").bind(id).first<{ no: number }>();
  await catchUp(form);
  const no = row?.no ?? 0;
  // As a worker leaves them that dies: nobody waits to be judged otherwise.
  const pending =
    "INSERT INTO rule_pending SELECT integration, position, shard, 1 FROM rule_keys WHERE integration = ?";
  await search.prepare(pending).bind(no).run();
  return { id, no };
}
const remove = ({ id }: { id: string }) => call("DELETE", `/v1/forms/${form}/integrations/${id}`, { key });
const under = async ({ no }: { no: number }) => {
  const { forgotten: _, ...rest } = await rowsUnder(no, search);
  return rest;
};
const erasedAt = async ({ no }: { no: number }): Promise<number | null | undefined> =>
  (
    await env.DB.prepare("SELECT erased_at AS at FROM deleted_integrations WHERE no = ?")
      .bind(no)
      .first<{ at: number }>()
  )?.at;
const expectNothing = async (gone: { no: number }) => {
  for (const [table, rows] of Object.entries(await under(gone))) expect([table, rows]).toEqual([table, 0]);
};

describe("the index of a deleted integration", () => {
  onlyOnOneShard("counts the rows of one segment").it.each(INDEXES)(
    "of the kind $kind is erased in bounded steps that may be repeated, and nothing of another one",
    async ({ own, ...body }) => {
      for (let i = 0; i < 7; i += 1)
        await call("POST", "/v1/lexicon", { key, body: { term: `n${i}`, language: "en" } });
      const [gone, other] = [await integrate(body), await integrate(body)];
      const before = await under(other);
      expect(before).toMatchObject({
        fences: 1,
        contributions: 7,
        ...Object.fromEntries(own.map((table) => [table, 7])),
      });
      await remove(gone);
      const sizes: (number | undefined)[] = [];
      // Two steps find the shard empty and ask the worker once.
      while ((await erasedAt(gone)) === null) {
        await eraseDeletedIntegrations(ctx, 9, { rows: 2, steps: 2 });
        sizes.push((await under(gone)).contributions);
        expect(sizes.length).toBeLessThan(40);
      }
      expect(sizes.slice(0, 4)).toEqual([5, 3, 1, 0]);
      // Of the others the table with the most rows needs the most steps; one more finds nothing.
      const { contributions = 0, ...others } = before;
      const most = Math.max(...Object.values(others));
      expect(sizes).toHaveLength(Math.ceil(contributions / 2) + Math.ceil(most / 2) + 1);
      await expectNothing(gone);
      expect(await erasedAt(gone)).toBe(9);
      expect(await under(other)).toEqual(before);
    },
  );

  it("is tried with every table that there is", async () => {
    const tables = Object.keys(await under({ no: 0 }));
    const tried = ["fences", "contributions", "counts", ...INDEXES.flatMap(({ own }) => own)];
    expect(tables.toSorted()).toEqual(tried.toSorted());
  });

  onlyOnOneShard("its worker is at one segment").it(
    "is out of reach of the worker that was at it, from the first step on",
    async () => {
      const gone = await integrate();
      const holder = { integration: gone.no, shard: 0, segment: await segmentOf(form), epoch: 1_000_000 };
      await remove(gone);
      await eraseDeletedIntegrations(ctx, 1, { rows: 2, steps: 2 });
      await expect(openContributions(search, holder, [1])).rejects.toThrow(/fences.epoch/);
      await eraseDeletedIntegrations(ctx, 1);
      await expect(openContributions(search, holder, [1])).rejects.toThrow(/fences.epoch/);
      await expectNothing(gone);
    },
  );

  it("is erased by the sweep, also when its form is erased", async () => {
    const [first, second] = [await integrate(), await integrate()];
    await remove(first);
    await call("DELETE", `/v1/forms/${form}?retentionDays=0`, { key });
    await eraseDeletedForms(ctx, Date.now());
    await sweep({ ...ctx, wake: async () => {} }, Date.now());
    for (const gone of [first, second]) {
      await expectNothing(gone);
      expect(await erasedAt(gone)).toEqual(expect.any(Number));
    }
  });

  it("waits for a worker that does not answer, and nothing else waits for it", async () => {
    const gone = await integrate();
    const other = await integrate(SHEETS);
    await remove(gone);
    await remove(other);
    const failing = () => () => Promise.reject(new Error("no worker"));
    await eraseDeletedIntegrations({ ...ctx, indexEraser: (kind) => (kind === "summary" ? failing() : null) }, 5);
    expect([await erasedAt(gone), await erasedAt(other)]).toEqual([null, 5]);
    expect((await under(gone)).contributions).toBe(7);
    await eraseDeletedIntegrations(ctx, 6);
    await expectNothing(gone);
  });

  it("is not forgotten while the integration is there", async () => {
    const here = await integrate();
    const asked = await askWorker("summary", "/forget", { integration: here.no, limit: 10 });
    expect(asked.status).toBe(409);
    expect((await under(here)).contributions).toBe(7);
  });
});
