import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";

describe("reading the audit log", () => {
  it("is read newest first, page by page, by object, action and time, with the scope admin", async () => {
    const own = await newWorkspace();
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push(await newForm(own));
    const read = async (query: string, as = own) => (await call("GET", `/v1/audit${query}`, { key: as })).body;
    const seen: string[] = [];
    let next: string | null = "";
    while (next !== null) {
      const page: { items: { object: string }[]; next: string | null } = await read(
        `?action=form.created&limit=2${next && `&cursor=${next}`}`,
      );
      seen.push(...page.items.map(({ object }) => object));
      next = page.next;
    }
    expect(seen).toEqual(ids.toReversed());
    expect((await read(`?object=${ids[2]}`)).items).toMatchObject([{ action: "form.created", object: ids[2] }]);
    expect((await read(`?object=${ids[2]}`, await newWorkspace())).items, "another workspace's").toEqual([]);
    const middle = "2026-11-23T20:00:00Z";
    await env.DB.prepare("UPDATE audit SET at = ? WHERE object IN (?, ?)")
      .bind(Date.parse(middle) - 1, ids[0] ?? "", ids[1] ?? "")
      .run();
    await env.DB.prepare("UPDATE audit SET at = ? WHERE object IN (?, ?)")
      .bind(Date.parse(middle), ids[2] ?? "", ids[3] ?? "")
      .run();
    const since = await read(`?action=form.created&since=${encodeURIComponent(middle)}`);
    expect(since.items.map((entry: { object: string }) => entry.object)).toEqual(
      expect.not.arrayContaining([ids[0], ids[1]]),
    );
    expect(since.items.map((entry: { object: string }) => entry.object)).toEqual(
      expect.arrayContaining([ids[2], ids[3]]),
    );
    const until = await read(`?until=${encodeURIComponent(middle)}`);
    expect(until.items.map((entry: { object: string }) => entry.object)).toEqual([ids[1], ids[0]]);
    const { id: actor, key: other } = (
      await call("POST", "/v1/keys", { key: own, body: { name: "Other", scopes: ["admin"] } })
    ).body;
    await call("POST", `/v1/forms/${ids[0]}/close`, { key: other });
    expect((await read(`?actor=${actor}`)).items).toMatchObject([{ action: "form.closed", actor, object: ids[0] }]);
    for (const bad of ["?action=form.eaten", "?since=yesterday", "?until=x", "?cursor=x", "?limit=0"]) {
      expect((await read(bad)).code, bad).toBe("invalid_parameter");
    }
    const reader = (await call("POST", "/v1/keys", { key: own, body: { name: "R", scopes: ["forms:read"] } })).body.key;
    expect((await read("", reader)).code).toBe("forbidden");
  });

  it("looks through 5,000 entries a page for those of an action or an actor, and goes on with the next", async () => {
    const own = await newWorkspace();
    const old = await newForm(own);
    const { workspace } = (await env.DB.prepare("SELECT workspace FROM forms WHERE id = ?").bind(old).first()) ?? {};
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO audit (id, workspace, at, actor, action, object, detail)
       SELECT 'aud_' || i, ?1, ?2 + i, 'key_busy', 'response.reviewed', 'r', '{}' FROM n`,
    )
      .bind(workspace, Date.now() + 60_000)
      .run();
    const read = async (query: string) =>
      (await call("GET", `/v1/audit?action=form.created${query}`, { key: own })).body;
    const first = await read("");
    expect(first).toEqual({ items: [], next: expect.any(String) });
    expect(await read(`&cursor=${first.next}`)).toMatchObject({ items: [{ object: old }], next: null });
  });
});
