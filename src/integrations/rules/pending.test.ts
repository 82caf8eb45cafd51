/**
 * Who is to be judged again is found by segment: the holder of a cursor may say nothing of another segment's responses.
 */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { migrate } from "../../../test/support/migrate";
import { segmentStart } from "../../core/ids";
import { addPending, readPending } from "./tables";

const on = { db: env.TEST_SEARCH_DB, integration: 4_711, shard: 0 };

it("reads of a segment its own, from the first position to the last", async () => {
  await migrate(env.TEST_SEARCH_DB, env.TEST_SEARCH_MIGRATIONS);
  const own = [segmentStart(7) + 1, segmentStart(7) + 9, segmentStart(8) - 1];
  const others = [segmentStart(6) + 5, segmentStart(7) - 1, segmentStart(8) + 1];
  await addPending(on, [...others, ...own]).run();
  const positions = async (segment: number, limit = 10) =>
    (await readPending(on, segment, limit).all<{ position: number }>()).results.map(({ position }) => position);
  expect(await positions(7)).toEqual(own);
  expect(await positions(6)).toEqual(others.slice(0, 2));
  expect(await positions(8)).toEqual(others.slice(2));
  // Were others' among them, they would take the places of its own.
  expect(await positions(7, 3)).toEqual(own);
});
