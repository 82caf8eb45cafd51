import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const post = (fields: Record<string, string>) =>
  call("POST", `/f/${form}`, {
    body: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

it("the hosted form stores what is sent once, however often it is sent, and shows the receipt", async () => {
  const page = await call("GET", `/f/${form}`);
  expect(page.status).toBe(200);
  const [, formKey = ""] = /name="formlog_key"[^>]*value="([^"]+)"/.exec(page.body) ?? [];
  const fields = { formlog_key: formKey, formlog_version: "1", q_name: "Asha", q_city: "pune", q_age: "31" };
  const [first, again] = [await post(fields), await post(fields)];
  expect([first.status, again.status]).toEqual([303, 303]);
  expect(again.headers.get("location")).toBe(first.headers.get("location"));
  const list = await call("GET", `/v1/forms/${form}/responses`, { key });
  expect(list.body.items).toMatchObject([{ answers: { name: "Asha", city: "pune", age: 31 } }]);
  const thanks = await call("GET", first.headers.get("location") ?? "");
  expect(thanks.body).toContain(list.body.items[0].id);
});

it("a failure that nobody expected is a page for people, and a line in the log without what was typed", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const prepare = vi.spyOn(env.DB, "prepare").mockImplementation(() => {
    throw new TypeError("broken binding");
  });
  const { status, headers, body } = await call("GET", "/f/form_unknown");
  prepare.mockRestore();
  expect([status, headers.get("content-type")]).toEqual([500, "text/html; charset=UTF-8"]);
  expect(body).toContain("<h1");
  expect(body).not.toContain("broken binding");
  expect(String(log.mock.calls[0])).toContain("broken binding");
});

it("a robot that fills in the trap is thanked without a receipt; nothing is stored, and the log counts it", async () => {
  const log = vi.spyOn(console, "info").mockImplementation(() => {});
  const own = await newForm(key);
  const sent = await call("POST", `/f/${own}`, {
    body: new URLSearchParams({ q_name: "Robot", formlog_website: "https://spam.example" }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect([sent.status, sent.headers.get("location")]).toEqual([303, `/f/${own}/thanks`]);
  expect((await call("GET", `/f/${own}/thanks`)).status).toBe(200);
  expect((await call("GET", `/v1/forms/${own}/responses`, { key })).body.items).toEqual([]);
  const lines = log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("honeypot_filled"));
  expect(lines).toEqual([expect.stringContaining(own)]);
  expect(lines.join()).not.toMatch(/Robot|spam/);
});
