/** An integration of a form that spans three shards is stopped, and delivers again, as one. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { drain } from "../../src/dispatch/drain";
import { resumeIntegration } from "../../src/services/integration-control";
import { listSegments } from "../../src/store/shards";
import { migrate } from "../support/migrate";
import { createSiblings, DAY, MINUTE, type Siblings } from "../support/siblings";
import { others } from "../support/span";

let siblings: Siblings;
beforeAll(async () => {
  for (const db of others) await migrate(db, env.TEST_MIGRATIONS);
});
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  // The next segment goes to the emptiest database: the sweeps of the test before have noted how full they are.
  await env.DB.prepare("UPDATE shards SET size_bytes = 0").run();
  siblings = await createSiblings({ segmentMax: 1 });
  await siblings.add("other");
});

/** A response for each of so many segments, none of which is delivered yet. */
async function fill(count = 3): Promise<void> {
  for (let i = 0; i < count; i += 1) await siblings.world.submit({ name: `n${i}` });
}
const shardsOf = async () => {
  const { ctx, form } = siblings.world;
  return new Set((await listSegments(ctx.shards, form)).map(({ shard }) => shard)).size;
};
const gone = () => void siblings.at("first").faults.push({ mode: "gone" });
const actions = async () => (await siblings.audit()).map(({ action }) => action);
const BLOCKED = "integration.blocked";
const RECOVERED = "integration.recovered";

describe.each([
  ["one after the other", false],
  ["at once", true],
])("three segments that are stopped %s", (_, together) => {
  it("are told once, and so is that the first of them delivers again; a new stop is told anew", async () => {
    const { at, world, turn, typesAt } = siblings;
    gone();
    await fill();
    expect(await shardsOf()).toBe(3);
    for (let i = 0; i < 3; i += 1) await turn(MINUTE, { together });
    expect(typesAt("other")).toEqual([BLOCKED]);
    await turn(DAY, { together });
    await turn(MINUTE, { together });
    expect(typesAt("other"), "each looks again").toEqual([BLOCKED]);
    at("first").faults.splice(0);
    await resumeIntegration(world.ctx, world.workspace, world.named);
    for (let i = 0; i < 3; i += 1) await turn(MINUTE, { together });
    expect(typesAt("first")).toHaveLength(3);
    expect(typesAt("other")).toEqual([BLOCKED, RECOVERED]);
    gone();
    await fill();
    for (let i = 0; i < 3; i += 1) await turn(MINUTE, { together });
    expect(typesAt("other")).toEqual([BLOCKED, RECOVERED, BLOCKED]);
    expect(await actions()).toEqual([BLOCKED, RECOVERED, BLOCKED]);
  });
});

describe("a cause of the credentials, which no page is needed to find", () => {
  it("has one line of the log, whichever segment looks", async () => {
    const { world, turn, rows } = siblings;
    const { ctx, named } = world;
    const name = (it: string | null) =>
      ctx.shards.control
        .prepare("UPDATE integrations SET connection = ? WHERE id = ?")
        .bind(it, named.integration)
        .run();
    await name("conn_that_is_gone");
    await fill();
    await turn();
    expect(await rows("notices")).toHaveLength(1);
    const lines = await Promise.all(
      ctx.shards.all.map(({ db }) =>
        db
          .prepare("SELECT detail FROM logs WHERE integration = ? AND event = 'page_settled'")
          .bind(named.integration)
          .all<{ detail: string }>(),
      ),
    );
    expect(
      lines.flatMap(({ results }) => results).filter(({ detail }) => detail.includes("does not exist")),
    ).toHaveLength(1);
  });
});

it("a later segment that delivers while the first is not at it tells the recovery, and the first tells it no more", async () => {
  const { at, world, turn, typesAt } = siblings;
  gone();
  await fill();
  for (let i = 0; i < 2; i += 1) await turn();
  at("first").faults.splice(0);
  const { ctx, form } = world;
  const [first] = await listSegments(ctx.shards, form);
  if (!first) throw new Error("there is no segment");
  // The first one waits for longer than the others.
  const until = siblings.clock.now + 2 * DAY;
  const sql = "UPDATE cursors SET next_at = ? WHERE segment = ? AND integration = ?";
  await ctx.shards.get(first.shard).db.prepare(sql).bind(until, first.no, siblings.no).run();
  for (const after of [DAY + MINUTE, MINUTE, MINUTE]) await turn(after);
  expect(typesAt("first")).toHaveLength(2);
  expect(typesAt("other")).toEqual([BLOCKED, RECOVERED]);
  for (let i = 0; i < 2; i += 1) await turn(2 * DAY);
  expect(typesAt("first")).toHaveLength(3);
  expect(typesAt("other")).toEqual([BLOCKED, RECOVERED]);
});

it("a page of the first segment takes back nothing that a later one told while it was under way", async () => {
  const { at, world, turn, typesAt } = siblings;
  await fill(2);
  siblings.clock.now += MINUTE;
  const [first, later] = (await world.due()).toSorted((a, b) => a.segment - b.segment);
  if (!first || !later) throw new Error("there are not two segments");
  const fetch = async (request: Request) => {
    gone();
    await drain(world.engine(), later);
    at("first").faults.splice(0);
    return siblings.fetch(request);
  };
  await drain(world.engine({ fetch }), first);
  expect(typesAt("first"), "the first one delivers").toHaveLength(1);
  await resumeIntegration(world.ctx, world.workspace, world.named);
  for (let i = 0; i < 3; i += 1) await turn();
  expect(typesAt("first")).toHaveLength(2);
  expect(typesAt("other")).toEqual([BLOCKED, RECOVERED]);
});
