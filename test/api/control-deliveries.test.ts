/** Deliveries that a person asks for: of chosen responses again, and parked ones retried or skipped. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { SEGMENT_SIZE } from "../../src/core/ids";
import { people, person, sheetsWorld, smsWorld } from "../support/control";

describe("a replay of chosen responses", () => {
  it("delivers them again: the row that a person deleted comes back, no other is doubled", async () => {
    const { world, replay, rows, audit, spreadsheetId: id, sheets } = await sheetsWorld('name != "person 3"');
    const ids = await world.submit(...people(1, 4));
    await world.run();
    const tab = sheets.inspect(id).tabs.find(({ title }) => title === "Responses");
    const range = { sheetId: tab?.sheetId, dimension: "ROWS", startIndex: 2, endIndex: 3 };
    sheets.edit(id, [{ deleteDimension: { range } }]);
    expect(rows()).toEqual([ids[0], ids[3]]);
    const ahead = await world.submit(person(5));
    const counts = { scheduled: 2, ahead: 1, underWay: 0, delivered: 0, leftOut: [ids[2]] };
    const body = { responses: [ids[1], ids[3], ids[2], ids[1], ...ahead] };
    expect(await replay(body)).toMatchObject({ status: 202, body: { responses: counts } });
    const again = { ...counts, scheduled: 0, underWay: 2 };
    expect((await replay(body)).body.responses, "the second press").toEqual(again);
    expect(await audit("integration.replayed")).toEqual([
      { form: world.form, responses: counts },
      { form: world.form, responses: again },
    ]);
    await world.run();
    expect(rows().toSorted()).toEqual([ids[0], ids[1], ids[3], ...ahead].map(String).toSorted());
  });

  it("never sends a text again that was delivered, and sends one that was parked or skipped", async () => {
    const { world, replay, texts, parked, post } = await smsWorld();
    const ids = await world.submit(person(1), { phone: "12345" }, person(3));
    await world.run();
    const [bad] = await parked();
    await post(`/v1/deliveries/${bad.id}/skip`, { reason: "No number" });
    expect((await replay({ responses: ids })).body.responses).toEqual({
      scheduled: 1,
      ahead: 0,
      underWay: 0,
      delivered: 2,
      leftOut: [],
    });
    await replay({ from: "beginning" });
    await world.run();
    expect(texts()).toEqual([ids[0], ids[2]].map(String).toSorted());
    expect(await parked()).toMatchObject([{ id: bad.id, state: "parked" }]);
  });

  it("has a parked one again also while the cursor was put back before it", async () => {
    const { world, replay, verb, view } = await smsWorld();
    const ids = await world.submit({ phone: "12345" });
    await world.run();
    await verb("pause");
    await replay({ from: "beginning" });
    expect((await replay({ responses: ids })).body.responses).toMatchObject({ scheduled: 1, ahead: 0 });
    expect((await view()).parked).toBe(0);
  });
});

describe("parked deliveries", () => {
  /** Three refused texts, as their worker leaves them. */
  async function threeParked() {
    const made = await smsWorld();
    await made.world.submit({ phone: "12341" }, { phone: "12342" }, person(3), { phone: "12344" });
    await made.world.run();
    expect((await made.view()).parked).toBe(3);
    return made;
  }

  it("are retried all at once; pressed again while they are under way, nothing more happens", async () => {
    const { world, verb, view, texts, audit } = await threeParked();
    expect(await verb("retry")).toMatchObject({ status: 202, body: { retried: 3 } });
    expect((await view()).parked).toBe(0);
    expect((await verb("retry")).body).toEqual({ retried: 0 });
    const detail = { form: world.form };
    expect(await audit("integration.retried")).toEqual([
      { ...detail, retried: 3 },
      { ...detail, retried: 0 },
    ]);
    await world.run();
    expect([(await view()).parked, texts().length]).toEqual([3, 1]);
  });

  it("are retried in batches, of both feeds, however many there are", async () => {
    const { world, verb } = await smsWorld();
    const { segment, integration } = await world.wakeUp();
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)
       INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at)
       SELECT ?1, i % 2, ?2 + i / 2, 'parked', 3, 1 FROM n`,
    )
      .bind(integration, segment * SEGMENT_SIZE)
      .run();
    expect((await verb("retry")).body).toEqual({ retried: 1300 });
    const left = "SELECT count(*) AS n FROM deliveries WHERE integration = ? AND (state <> 'retrying' OR attempts > 0)";
    expect(await env.DB.prepare(left).bind(integration).first()).toEqual({ n: 0 });
  });

  it("are retried one by one; the second press is answered as the first, and one that was sent is not sent again", async () => {
    const { world, post, parked, list, audit, twilio } = await threeParked();
    const [one] = await parked();
    const retry = () => post(`/v1/deliveries/${one.id}/retry`);
    const first = await retry();
    expect(first).toMatchObject({ status: 202, body: { id: one.id, state: "retrying" } });
    expect(await retry()).toMatchObject({ status: 202, body: { id: one.id, state: "retrying" } });
    expect(await audit("delivery.retried", one.id)).toHaveLength(2);
    await world.run();
    const sent = (await list()).find(({ state }: { state: string }) => state === "delivered");
    expect((await post(`/v1/deliveries/${sent.id}/retry`)).body.code).toBe("conflict");
    expect(twilio.messages).toHaveLength(1);
  });

  it("are skipped with a reason that stays; the second press is answered as the first", async () => {
    const { world, post, parked, list, view, audit, twilio } = await threeParked();
    const [one] = await parked();
    const skip = (reason: unknown) => post(`/v1/deliveries/${one.id}/skip`, { reason });
    for (const bad of ["", " ", "x".repeat(501), 7]) expect((await skip(bad)).status).toBe(422);
    const skipped = { id: one.id, state: "skipped", reason: "Called her instead" };
    expect(await skip(" Called her instead ")).toMatchObject({ status: 200, body: skipped });
    expect(await skip("Something else")).toMatchObject({ status: 200, body: skipped });
    expect(await list()).toContainEqual(expect.objectContaining(skipped));
    expect((await view()).parked).toBe(2);
    expect((await post(`/v1/deliveries/${one.id}/retry`)).body.code).toBe("conflict");
    await world.run();
    expect(twilio.messages).toHaveLength(1);
    const detail = { form: world.form, integration: world.named.integration };
    expect(await audit("delivery.skipped", one.id)).toEqual([detail, detail]);
  });
});
