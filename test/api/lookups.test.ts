import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../../src/core/errors";
import { parseResponseId } from "../../src/core/ids";
import { rules } from "../../src/integrations/rules/index";
import { editResponse } from "../../src/services/edit";
import { updateIntegration } from "../../src/services/integrations";
import { eraseResponse, getResponse } from "../../src/services/responses";
import { gatedD1 } from "../support/gated-d1";
import { CONFIG, NO_SECOND_TRIP, TRIPS, UNIQUE_PHONE } from "../support/lookups";
import { type Clock, createWorld, type World } from "../support/world";

const search = env.TEST_SEARCH_DB;
const clock: Clock = { now: 0 };
let world: World;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  clock.now = Date.now();
  const fetch = () => Promise.reject(new Error("an index calls nobody"));
  world = await createWorld({
    kind: rules,
    config: CONFIG,
    definition: TRIPS,
    fetch,
    index: () => search,
    settings: {},
    clock,
  });
});
afterEach(() => void vi.restoreAllMocks());

/** Sends responses at one moment, and lets them be judged. */
async function send(...answers: readonly Record<string, unknown>[]): Promise<string[]> {
  const ids = await world.submit(...answers);
  await world.run();
  return ids;
}
const at = (response: string) => ({ form: world.form, response, precondition: "any" }) as const;
const edit = async (response: string, answers: Record<string, unknown>) => {
  await editResponse(world.ctx, world.workspace, { ...at(response), answers });
  await world.run();
};
const erase = async (response: string) => {
  await eraseResponse(world.ctx, world.workspace, at(response));
  await world.run();
};
const read = (response: string) => getResponse(world.ctx, world.workspace, { form: world.form, response });
const flagsOf = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await read(id)).flags.map(({ rule }) => rule)));

describe("a unique phone in this form", () => {
  const ASHA = { phone: "+919876543210" };

  it("flags the one that came later, however it is written, and says so in several languages", async () => {
    const [first = "", other = ""] = await send(ASHA, { phone: "+919812345678" });
    const [second = ""] = await send({ phone: "098765 43210" });
    expect(await flagsOf([first, other, second])).toEqual([[], [], ["unique_phone"]]);
    expect(await read(second)).toMatchObject({
      review: { state: "flagged" },
      flags: [
        {
          rule: "unique_phone",
          message: UNIQUE_PHONE.message,
          questions: ["phone"],
          source: world.named.integration,
          translations: UNIQUE_PHONE.translations,
        },
      ],
    });
  });

  it("flags one of two that came at the same moment: the one that stands later in the log", async () => {
    expect(await flagsOf(await send(ASHA, ASHA, ASHA))).toEqual([[], ["unique_phone"], ["unique_phone"]]);
  });

  it.each(["corrected", "edited away", "erased"])("takes the flag back when the one before it is %s", async (how) => {
    const [first = ""] = await send(ASHA);
    const [second = "", third = ""] = [...(await send(ASHA)), ...(await send(ASHA))];
    if (how === "erased") await erase(first);
    else await edit(first, { phone: how === "corrected" ? "+919812345678" : null });
    expect(await flagsOf([second, third])).toEqual([[], ["unique_phone"]]);
    expect(await read(second)).toMatchObject({ review: { state: "corrected" } });
    await erase(second);
    expect(await flagsOf([third])).toEqual([[]]);
  });

  it("takes the flag back when it is corrected itself, and sets it again", async () => {
    const [, second = ""] = await send(ASHA, ASHA);
    await edit(second, { phone: "+919812345678" });
    expect(await read(second)).toMatchObject({ flags: [], review: { state: "corrected" } });
    await edit(second, ASHA);
    expect(await flagsOf([second])).toEqual([["unique_phone"]]);
  });

  it("flags one behind it that was there already, when an earlier one is given its number", async () => {
    const [first = "", second = ""] = await send({ phone: "+919812345678" }, ASHA);
    await edit(first, ASHA);
    expect(await flagsOf([first, second])).toEqual([[], ["unique_phone"]]);
  });

  it("says nothing where there is no answer", async () => {
    expect(await flagsOf(await send({ km: 1 }, { km: 1 }))).toEqual([[], []]);
  });
});

describe("no second round trip of the same vehicle within seven days", () => {
  const trip = (day: string, more: object = {}) => ({
    vehicle: "MH 12 AB 1234",
    trip_type: "round_trip",
    trip_date: `2026-11-${day}`,
    ...more,
  });

  it("flags the second one: seven days later is within, eight is not", async () => {
    expect(await flagsOf(await send(trip("01"), trip("08")))).toEqual([[], ["no_second_round_trip"]]);
    expect(await flagsOf(await send(trip("16")))).toEqual([[]]);
  });

  it("compares plates by letters and digits, and round trips only", async () => {
    const ids = await send(
      trip("01"),
      trip("02", { trip_type: "one_way" }),
      trip("03", { vehicle: "KA 01 X 1" }),
      trip("04", { vehicle: "mh-12-ab-1234" }),
    );
    expect(await flagsOf(ids)).toEqual([[], [], [], ["no_second_round_trip"]]);
  });

  it("goes by the day of the trip: sent late, it is the first one all the same", async () => {
    const [later = ""] = await send(trip("05"));
    const [earlier = ""] = await send(trip("01"));
    expect(await flagsOf([later, earlier])).toEqual([["no_second_round_trip"], []]);
    await edit(earlier, { trip_date: "2026-10-01" });
    expect(await flagsOf([later, earlier])).toEqual([[], []]);
  });
});

it("a holder that comes late sets no flag that is not right any more", async () => {
  const [first = "", second = ""] = await world.submit({ phone: "+919876543210" }, { phone: "+919876543210" });
  const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const db = gatedD1(env.DB, async (run, { sql }) => {
    if (sql.some((text) => text.includes("INSERT INTO revisions"))) {
      reached.resolve();
      await release.promise;
    }
    return run();
  });
  const shard = { no: 0, db };
  const slow = world.wakeOnce({ shards: { control: db, all: [shard], get: () => shard } });
  await reached.promise;
  world.outlive();
  await erase(first);
  release.resolve();
  await slow;
  await world.run();
  expect(await read(second)).toMatchObject({ revision: 1, flags: [] });
});

it("very many that are to be judged again have their turns, and the page waits for them", async () => {
  // Of responses that are gone from the log: there is nothing to judge, only to be noticed.
  const { segment } = await world.cursor();
  await search
    .prepare(
      `INSERT INTO rule_pending WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5200)
       SELECT ?1, ?2 * 8589934592 + 1000 + i, 0, 1 FROM n`,
    )
    .bind(world.no, segment)
    .run();
  const [, second = ""] = await world.submit({ phone: "+919876543210" }, { phone: "+919876543210" });
  await world.wakeOnce();
  // Both, and the change that its flag is.
  expect(await world.view()).toMatchObject({ state: "waiting", lag: { entries: 3 } });
  expect(await flagsOf([second])).toEqual([["unique_phone"]]);
  await world.run();
  expect(await world.view()).toMatchObject({ state: "active", lag: { entries: 0 } });
});

it("a changed config judges everything again, and takes back what is no rule any more", async () => {
  const day = { vehicle: "KA 01 X 1", trip_type: "round_trip", trip_date: "2026-11-01", phone: "+919876543210" };
  const ids = await send(day, { ...day, trip_date: "2026-11-20" });
  expect(await flagsOf(ids)).toEqual([[], ["unique_phone"]]);
  const within = { ...NO_SECOND_TRIP.lookup.within, days: 30 };
  const config = { rules: [{ ...NO_SECOND_TRIP, lookup: { ...NO_SECOND_TRIP.lookup, within } }] };
  await updateIntegration(world.ctx, world.workspace, { ...world.named, config });
  await world.run();
  expect(await flagsOf(ids)).toEqual([[], ["no_second_round_trip"]]);
  await updateIntegration(world.ctx, world.workspace, { ...world.named, filter: 'phone == "none"' });
  await world.run();
  expect(await flagsOf(ids)).toEqual([[], []]);
});

it("keeps digests alone, and nothing of what is erased", async () => {
  const [id = ""] = await send({ phone: "+919876543210", vehicle: "MH 12 AB 1234", km: 4_711_471_147 });
  const rows = async () => {
    const kept = [
      "SELECT * FROM contributions WHERE integration = ?",
      "SELECT * FROM rule_keys WHERE integration = ?",
      "SELECT * FROM rule_pending WHERE integration = ?",
    ].map((sql) => search.prepare(sql).bind(world.no));
    return (await search.batch(kept)).flatMap(({ results }) => results);
  };
  expect(await rows()).toHaveLength(3);
  const text = JSON.stringify(await rows());
  // Long ones, which no digest shows by chance.
  const answers = ["9876543210", "mh12ab1234", "mh 12 ab 1234", "4711471147"];
  for (const answer of answers) expect(text.toLowerCase()).not.toContain(answer);
  expect(text).toContain(String(parseResponseId(id)?.position));
  await erase(id);
  expect(await rows()).toEqual([]);
});

it("says what is wrong with a rule, and where", async () => {
  const wrong = {
    rules: [
      UNIQUE_PHONE,
      {
        ...UNIQUE_PHONE,
        questions: ["nobody"],
        lookup: {
          same: ["plate", { question: "km", as: "code" }],
          when: "trip_type ==",
          within: { days: 7, question: "km" },
          condition: "this.nope > other.km",
        },
      },
      { ...UNIQUE_PHONE, name: "third", lookup: { same: ["phone"], limit: 3 } },
    ],
  };
  const error = await updateIntegration(world.ctx, world.workspace, { ...world.named, config: wrong }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  const { errors = [] } = (error as AppError).details;
  expect(errors.map(({ pointer }) => pointer)).toEqual([
    "/config/rules/1/name",
    "/config/rules/1/questions/0",
    "/config/rules/1/lookup/same/0",
    "/config/rules/1/lookup/same/1",
    "/config/rules/1/lookup/within/question",
    "/config/rules/1/lookup/when",
    "/config/rules/1/lookup/condition",
    "/config/rules/2/lookup/limit",
  ]);
});
