import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { eraseDeletedForms, eraseDeletedIntegrations } from "../../src/dispatch/erase";
import { sweep } from "../../src/dispatch/sweep";
import { markPage } from "../../src/store/flights";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createCursor } from "../support/cursors";
import { rowsUnder, segmentOf } from "../support/rows";
import { onlyOnOneShard } from "../support/shards";

const ctx = makeContext(env as Env, { waitUntil: () => {} }, "test");
const db = env.DB;
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" } };
const TEXT = "a text that was sent to a person";

let key = "";
let form = "";
let segment = 0;
beforeEach(async () => {
  await eraseDeletedIntegrations(ctx, 1);
  key = await newWorkspace();
  form = await newForm(key);
  segment = await segmentOf(form);
  for (let i = 0; i < 7; i += 1) await submit(form, { name: `n${i}` });
});

interface Made {
  readonly id: string;
  readonly no: number;
}

async function integrate(): Promise<Made> {
  const made = await call("POST", `/v1/forms/${form}/integrations`, { key, body: { ...SHEETS, start: "beginning" } });
  const row = await db.prepare("SELECT no FROM integrations WHERE id = ?").bind(made.body.id).first<{ no: number }>();
  return { id: made.body.id, no: row?.no ?? 0 };
}
const at = ({ id }: Made, below = "") => `/v1/forms/${form}/integrations/${id}${below}`;
const remove = (made: Made) => call("DELETE", at(made), { key });

/** What its worker would have left: texts and attempts of both feeds, and comparisons. */
async function leave({ no }: Made): Promise<void> {
  const row = db.prepare(
    `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, next_at, content)
     VALUES (?, ?, ?, 'delivered', 1, 1, 5, ?)`,
  );
  const content = JSON.stringify({ text: TEXT });
  const positions = [1, 2, 3, 4, 5, 6, 7].map((seq) => segment * 2 ** 33 + seq);
  const attempt = db.prepare(
    "INSERT INTO attempts (integration, feed, position, at, milliseconds, status, answer) VALUES (?, ?, ?, 1, 1, 200, ?)",
  );
  await db.batch([
    ...positions.map((position, i) => row.bind(no, i % 2, position, content)),
    ...positions.slice(0, 2).map((position, i) => attempt.bind(no, i % 2, position, TEXT)),
    db
      .prepare(
        "INSERT INTO notices (id, integration, event, reason, since, created_at) VALUES (?, ?, 'blocked', ?, 1, 1)",
      )
      .bind(segment * 2 ** 33 + no, no, TEXT),
    ...[1, 2, 3].map((startedAt) =>
      db
        .prepare("INSERT INTO reconciliations (segment, integration, started_at, examples) VALUES (?, ?, ?, '{}')")
        .bind(segment, no, startedAt),
    ),
  ]);
}

const under = ({ no }: Made) => rowsUnder(no);
const noted = ({ no }: Made) =>
  db
    .prepare("SELECT deleted_at AS deletedAt, erased_at AS erasedAt FROM deleted_integrations WHERE no = ?")
    .bind(no)
    .first();
const textsOf = async ({ no }: Made) => {
  const texts = "SELECT content AS text, integration FROM deliveries UNION SELECT answer, integration FROM attempts";
  const { results } = await db.prepare(`SELECT text FROM (${texts}) WHERE integration = ?`).bind(no).all();
  return JSON.stringify(results);
};

describe("the number of an integration", () => {
  it("never comes again, not even while what was delivered under it is still there", async () => {
    const first = await integrate();
    await leave(first);
    await remove(first);
    const second = await integrate();
    expect(second.no).toBeGreaterThan(first.no);
    const { body } = await call("GET", at(second, "/deliveries"), { key });
    const states = body.items.map((delivery: { state: string }) => delivery.state);
    expect([new Set(states), (await under(second)).deliveries]).toEqual([new Set(["pending"]), 0]);
    await remove(second);
    await eraseDeletedIntegrations(ctx, 1);
    expect((await integrate()).no).toBeGreaterThan(second.no);
  });

  it("does not come again after its form is erased", async () => {
    const made = await integrate();
    await call("DELETE", `/v1/forms/${form}?retentionDays=0`, { key });
    // A sweep takes some steps, and each segment one.
    for (let sweeps = 0; (await eraseDeletedForms(ctx, Date.now())) === 0; sweeps += 1) expect(sweeps).toBeLessThan(9);
    expect(await noted(made)).not.toBeNull();
    form = await newForm(key);
    expect((await integrate()).no).toBeGreaterThan(made.no);
  });

  it("is not given out under a form that is deleted, whoever remembers the form", async () => {
    await db.prepare("UPDATE forms SET deleted_at = 1 WHERE id = ?").bind(form).run();
    const refused = await call("POST", `/v1/forms/${form}/integrations`, { key, body: SHEETS });
    expect([refused.status, refused.body.detail]).toEqual([404, "There is no such form."]);
    const link = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha" } });
    expect([link.status, link.body.detail]).toEqual([404, "There is no such form."]);
  });
});

describe("what a deleted integration left", () => {
  onlyOnOneShard("counts the rows of one cursor").it(
    "is erased in bounded steps that may be repeated, and nothing of another one",
    async () => {
      const [gone, other] = [await integrate(), await integrate()];
      await leave(gone);
      await leave(other);
      const before = await under(other);
      // A new table is filled above, and erased in store/integration-erasure.ts.
      expect(before).toEqual({ attempts: 2, cursors: 1, deliveries: 7, notices: 1, reconciliations: 3 });
      await remove(gone);
      // A cursor that was made while the integration was deleted.
      const cursor = { segment, integration: gone.no, kind: "google-sheets", position: segment * 2 ** 33 };
      await createCursor(db, { ...cursor, revisionPosition: null, reconcileAt: null });
      const sizes: (number | undefined)[] = [];
      while ((await noted(gone))?.erasedAt === null) {
        await eraseDeletedIntegrations(ctx, 9, { rows: 2, steps: 1 });
        sizes.push((await under(gone)).deliveries);
        expect(sizes.length).toBeLessThan(20);
      }
      expect(sizes).toEqual([5, 3, 1, 0, 0]);
      expect(await under(gone)).toEqual({ attempts: 0, cursors: 0, deliveries: 0, notices: 0, reconciliations: 0 });
      expect(await noted(gone)).toEqual({ deletedAt: expect.any(Number), erasedAt: 9 });
      expect(await under(other)).toEqual(before);
    },
  );

  it("is out of reach of the worker that was at it", async () => {
    const gone = await integrate();
    const holder = { segment, integration: gone.no, epoch: 0 };
    const row = { feed: 0, state: "sending", attempts: 1, looks: 0, triedAt: 1, nextAt: null, rank: 0 } as const;
    const rest = { reference: null, status: null, reason: null, content: JSON.stringify({ text: TEXT }) };
    const write = (seq: number) =>
      markPage(db, holder, { flight: null, rows: [{ ...row, ...rest, position: segment * 2 ** 33 + seq }] });
    expect(await write(1)).toBe(true);
    await remove(gone);
    expect(await write(2)).toBe(false);
    await eraseDeletedIntegrations(ctx, 1);
    expect(await write(3)).toBe(false);
    expect(await under(gone)).toMatchObject({ deliveries: 0 });
  });

  it("is erased by the sweep, so that the text of an erased response is gone too", async () => {
    const gone = await integrate();
    await leave(gone);
    await remove(gone);
    const { items } = (await call("GET", `/v1/forms/${form}/responses`, { key })).body;
    for (const { id } of items) await call("DELETE", `/v1/forms/${form}/responses/${id}`, { key });
    expect(await textsOf(gone), "it has no cursor to be found by").toContain(TEXT);
    await sweep({ ...ctx, wake: async () => {} }, Date.now());
    expect(await textsOf(gone)).not.toContain(TEXT);
  });
});
