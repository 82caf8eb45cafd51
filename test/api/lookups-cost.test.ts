/** What a response costs the rules kind: rows of both databases, at a form of a few and of very many responses. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, vi } from "vitest";
import { parseResponseId } from "../../src/core/ids";
import { rules } from "../../src/integrations/rules/index";
import { editResponse } from "../../src/services/edit";
import { CONFIG, TRIPS } from "../support/lookups";
import { countRows } from "../support/meter";
import { onlyOnOneShard } from "../support/shards";
import { createWorld, type World } from "../support/world";

const search = env.TEST_SEARCH_DB;
const SIZES = [20, 20_000] as const;
const ONE = {
  phone: "+919876543210",
  vehicle: "MH 12 AB 1234",
  trip_type: "round_trip",
  trip_date: "2026-11-08",
  km: 5,
};

beforeEach(() => {
  for (const level of ["info", "warn"] as const) vi.spyOn(console, level).mockImplementation(() => {});
});

/** Rows that SEARCH_DB and DB are asked for by one delivery. */
async function costOf(world: World, act: () => Promise<unknown>) {
  await act();
  const [index, db] = [countRows(search), countRows(env.DB)];
  await world.wakeOnce();
  const [{ read, written }, own] = [index.stop(), db.stop()];
  return { read, written, db: own };
}

/**
 * As if so many responses with the same answers had come, each a minute after the one before, all of them before or
 * after.
 */
async function crowd(
  world: World,
  response: string,
  { count, minutes }: { count: number; minutes: 1 | -1 },
): Promise<void> {
  const { results } = await search
    .prepare("SELECT * FROM rule_keys WHERE integration = ? AND position = ?")
    .bind(world.no, parseResponseId(response)?.position)
    .all();
  await search
    .prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO rule_keys SELECT e.value ->> 'integration', e.value ->> 'key',
         (e.value ->> 'at') + i * ?3, (e.value ->> 'received_at') + i * ?3, (e.value ->> 'position') + i * ?4, e.value ->> 'shard'
       FROM json_each(?1) e CROSS JOIN n`,
    )
    .bind(JSON.stringify(results), count, minutes * 60_000, minutes * 1_000_000)
    .run();
}

async function costs(count: number) {
  const clock = { now: Date.now() };
  const fetch = () => Promise.reject(new Error("an index calls nobody"));
  const index = () => search;
  const options = { kind: rules, config: CONFIG, definition: TRIPS, fetch, index, settings: {}, clock };
  const world = await createWorld(options);
  const [first = ""] = await world.submit(ONE);
  await world.run();
  await crowd(world, first, { count, minutes: -1 });
  clock.now += 60_000;
  const another = await costOf(world, () => world.submit(ONE));
  const alone = await costOf(world, () => world.submit({ phone: "+919812345678" }));
  await crowd(world, first, { count, minutes: 1 });
  const edit = { form: world.form, response: first, precondition: "any" } as const;
  const edited = await costOf(world, () =>
    editResponse(world.ctx, world.workspace, { ...edit, answers: { phone: null, km: 6 } }),
  );
  return { alone, another, edited };
}

onlyOnOneShard("it counts what one segment costs").it(
  "does not depend on how many responses there are, nor on how many are alike",
  { timeout: 60_000 },
  async () => {
    const [few, many] = [await costs(SIZES[0]), await costs(SIZES[1])];
    for (const what of ["alone", "another", "edited"] as const) {
      expect([what, many[what].written, many[what].db.written]).toEqual([
        what,
        few[what].written,
        few[what].db.written,
      ]);
      // A look may read the row behind the last one of its key, if there is any.
      expect(many[what].read).toBeLessThan(few[what].read + 10);
      expect(many[what].db.read).toBeLessThan(few[what].db.read + 10);
    }
    // A phone that nobody has: the fence of a new holder, its contribution and its key.
    expect(few.alone).toMatchObject({ written: 3 });
    // 19, and for each look the row behind, which is there or not by the chance of a digest.
    expect(few.alone.read).toBeLessThan(25);
    // In DB, a delivery marks its page, settles it with an entry of the log, and releases its cursor.
    expect(few.alone.db.written).toBe(4);
    // Three rules, each with many before: the fence, its contribution and three keys.
    expect(few.another).toMatchObject({ written: 5 });
    expect(few.another.read).toBeLessThan(50);
    expect(few.edited.read).toBeLessThan(150);
  },
);
