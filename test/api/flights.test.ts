/**
 * Pages of texts in flight: one row of the cursor says what is about to be sent, and a worker that dies there loses and
 * doubles nothing.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { editResponse } from "../../src/services/edit";
import { replayIntegration } from "../../src/services/integration-replay";
import { updateIntegration } from "../../src/services/integrations";
import { eraseResponse } from "../../src/services/responses";
import { dieAt } from "../support/die";
import { createSmsWorld, type SmsWorld } from "../support/sms";

const phone = (n: number) => `+9198765433${10 + n}`;
let sms: SmsWorld;
let ids: string[];

beforeEach(async () => {
  sms = await createSmsWorld({ callbacks: "off" });
  ids = await sms.world.submit({ phone: phone(0) }, { phone: phone(1) }, { phone: phone(2) });
});

const texts = () => sms.twilio.messages.map(({ to, body }) => `${to} ${body}`).sort();
const thanks = () => ids.map((id, n) => `${phone(n)} Thanks ${id}`).sort();
const die = (at: "create" | number, side: "before" | "after") =>
  dieAt(sms.world, { at, side, fetch: sms.twilio.fetch });
const flight = async () => (await sms.world.cursor()).flight;
const at = (response: string | undefined) => ({
  form: sms.world.form,
  response: String(response),
  precondition: "any" as const,
});
/** Everything that a text is made of is another one now. */
async function changeAll(): Promise<void> {
  const { ctx, workspace, named } = sms.world;
  await updateIntegration(ctx, workspace, { ...named, config: { body: "Other {{response_id}}" } });
  for (const id of ids) await editResponse(ctx, workspace, { ...at(id), answers: { phone: phone(9) } });
}

it("is one row for the page, with what is sent", async () => {
  await sms.world.run();
  await sms.world.submit({ phone: phone(3) }, { phone: phone(4) });
  sms.clock.now += 60_000;
  const before = await sms.world.cursor();
  await die("create", "before");
  expect(await sms.rows()).toHaveLength(3);
  const marks = [1, 2].map((n) => [before.position + n, expect.objectContaining({ to: phone(n + 2) })]);
  expect(await flight()).toMatchObject({ feed: "responses", marks });
});

describe("a page whose worker died", () => {
  it.each(["before", "after"] as const)(
    "%s the first call is looked for as it was sent, and sent once",
    async (side) => {
      await die("create", side);
      // All of the page were on their way.
      const sent = side === "before" ? [] : thanks();
      expect(texts()).toEqual(sent);
      await changeAll();
      sms.world.outlive();
      await sms.world.wakeOnce();
      expect((await sms.rows()).map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown"]);
      expect([texts(), await flight()]).toEqual([sent, null]);
      await sms.world.run();
      expect(texts()).toEqual(thanks());
      expect((await sms.rows()).map(({ state }) => state)).toEqual(["delivered", "delivered", "delivered"]);
    },
  );

  it("before or after any of its calls, and again at any call of the next worker, doubles nothing", {
    timeout: 120_000,
  }, async () => {
    let [n, ended] = [0, false];
    for (let call = 1; !ended; call += 1) {
      for (const side of ["before", "after"] as const) {
        const [id] = await sms.world.submit({ phone: phone(n % 50) });
        ids.push(String(id));
        n += 1;
        ended = (await die(call, side)) === "ended";
        sms.world.outlive();
        await die(call, side);
        sms.world.outlive();
        await sms.world.run();
        const bodies = sms.twilio.messages.map(({ body }) => body).sort();
        expect(bodies).toEqual(ids.map((one) => `Thanks ${one}`).sort());
      }
      expect(call).toBeLessThan(30);
    }
    expect(n).toBeGreaterThan(12);
  });

  it("holds nothing of a response that was erased meanwhile, and sends it nothing", async () => {
    await die("create", "before");
    await eraseResponse(sms.world.ctx, sms.world.workspace, at(ids[1]));
    const { results } = await env.DB.prepare("SELECT flight FROM cursors WHERE flight IS NOT NULL").all();
    expect(JSON.stringify(results)).toContain(phone(0));
    expect(JSON.stringify(results)).not.toContain(phone(1));
    sms.world.outlive();
    await sms.world.run();
    expect(texts()).toEqual(thanks().filter((_, n) => n !== 1));
    expect((await sms.rows()).map(({ state }) => state)).toEqual(["delivered", "skipped", "delivered"]);
  });

  it("is brought to its end when the cursor is put to the end of the log", async () => {
    await die("create", "after");
    const { ctx, workspace, named } = sms.world;
    await sms.world.submit({ phone: phone(3) });
    const view = await replayIntegration(ctx, workspace, { ...named, from: "now" });
    expect(view).toMatchObject({ underWay: 3, skipped: 1 });
    await sms.world.run();
    expect(texts()).toEqual(thanks());
  });

  it("is looked for first when the cursor is put back to the beginning", async () => {
    await die("create", "after");
    const { ctx, workspace, named } = sms.world;
    await replayIntegration(ctx, workspace, { ...named, from: "beginning" });
    await sms.world.run();
    expect(texts()).toEqual(thanks());
  });
});

it("a text whose response is erased during the call leaves nothing of itself", async () => {
  await sms.world.wakeOnce({
    fetch: async (request) => {
      const answer = await sms.twilio.fetch(request);
      if (sms.twilio.messages.length === 1) {
        const id = sms.twilio.messages[0]?.body.split(" ")[1];
        await eraseResponse(sms.world.ctx, sms.world.workspace, at(id));
      }
      return answer;
    },
  });
  const first = ids.indexOf(String(sms.twilio.messages[0]?.body.split(" ")[1]));
  const rows = await sms.rows();
  expect(rows.map(({ content }) => content === null)).toEqual(ids.map((_, n) => n === first));
});
