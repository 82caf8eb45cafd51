/** A re-check whose worker dies, that two workers hold, that is overtaken by edits; and what it costs. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { parseResponseId, segmentStart } from "../../src/core/ids";
import type { RecheckLimits } from "../../src/dispatch/recheck";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { type D1Call, gatedD1 } from "../support/gated-d1";
import { countRows } from "../support/meter";
import { createRechecks, progressOf } from "../support/recheck";
import { segmentOf } from "../support/rows";
import { BROKEN, FLAG, GOOD, RULED } from "../support/rules";
import { everywhere, onlyOnOneShard } from "../support/shards";

const { rules, translations: _, ...UNRULED } = RULED;
const SMALL: RecheckLimits = { page: 2, pages: 10, all: 10 };
const NAMES = ["Asha", "Binu", "Chitra", "Dev", "Esha", "Farid"];
let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  for (const table of ["rechecks", "recheck_requests"]) await everywhere(`DELETE FROM ${table}`);
  form = await newForm(key, UNRULED);
});

const publish = (definition: object) =>
  call("POST", `/v1/forms/${form}/versions`, { key, body: { ...UNRULED, ...definition } });
const progress = () => progressOf(key, form);
const listed = async (): Promise<{ id: string; revision: number; flags: unknown[]; answers: { name: string } }[]> =>
  (await call("GET", `/v1/forms/${form}/responses?order=asc`, { key })).body.items;
/** Six responses that a rule of version 2 flags, a re-check that may begin, and its ids. */
async function given() {
  const ids: string[] = [];
  for (const name of NAMES) ids.push((await submit(form, { ...BROKEN, name })).body.id);
  await publish({ rules });
  const rechecks = createRechecks();
  await rechecks.begin();
  return { rechecks, ids };
}
const edit = (id: string, answers: object) =>
  call("PATCH", `/v1/forms/${form}/responses/${id}`, { key, body: { answers }, headers: { "if-match": "*" } });
const isAnnotation = ({ isBatch }: D1Call) => isBatch;

onlyOnOneShard("its worker is turned by hand, on one database").describe("a worker that dies", () => {
  it.each(["before", "after"] as const)(
    "%s any of its calls: another one goes on, and each response is flagged and counted once",
    async (when) => {
      const { rechecks } = await given();
      for (let nth = 1; ; nth += 1) {
        let calls = 0;
        let died = false;
        const dying = gatedD1(env.DB, async (run) => {
          calls += 1;
          if (calls !== nth) return run();
          if (when === "after") await run();
          died = true;
          throw new Error("the worker died");
        });
        await rechecks.goOn(SMALL, dying).catch(() => {});
        if (!died) break;
        // Its lease runs out.
        rechecks.clock.now += 60_000;
      }
      expect(await progress()).toMatchObject({ state: "done", checked: 6, flagged: 6, cleared: 0 });
      for (const response of await listed()) expect(response).toMatchObject({ revision: 2, flags: [FLAG] });
    },
  );

  it("between publishing and its beginning loses nothing: what is asked for is written with the version", async () => {
    await submit(form, BROKEN);
    await publish({ rules });
    const { results } = await env.DB.prepare("SELECT form, version FROM recheck_requests").all();
    expect(results).toEqual([{ form, version: 2 }]);
    const rechecks = createRechecks();
    await rechecks.begin();
    await rechecks.begin();
    await rechecks.finish();
    expect(await progress()).toMatchObject({ state: "done", flagged: 1 });
  });
});

onlyOnOneShard("its worker is turned by hand, on one database").describe("two workers", () => {
  it("do not share a turn: the second finds it held, and has no turn of its own in the same minute", async () => {
    const { rechecks } = await given();
    let second: number | null = null;
    const slow = gatedD1(env.DB, async (run, of) => {
      if (isAnnotation(of) && second === null) second = await rechecks.goOn(SMALL);
      return run();
    });
    expect([await rechecks.goOn(SMALL, slow), second]).toEqual([6, 0]);
    expect(await progress()).toMatchObject({ state: "done", flagged: 6 });
  });

  it("of which one was taken for dead: what it says late changes nothing", async () => {
    const { rechecks } = await given();
    let overtaken = false;
    const late = gatedD1(env.DB, async (run, of) => {
      if (isAnnotation(of) && !overtaken) {
        overtaken = true;
        // Meanwhile the rules are taken back, and another worker does all of it.
        await publish({ rules: [] });
        await createRechecks(rechecks.clock.now + 120_000).finish(SMALL);
      }
      return run();
    });
    await rechecks.goOn(SMALL, late);
    expect(overtaken).toBe(true);
    expect(await progress()).toMatchObject({ version: 3, state: "done", checked: 6, flagged: 0, cleared: 0 });
    for (const response of await listed()) expect(response).toMatchObject({ revision: 1, flags: [] });
  });
});

onlyOnOneShard("its worker is turned by hand, on one database").describe("an edit meanwhile", () => {
  it("is not judged by the answers of before: it is looked at again", async () => {
    const { rechecks, ids } = await given();
    let edits = 0;
    const raced = gatedD1(env.DB, async (run, of) => {
      if (isAnnotation(of) && edits === 0) {
        edits += 1;
        await edit(ids[1] ?? "", { monthly_savings: 5 });
      }
      return run();
    });
    await rechecks.goOn(SMALL, raced);
    expect(await progress()).toMatchObject({ state: "done", checked: 6, flagged: 5 });
    const [first, second] = await listed();
    expect([first, second]).toMatchObject([
      { flags: [FLAG] },
      { revision: 2, flags: [], answers: { monthly_savings: 5 } },
    ]);
  });

  it("by an isolate that knows the old rules only is not passed over, whatever it left", async () => {
    const { rechecks, ids } = await given();
    let edits = 0;
    const raced = gatedD1(env.DB, async (run, of) => {
      if (isAnnotation(of) && edits === 0) {
        edits += 1;
        await env.DB.prepare("UPDATE responses SET answers = ?, revision = revision + 1 WHERE id = ?")
          .bind(JSON.stringify({ ...BROKEN, monthly_savings: 900 }), parseResponseId(ids[0] ?? "")?.position)
          .run();
      }
      return run();
    });
    await rechecks.goOn(SMALL, raced);
    expect(await progress()).toMatchObject({ state: "done", checked: 6, flagged: 6 });
    expect((await listed())[0]).toMatchObject({ flags: [FLAG], answers: { monthly_savings: 900 } });
  });

  it("again and again holds nobody up for ever: it goes on in the next minute", async () => {
    const { rechecks, ids } = await given();
    let savings = 500;
    const raced = gatedD1(env.DB, async (run, of) => {
      savings += 1;
      if (isAnnotation(of)) await edit(ids[0] ?? "", { monthly_savings: savings });
      return run();
    });
    // An edit is judged by the present rules: from the second time on there is nothing left to say.
    await rechecks.goOn({ page: 2, pages: 1, all: 1 }, raced);
    rechecks.clock.now += 60_000;
    await rechecks.finish(SMALL);
    expect(await progress()).toMatchObject({ state: "done", checked: 6 });
    for (const response of await listed()) expect(response.flags).toEqual([FLAG]);
  });
});

it("what was promised under the old version while D1 was down, and stored after the re-check, is looked at too", async () => {
  const outage = createOutage();
  const send = (answers: object) => outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
  await send(GOOD);
  outage.d1.fault = "unreachable";
  expect((await send(BROKEN)).status).toBe(202);
  outage.d1.fault = null;
  await publish({ rules });
  const rechecks = createRechecks();
  await rechecks.finish();
  expect(await progress()).toMatchObject({ state: "done", responses: 1, flagged: 0 });
  await outage.takeIn();
  expect(await progress()).toMatchObject({ state: "running", responses: 2, checked: 1 });
  await rechecks.finish();
  expect(await progress()).toMatchObject({ state: "done", checked: 2, flagged: 1 });
});

onlyOnOneShard("its worker is turned by hand, on one database").describe("its pace and its cost", () => {
  it("is so many pages of a form in a minute, however often the sweeper comes, and so many of all forms in a sweep", async () => {
    const { rechecks } = await given();
    const limits = { page: 2, pages: 2, all: 3 };
    rechecks.clock.now = Math.ceil(rechecks.clock.now / 60_000) * 60_000;
    const shares: number[] = [];
    for (const seconds of [0, 10, 59, 60, 61]) {
      const start = rechecks.clock.now;
      rechecks.clock.now += seconds * 1000;
      shares.push(await rechecks.goOn(limits));
      rechecks.clock.now = start;
    }
    expect(shares).toEqual([4, 0, 0, 2, 0]);
    expect((await progress()).state).toBe("done");
    const own = form;
    form = await newForm(key, UNRULED);
    const other = await given();
    form = own;
    await call("POST", `/v1/forms/${own}/recheck`, { key });
    await other.rechecks.begin();
    expect(await other.rechecks.goOn(limits)).toBe(6);
  });

  it("reads each response once, as every cursor does, writes nothing for what stays as it is, and nothing at all when nothing is asked for", async () => {
    const segment = await segmentOf(form);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
       SELECT ?1 + i, 'n' || i, 1, 1, 1, ?2, '{}' FROM n`,
    )
      .bind(segmentStart(segment), JSON.stringify(GOOD))
      .run();
    await publish({ rules });
    const rechecks = createRechecks();
    await rechecks.begin();
    const meter = countRows();
    expect(await rechecks.goOn()).toBe(1000);
    const busy = meter.stop();
    // D1 counts five rows for each of a page, none for what came before it; the claim and each page write a row and its
    // index.
    expect(busy.read).toBeLessThan(5 * 1000 + 100);
    expect(busy.written).toBeLessThanOrEqual(2 + 2 * 5);
    rechecks.clock.now += 60_000;
    const idle = countRows();
    await rechecks.begin();
    await rechecks.goOn();
    expect(idle.stop()).toEqual({ read: expect.toSatisfy((rows: number) => rows <= 4), written: 0 });
  });
});
