import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deleteIntegration, pauseIntegration, resumeIntegration } from "../../src/services/integration-control";
import { getIntegration } from "../../src/services/integrations";
import { createSiblings, DAY, MINUTE, type Siblings } from "../support/siblings";

let siblings: Siblings;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  siblings = await createSiblings();
});

const GONE = expect.stringContaining("gone for good");

describe("an integration that is stopped", () => {
  it("is told to the others of its form with its cause, and so is that it delivers again", async () => {
    const { world, clock, add, stop, mend, turns, told, typesAt } = siblings;
    await add("other");
    await stop();
    const blockedSince = new Date(clock.now).toISOString();
    await turns(2);
    const integration = { id: world.named.integration, kind: "webhook", blockedSince, reason: GONE };
    const data = { form: { id: world.form }, integration };
    expect(told("other")).toEqual([{ type: "integration.blocked", timestamp: blockedSince, data }]);
    await mend();
    await turns(2);
    expect(told("other").slice(1)).toEqual([
      { type: "integration.recovered", timestamp: expect.not.stringMatching(blockedSince), data },
    ]);
    expect(typesAt("first"), "of itself it hears nothing").toEqual(["response.created"]);
    expect((await getIntegration(world.ctx, world.workspace, world.named)).lastError).toBeNull();
  });

  it("is told once for each cause, however often it looks again and is resumed in vain", async () => {
    const { world, add, stop, mend, turn, turns, told, typesAt } = siblings;
    await add("other");
    await stop();
    await turns(2, DAY + MINUTE);
    await resumeIntegration(world.ctx, world.workspace, world.named);
    await turns(2);
    expect(typesAt("other")).toEqual(["integration.blocked"]);
    const { integration: id } = world.named;
    const own = env.DB.prepare("SELECT connection FROM integrations WHERE id = ?").bind(id);
    const connection = (await own.first<{ connection: string }>())?.connection;
    const name = (it: string | undefined) =>
      env.DB.prepare("UPDATE integrations SET connection = ? WHERE id = ?")
        .bind(it ?? null, id)
        .run();
    await name("conn_that_is_gone");
    await turns(2, DAY + MINUTE);
    expect(told("other").slice(1)).toMatchObject([
      { type: "integration.blocked", data: { integration: { reason: expect.stringContaining("does not exist") } } },
    ]);
    await name(connection);
    await turns(2, DAY + MINUTE);
    expect(typesAt("other"), "the first cause again").toHaveLength(2);
    await mend();
    await turn();
    await stop();
    await turn();
    expect(typesAt("other").slice(2), "after a recovery it is a new one").toEqual([
      "integration.recovered",
      "integration.blocked",
    ]);
  });

  it("leaves an entry of the audit log by `system`, without the words of the cause", async () => {
    const { world, clock, stop, mend, turn, audit } = siblings;
    await stop();
    const at = new Date(clock.now).toISOString();
    await turn();
    await mend();
    await turn();
    const { form, named } = world;
    const entry = { actor: "system", object: named.integration, detail: { form, kind: "webhook" } };
    expect(await audit()).toMatchObject([
      { ...entry, action: "integration.blocked", at },
      { ...entry, action: "integration.recovered" },
    ]);
    expect(JSON.stringify(await audit())).not.toContain("gone");
  });

  it("after five days of nothing but failures is told to the others, and its own view says why", async () => {
    const { world, add, at, turn, told, audit } = siblings;
    await add("other");
    at("first").faults.push({ mode: "outage" });
    await world.submit(...[1, 2, 3].map((n) => ({ name: `Person ${n}` })));
    for (let i = 0; i < 24 && told("other").length === 0; i += 1) await turn(DAY / 4);
    await turn();
    const reason = expect.stringMatching(/five days.*resume/);
    expect(told("other")).toMatchObject([{ type: "integration.blocked", data: { integration: { reason } } }]);
    expect(await world.view()).toMatchObject({ state: "blocked", lastError: reason, lag: { entries: 3 } });
    expect((await audit()).map(({ action }) => action)).toEqual(["integration.blocked"]);
  });
});

describe("who is told", () => {
  it("is who wants to know when it happens: not one that came later, nor one that asks for less", async () => {
    const { add, stop, mend, turn, turns, told, typesAt } = siblings;
    await add("early");
    await add("recoveries", { events: ["integration.recovered"] });
    await add("responses", { events: ["response.created"] });
    await add("chat", { events: undefined, payload: { text: "{{name}}" } });
    await stop();
    await turn();
    await add("late");
    await mend();
    await turns(2);
    expect(typesAt("early")).toEqual(["integration.blocked", "integration.recovered"]);
    expect(typesAt("recoveries")).toEqual(["integration.recovered"]);
    expect(typesAt("responses")).toEqual(["response.created"]);
    expect(told("chat")).toEqual([{ text: "Asha" }]);
    expect(typesAt("late")).toEqual(["integration.recovered"]);
  });

  it("hears it late rather than never: paused, when it is resumed", async () => {
    const { world, add, stop, turns, told, typesAt } = siblings;
    const other = await add("other");
    await pauseIntegration(world.ctx, world.workspace, other);
    await stop();
    await turns(3);
    expect(told("other")).toEqual([]);
    await resumeIntegration(world.ctx, world.workspace, other);
    await turns(2);
    expect(typesAt("other")).toEqual(["integration.blocked"]);
  });

  it("is nobody when the integration is deleted before anybody was told", async () => {
    const { world, add, stop, turns, told, audit, rows } = siblings;
    await add("other");
    await stop();
    expect(await rows("notices")).toHaveLength(1);
    await deleteIntegration(world.ctx, world.workspace, world.named);
    await turns(2);
    expect([told("other"), await audit(), await rows("notices")]).toEqual([[], [], []]);
  });

  it("two webhooks that are both stopped tell each other once, and nothing goes round", async () => {
    const { add, at, stop, mend, turns, typesAt, audit, rows } = siblings;
    await add("other", { events: undefined });
    at("other").faults.push({ mode: "gone" });
    await stop();
    await turns(6, DAY + MINUTE);
    expect((await audit()).map(({ action }) => action)).toEqual(["integration.blocked", "integration.blocked"]);
    expect(await rows("deliveries")).toHaveLength(2);
    at("other").faults.splice(0);
    await turns(3, DAY);
    await mend();
    await turns(6, DAY + MINUTE);
    const all = ["integration.blocked", "integration.recovered", "response.created"];
    expect([typesAt("first").toSorted(), typesAt("other").toSorted()]).toEqual([all, all]);
    expect(await audit()).toHaveLength(4);
  });
});
