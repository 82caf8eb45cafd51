import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";

const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };

let key = "";
let one: Visitor;
beforeAll(async () => {
  key = await newWorkspace();
  one = await operator(key);
});

const titlesIn = (page: string) =>
  [...page.matchAll(/<th [^>]*scope="row"[^>]*><(?:a|span)[^>]*>([^<]*)</g)].map(([, title]) => title);

describe("the list of forms", () => {
  it("has the state, the number of responses and the last one of each", async () => {
    const [own, look] = [await newWorkspace(), "/console/forms"];
    const visitor = await operator(own);
    expect(textOf((await visitor.get(look)).body)).toContain("No forms yet");
    const form = await newForm(own, { title: "Visit" });
    await newForm(own, { title: "Empty", access: "link" });
    await call("POST", "/v1/forms", { key: own, body: { title: "Soon", draft: true } });
    for (let i = 0; i < 3; i += 1) await submit(form, { name: "Asha" });
    const { items } = (await call("GET", `/v1/forms/${form}/responses`, { key: own })).body;
    await call("DELETE", `/v1/forms/${form}/responses/${items[0].id}`, { key: own });
    await call("POST", `/v1/forms/${form}/close`, { key: own });
    const text = textOf((await visitor.get(look)).body);
    expect(text).toMatch(/Soon State Draft Responses 0 Last response None yet/);
    expect(text).toMatch(/Empty State Open Responses 0 Last response None yet Takes responses by link/);
    expect(text).toMatch(/Visit State Closed Responses 3 Last response (just now|\d+ s ago)/);
  });

  it("has archived and deleted ones apart, and finds by title", async () => {
    const own = await newWorkspace();
    const visitor = await operator(own);
    const [kept, archived, deleted] = await Promise.all(
      ["Kept", "Put away", "Thrown away"].map((title) => newForm(own, { title })),
    );
    await call("POST", `/v1/forms/${archived}/archive`, { key: own });
    await call("DELETE", `/v1/forms/${deleted}`, { key: own });
    const titles = async (query: string) => titlesIn((await visitor.get(`/console/forms${query}`)).body);
    expect(await titles("")).toEqual(["Kept"]);
    expect(await titles("?list=archived")).toEqual(["Put away"]);
    expect(await titles("?list=deleted")).toEqual(["Thrown away"]);
    expect(await titles("?list=deleted&search=THROWN")).toEqual(["Thrown away"]);
    expect(await titles("?search=thrown")).toEqual([]);
    expect((await visitor.get(`/console/forms/${deleted}/responses`)).status).toBe(404);
    expect((await visitor.get(`/console/forms/${kept}/responses`)).status).toBe(200);
  });

  it("is read page by page", async () => {
    const own = await newWorkspace();
    const visitor = await operator(own);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
       INSERT INTO forms (id, workspace, title, state, version, metadata, created_at, updated_at)
       SELECT 'form_' || (SELECT count(*) FROM forms) || '_' || i, (SELECT workspace FROM keys ORDER BY no DESC LIMIT 1), 'Form ' || i,
         'open', 1, '{}', 1, 1 FROM n`,
    ).run();
    const seen: (string | undefined)[] = [];
    let path: string | null = "/console/forms";
    while (path !== null) {
      const { body }: { body: string } = await visitor.get(path);
      seen.push(...titlesIn(body));
      path = /<a href="([^"]*)" rel="next"/.exec(body)?.[1] ?? null;
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => `Form ${120 - i}`));
  });
});

describe("the health of a workspace", () => {
  const integrate = async (form: string) =>
    (await call("POST", `/v1/forms/${form}/integrations`, { key, body: SHEETS })).body.id as string;
  const set = (id: string, sql: string, ...values: unknown[]) =>
    env.DB.prepare(`UPDATE cursors SET ${sql} WHERE integration = (SELECT no FROM integrations WHERE id = ?)`)
      .bind(...values, id)
      .run();

  it("shows those that need somebody first, each with its state, what it lags, and its last error in words", async () => {
    expect(textOf((await one.get("/console/integrations")).body)).toContain("No integrations yet");
    const form = await newForm(key, { title: "Visit" });
    const [blocked, paused, active] = [await integrate(form), await integrate(form), await integrate(form)];
    await submit(form, { name: "Asha" });
    await set(
      blocked,
      "state = 'blocked', last_error = ?, next_at = ?",
      "Share the sheet <with us>.",
      Date.now() + 600_000,
    );
    await set(paused, "state = 'paused', last_success_at = ?", Date.now() - 7_200_000);
    const hour = Math.floor(Date.now() / 3_600_000);
    await set(
      active,
      "position = position + 1, tally = ?",
      JSON.stringify([
        [hour - 90, 9, 9],
        [hour - 1, 1240, 3],
      ]),
    );
    await set(paused, "tally = ?", JSON.stringify([[hour, 9, 0]]));
    const workspace = await env.DB.prepare("SELECT workspace FROM integrations WHERE id = ?")
      .bind(blocked)
      .first<string>("workspace");
    await env.DB.prepare(
      `INSERT INTO alerts (workspace, cause, rule, subject, text, form, about, since, gone_at)
       SELECT ?1, 'integration_blocked/' || value, 'integration_blocked', 'Stopped: <b>' || value, 'Mend it, then resume it at https://f.example/console/forms/f/integrations/i', ?2, ?3, ?4, nullif(value, 1)
       FROM json_each('[1,2]')`,
    )
      .bind(workspace, form, blocked, Date.now() - 7_200_000)
      .run();
    const { body } = await one.get("/console/integrations");
    const text = textOf(body);
    expect(text).toMatch(/Integrations 3 Blocked 1 Waiting 0 Paused 1 Parked deliveries 0/);
    const order = ["Blocked Behind 1, ", "Share the sheet &lt;with us&gt;.", "Paused Behind 1, ", "Active Behind –"];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text).toMatch(/Share the sheet &lt;with us&gt;\. It tries again by itself in (9|10) min \./);
    expect(text).toMatch(
      /1 alert Stopped: &lt;b&gt;1 , 2 h ago \. Mend it, then resume it\. Nobody has been told yet\./,
    );
    expect(text.indexOf("1 alert")).toBeLessThan(text.indexOf("Integrations 3"));
    expect(body).toContain(`<a href="/console/forms/${form}/integrations/${blocked}" dir="auto">Stopped`);
    expect(text).toMatch(/Last success 2 h ago/);
    expect(text).toContain("Last day: 1,249 delivered, 3 failed (0.2 %).");
    expect(text).toMatch(/Last day – .*Last day 9 delivered, 0 failed .*Last day 1,240 delivered, 3 failed \(0\.2 %\)/);
    const page = textOf((await one.get(`/console/forms/${form}/integrations/${active}`)).body);
    expect(page).toContain("Last day: 1,240 delivered, 3 failed (0.2 %).");
    const untried = textOf((await one.get(`/console/forms/${form}/integrations/${blocked}`)).body);
    expect(untried).toContain("Last day: nothing tried.");
    const own = textOf((await one.get(`/console/forms/${form}/integrations`)).body);
    expect(own).toContain("Share the sheet &lt;with us&gt;.");
    expect(textOf((await one.get(`/console/forms/${await newForm(key)}/integrations`)).body)).toContain(
      "No integrations yet",
    );
  });
});
