import { exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";
import { BROKEN, GOOD, RULED } from "../support/rules";
import { onlyOnOneShard } from "../support/shards";
import { countTrips } from "../support/trips";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
beforeEach(async () => {
  form = await newForm(key, RULED);
});

async function open(path: string, fields?: Record<string, string>) {
  const init = fields ? { method: "POST", body: new URLSearchParams(fields) } : {};
  const answer = await exports.default.fetch(
    new Request(`http://formlog.test${path}`, { ...init, redirect: "manual", headers: { "accept-language": "en" } }),
  );
  return {
    status: answer.status,
    location: answer.headers.get("location") ?? "",
    headers: answer.headers,
    page: (await answer.text()).replaceAll("&amp;", "&"),
  };
}
async function link(more: object = {}): Promise<string> {
  const { body } = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha", ...more } });
  return new URL(body.url).search;
}
const collect = async (query: string, answers: unknown = BROKEN) =>
  (await submit(form, answers, { headers: { "formlog-link": new URLSearchParams(query).get("link") ?? "" } })).body.id;
const hrefs = (page: string, part: string) =>
  [...page.matchAll(/href="([^"]*)"/g)].map(([, href = ""]) => href).filter((href) => href.includes(part));

describe("the page of an inbox", () => {
  it("leads from the form to what was flagged, to its fix, and back; what is mended is gone", async () => {
    const query = await link();
    expect((await open(`/f/${form}${query}`)).page).not.toContain("/inbox");
    const [first, second] = [await collect(query), await collect(query, { ...BROKEN, name: "Binu" })];
    await collect(query, GOOD);
    const front = await open(`/f/${form}${query}`);
    expect(front.page).toContain("Sent back to you: 2");
    const [address = ""] = hrefs(front.page, "/inbox");
    const shown = await open(address);
    expect([shown.status, shown.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(shown.page).toContain("Ravi · 100 · 500");
    expect(shown.page.split("Savings are more than the income.")).toHaveLength(3);
    const [fix = "", other] = hrefs(shown.page, "/corrections/");
    const correction = await open(fix);
    expect(correction.page).toContain(first);
    const [, version = ""] = /name="formlog_version" value="(\d+)"/.exec(correction.page) ?? [];
    const fields = { formlog_revision: "1", formlog_version: version, q_name: "Ravi", q_monthly_income: "100" };
    const sent = await open(fix, { ...fields, q_monthly_savings: "50" });
    const done = await open(sent.location);
    expect(done.page).toContain("nothing is left to correct");
    const after = await open(hrefs(done.page, "/inbox")[0] ?? "");
    expect(hrefs(after.page, "/corrections/").map((href) => href.split("?")[0])).toHaveLength(1);
    expect([after.page.includes(first), after.page.includes(second), other]).toEqual([
      false,
      true,
      expect.stringContaining("link="),
    ]);
  });

  it("speaks the form's languages, and keeps the link and the language on its way", async () => {
    const query = await link();
    await collect(query);
    const { page } = await open(`/f/${form}/inbox${query}&lang=hi`);
    expect(page).toContain('<html lang="hi"');
    expect(page).toContain("बचत आय से अधिक है।");
    expect(page).toContain("आपको लौटाए गए: 1");
    expect(hrefs(page, "/corrections/")[0]).toMatch(/\?link=.*&lang=hi$/);
    expect(hrefs(page, "lang=en")).toEqual([`/f/${form}/inbox${query}&lang=en`]);
  });

  it("goes on over several pages, and says when nothing waits", async () => {
    const query = await link();
    expect((await open(`/f/${form}/inbox${query}`)).page).toContain("Nothing needs another look.");
    for (let n = 0; n < 22; n += 1) await collect(query);
    const first = await open(`/f/${form}/inbox${query}`);
    const [more = ""] = hrefs(first.page, "cursor=");
    const rest = await open(more);
    expect([first, rest].map(({ page }) => hrefs(page, "/corrections/").length)).toEqual([20, 2]);
    expect((await open(`/f/${form}/inbox${query}&cursor=nonsense`)).status).toBe(400);
  });

  it("opens for the link of its form alone, and is read only", async () => {
    const query = await link();
    const other = await newForm(key, RULED);
    const statuses = [];
    for (const path of [`/f/${form}/inbox`, `/f/${other}/inbox${query}`, `/f/${form}/inbox?link=made-up`])
      statuses.push((await open(path)).status);
    expect(statuses).toEqual([401, 404, 403]);
    expect((await open(`/f/${form}/inbox${query}`, {})).status).toBe(405);
  });
});

it("is reached from a form that is closed, and by a link that is used up", async () => {
  const query = await link({ responsesMax: 1 });
  await collect(query);
  const full = await open(`/f/${form}${query}`);
  expect([full.status, hrefs(full.page, "/inbox")]).toEqual([409, [`/f/${form}/inbox${query}`]]);
  const more = await link();
  await collect(more);
  await call("POST", `/v1/forms/${form}/close`, { key });
  const closed = await open(`/f/${form}${more}`);
  expect([closed.status, hrefs(closed.page, "/inbox")]).toEqual([200, [`/f/${form}/inbox${more}`]]);
  expect(hrefs((await open(`/f/${form}/inbox${more}`)).page, "/corrections/")).toHaveLength(1);
});

onlyOnOneShard("counts the round trips of one").it(
  "costs the form one round trip by a link, none without one, and the form nothing when D1 is away",
  async () => {
    const query = await link();
    await collect(query);
    const trips = async (path: string) => {
      await open(path);
      const count = countTrips();
      await open(path);
      return count.stop();
    };
    expect([await trips(`/f/${form}`), await trips(`/f/${form}${query}`)]).toEqual([0, 1]);
    for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
    const outage = createOutage();
    const shown = async () => (await outage.call("GET", `/f/${form}${query}`)).body;
    expect(await shown()).toContain("/inbox");
    outage.d1.fault = "unreachable";
    const body = await shown();
    vi.restoreAllMocks();
    expect([body.includes("q_monthly_savings"), body.includes("/inbox")]).toEqual([true, false]);
  },
);
