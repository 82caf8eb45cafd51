import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { sweepCursors } from "../../src/store/cursors";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const post = (form: string, verb: string) => call("POST", `/v1/forms/${form}/${verb}`, { key });
const remove = (form: string, query = "") => call("DELETE", `/v1/forms/${form}${query}`, { key });
const listed = async (query = "") =>
  (await call("GET", `/v1/forms${query}`, { key })).body.items.map((form: { id: string }) => form.id);

const addSheet = async (form: string): Promise<string> => {
  const config = { spreadsheetId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms" };
  const made = await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "google-sheets", config } });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.id;
};
const segmentOf = async (form: string) =>
  (await env.DB.prepare("SELECT segment FROM directory WHERE form = ?").bind(form).first<{ segment: number }>())
    ?.segment ?? 0;

describe("an archived form", () => {
  it("is in no list but its own, takes no responses, and comes back as it was", async () => {
    const form = await newForm(key);
    await submit(form, { name: "a" });
    expect((await post(form, "archive")).body.state).toBe("archived");
    expect(await listed()).not.toContain(form);
    expect(await listed("?archived=true")).toEqual([form]);
    expect((await submit(form, { name: "b" })).body.code).toBe("form_closed");
    expect((await call("GET", `/v1/forms/${form}/responses`, { key })).body.items).toHaveLength(1);
    await post(form, "open");
    expect((await submit(form, { name: "b" })).body.code).toBe("form_closed");
    await post(form, "close");
    expect((await post(form, "unarchive")).body.state).toBe("closed");
    await post(form, "open");
    expect((await submit(form, { name: "b" })).status).toBe(201);
    expect(await listed()).toContain(form);
  });
});

describe("a deleted form", () => {
  it("is gone for everybody at once, and comes back with everything when it is restored", async () => {
    const form = await newForm(key);
    const made = await submit(form, { name: "Asha" });
    const running = await addSheet(form);
    const paused = await addSheet(form);
    await call("POST", `/v1/forms/${form}/integrations/${paused}/pause`, { key });
    const gone = await remove(form);
    expect([gone.status, gone.body.state]).toEqual([200, "deleted"]);
    expect(Date.parse(gone.body.eraseAt) - Date.now()).toBeGreaterThan(29 * 86_400_000);
    for (const path of ["", "/responses", `/responses/${made.body.id}`, "/integrations", "/versions", "/draft"]) {
      expect((await call("GET", `/v1/forms/${form}${path}`, { key })).status).toBe(404);
    }
    expect((await call("GET", `/f/${form}`)).status).toBe(404);
    expect((await submit(form, { name: "Ravi" })).status).toBe(404);
    for (const verb of ["open", "archive", "duplicate", "publish"]) expect((await post(form, verb)).status).toBe(404);
    expect([await listed(), await listed("?deleted=true")]).toEqual([expect.not.arrayContaining([form]), [form]]);
    // Nothing wakes its integrations.
    const woken = await sweepCursors(env.DB, 0, Date.now() + 86_400_000, 1_000);
    const segment = await segmentOf(form);
    expect(woken.filter((wakeUp) => wakeUp.segment === segment)).toEqual([]);
    const other = await newWorkspace();
    expect((await call("POST", `/v1/forms/${form}/restore`, { key: other })).status).toBe(404);

    expect((await post(form, "restore")).body.state).toBe("open");
    expect((await post(form, "restore")).status).toBe(409);
    const states = await call("GET", `/v1/forms/${form}/integrations`, { key });
    expect(states.body.items.map((one: { id: string; state: string }) => [one.id, one.state])).toEqual([
      [running, "active"],
      [paused, "paused"],
    ]);
    expect((await call("GET", `/v1/forms/${form}/responses`, { key })).body.items).toHaveLength(1);
    expect((await submit(form, { name: "Ravi" })).status).toBe(201);
  });

  it("restored again after a restore that was cut short has its integrations running as they were", async () => {
    const outage = createOutage();
    const headers = { authorization: `Bearer ${key}` };
    const form = await newForm(key);
    const running = await addSheet(form);
    const paused = await addSheet(form);
    await call("POST", `/v1/forms/${form}/integrations/${paused}/pause`, { key });
    await remove(form);
    const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
    outage.d1.fault = "then_unreachable";
    const cut = await outage.call("POST", `/v1/forms/${form}/restore`, { headers });
    quiet.mockRestore();
    expect(cut.status).toBeGreaterThanOrEqual(500);
    const again = await post(form, "restore");
    expect([again.status, again.body.state]).toEqual([200, "open"]);
    const states = [running, paused].map((id) => call("GET", `/v1/forms/${form}/integrations/${id}`, { key }));
    expect((await Promise.all(states)).map(({ body }) => body.state)).toEqual(["active", "paused"]);
    expect((await post(form, "restore")).body.code).toBe("conflict");
  });

  it("whose integrations a person resumed after such a restore stops them when it is deleted again", async () => {
    const form = await newForm(key);
    const id = await addSheet(form);
    await remove(form);
    await env.DB.prepare("UPDATE forms SET deleted_at = NULL, erase_at = NULL WHERE id = ?").bind(form).run();
    await call("POST", `/v1/forms/${form}/integrations/${id}/resume`, { key });
    await remove(form);
    const cursor = env.DB.prepare("SELECT state FROM cursors WHERE segment = ?").bind(await segmentOf(form));
    expect(await cursor.first("state")).toBe("paused");
  });

  it("deleted again gets the new time, so that it can be erased at once", async () => {
    const form = await newForm(key);
    await remove(form);
    const again = await remove(form, "?retentionDays=0");
    expect(Date.parse(again.body.eraseAt)).toBeLessThanOrEqual(Date.now());
    expect((await remove(form, "?retentionDays=x")).status).toBe(400);
    expect((await remove("form_none")).status).toBe(404);
  });
});
