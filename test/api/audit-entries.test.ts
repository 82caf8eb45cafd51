/** An entry of the audit log is written with the change that it tells of, or neither is; and what it tells. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { DefinitionSchema } from "../../src/core/form-schema";
import { changeAudited } from "../../src/store/audit";
import { insertVersion } from "../../src/store/forms";
import { call, QUESTIONS } from "../support/api";
import { drafted, entriesOf, PERSONS_WORDS, post, prepareScene, scene } from "../support/audited/scene";

beforeAll(prepareScene);

describe("an entry and what it is about", () => {
  it("has no entry of what was refused, and a change without its entry is not made", async () => {
    const count = async () => (await env.DB.prepare("SELECT count(*) AS n FROM audit").first<{ n: number }>())?.n;
    const withDraft = await drafted();
    const before = await count();
    const integration = "int_0000000000000000";
    for (const refused of [
      call("DELETE", "/v1/keys/key_0000000000000000", { key: scene.key }),
      call("DELETE", "/v1/connections/conn_0000000000000000", { key: scene.key }),
      call("PATCH", `/v1/forms/${scene.form}`, { key: scene.key, body: { access: "nobody" } }),
      post(`/v1/forms/${scene.form}/integrations/${integration}/pause`),
      post("/v1/deliveries/nothing/skip", { reason: "r" }),
      call("PUT", `/v1/forms/${withDraft}/draft`, { key: scene.key, headers: { "if-match": '"7"' }, body: {} }),
      call("DELETE", `/v1/forms/${withDraft}/draft`, { key: scene.key, headers: { "if-match": '"7"' } }),
    ]) {
      expect((await refused).status).toBeGreaterThanOrEqual(400);
    }
    expect(await count()).toBe(before);
    const change = env.DB.prepare("UPDATE forms SET title = 'Changed' WHERE id = ?").bind(scene.form);
    const entry = {
      id: "aud_x",
      workspace: "w",
      at: 1,
      action: "form.updated",
      object: scene.form,
      detail: {},
    } as const;
    // An entry that D1 does not take.
    await expect(changeAudited(env.DB, [change], { ...entry, actor: null as never })).rejects.toThrow(/NOT NULL/);
    expect((await call("GET", `/v1/forms/${scene.form}`, { key: scene.key })).body.title).not.toBe("Changed");
  });

  it("has no entry of a version that somebody else published first, and the draft of it stays", async () => {
    const id = await drafted();
    const read = () => call("GET", `/v1/forms/${id}/draft`, { key: scene.key });
    const before = [(await read()).body, await entriesOf(id)];
    const definition = DefinitionSchema.parse({ title: "Late", questions: QUESTIONS });
    const entry = {
      id: "aud_y",
      workspace: "w",
      at: 1,
      actor: "k",
      action: "form.version_published",
      object: id,
    } as const;
    const late = { form: id, version: 1, definition, now: 1, draftRevision: 1 };
    expect(await insertVersion(env.DB, late, { ...entry, detail: {} })).toBe(false);
    expect([(await read()).body, await entriesOf(id)]).toEqual(before);
    expect((await call("GET", `/v1/forms/${id}/versions/1`, { key: scene.key })).body.title).not.toBe("Late");
  });

  it("tells which draft a version came from, what a form was copied from, and which settings were changed", async () => {
    const id = await drafted();
    const published = (await post(`/v1/forms/${id}/publish`)).body.version;
    const copy = (await post(`/v1/forms/${id}/duplicate`)).body.id;
    await call("PATCH", `/v1/forms/${id}`, { key: scene.key, body: { responsesMax: 3, closedMessage: PERSONS_WORDS } });
    const details = async (object: string) =>
      (await entriesOf(object)).map(({ action, detail }: { action: string; detail: object }) => [action, detail]);
    expect(await details(id)).toEqual([
      ["form.updated", { changed: ["responsesMax", "closedMessage"] }],
      ["form.version_published", { version: published, draft: 1 }],
      ["form.draft_saved", {}],
      ["form.created", {}],
    ]);
    expect(await details(copy)).toEqual([["form.duplicated", { from: id }]]);
  });
});
