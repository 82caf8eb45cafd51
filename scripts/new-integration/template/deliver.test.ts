import { describe, expect, it } from "vitest";
import { depsOf, entryOf, pageOf } from "../../../test/support/kind";
import { deliver, judge } from "./deliver";
import { createEmulator } from "./emulator";

const secrets = { token: "token-of-the-tests" };
const definition = { title: "Visit", questions: [{ ref: "name", type: "short_text", title: "Name" } as const] };
const PAGE = pageOf(["Asha", "Poison", "Chandra"].map((name, i) => entryOf(i + 1, { name })));

/** A provider that answers what contains this text in its own way. */
async function deliverTo(text: string, answer: () => Response) {
  const emulator = createEmulator(secrets);
  const fetch = async (request: Request) =>
    (await request.clone().text()).includes(text) ? answer() : emulator.fetch(request);
  const result = await deliver(PAGE, depsOf({ config: { list: "Visits" }, secrets, settings: {}, definition, fetch }));
  return { ...result, types: [...result.outcomes.values()].map(({ type }) => type), records: emulator.records };
}

it("says what it means, in a sentence without answers", () => {
  const said = [200, 401, 422, 429, 500, null].map((status) => judge({ status, retryAfter: 7 }));
  expect(said.map(({ type }) => type)).toEqual(["delivered", "blocked", "rejected", "retry", "retry", "retry"]);
  expect(said[3]).toMatchObject({ afterSeconds: 7 });
});

describe("a page", () => {
  it("goes on when one record fails alone", async () => {
    const { types, halt, records } = await deliverTo("Poison", () => new Response(null, { status: 500 }));
    expect([types, halt]).toEqual([["delivered", "retry", "delivered"], undefined]);
    expect(records.map(({ answers }) => answers.name)).toEqual(["Asha", "Chandra"]);
  });

  it("stops where nothing is answered any more, and where it is asked to", async () => {
    // Every call has an empty text in it.
    const down = await deliverTo("", () => {
      throw new TypeError("the connection failed");
    });
    expect([down.types, down.halt?.type]).toEqual([[], "retry"]);
    const headers = { "retry-after": "30" };
    const busy = await deliverTo("Poison", () => new Response(null, { status: 429, headers }));
    expect([busy.types, busy.halt]).toMatchObject([["delivered"], { type: "retry", afterSeconds: 30 }]);
  });
});
