/** What the hosted form of a real installation has of the form's pages and settings; and what a look at it costs. */
import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";
import { countTrips } from "../support/trips";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

const image = `data:image/svg+xml;base64,${btoa("<svg xmlns='http://www.w3.org/2000/svg'/>")}`;
const theme = { color: "#6b2fa0", logo: { image, alt: "Jaldhara" } };
const questions = [
  { ref: "had", type: "yes_no", title: "A loan?", page: { title: "Loans" } },
  { ref: "bank", type: "short_text", title: "Bank", visibleIf: "had", required: true },
  { ref: "sum", type: "number", title: "Sum", page: {} },
  { ref: "twice", type: "number", title: "Twice", calculated: "sum * 2", shown: true },
];

function check(form: string, fields: Record<string, string>) {
  const body = new URLSearchParams({ formlog_version: "1", ...fields }).toString();
  return call("POST", `/f/${form}/check`, {
    body,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

describe("theme, embedOn, keepTyped, thanksMessage", () => {
  it("are kept as they were sent, changed, copied and taken away; lists leave the picture out", async () => {
    const own = await newWorkspace();
    const settings = { theme, embedOn: ["https://example.org"], keepTyped: false, thanksMessage: "See you." };
    const made = await call("POST", "/v1/forms", { key: own, body: { title: "F", questions, ...settings } });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining(settings)]);
    const { id } = made.body;
    expect((await call("GET", `/v1/forms/${id}`, { key: own })).body).toMatchObject(settings);
    const copy = await call("POST", `/v1/forms/${id}/duplicate`, { key: own, body: {} });
    expect(copy.body).toMatchObject(settings);
    for (const item of (await call("GET", "/v1/forms", { key: own })).body.items) {
      expect(item.theme).toEqual({ color: "#6b2fa0" });
    }
    const nothing = { theme: null, embedOn: null, keepTyped: null, thanksMessage: null };
    const changed = await call("PATCH", `/v1/forms/${id}`, { key: own, body: nothing });
    expect(changed.status).toBe(200);
    for (const name of Object.keys(nothing)) expect(changed.body).not.toHaveProperty(name);
  });

  it.each([
    [{ theme: { color: "red" } }, "/theme/color"],
    [{ theme: { logo: { image: "https://example.org/logo.png", alt: "x" } } }, "/theme/logo/image"],
    [{ embedOn: ["*"] }, "/embedOn/0"],
    [{ embedOn: [] }, "/embedOn"],
  ])("%j is refused", async (body, pointer) => {
    const refused = await call("PATCH", `/v1/forms/${await newForm(key)}`, { key, body });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

it("the page, its logo, its check and its QR code are there, and none of them asks the database for a form that is known", async () => {
  const { body } = await call("POST", "/v1/forms", { key, body: { title: "Loan", questions, theme } });
  const paths = ["", "/logo", "/qr.svg", "/share", "/thanks/r0000001"].map((path) => `/f/${body.id}${path}`);
  expect((await call("GET", paths[0] ?? "")).status).toBe(200);
  const trips = countTrips();
  for (const path of paths) expect([path, (await call("GET", path)).status]).toEqual([path, 200]);
  const answer = await check(body.id, { q_had: "yes", q_sum: "21", formlog_part: "1" });
  expect(trips.stop()).toBe(0);
  expect(answer.body).toMatchObject({ hidden: [], required: ["bank"], shown: { twice: "42" } });
  expect(answer.body.problems).toEqual([{ ref: "bank", text: "Please answer this question." }]);
});

it("pages and what is shown are of the page alone: versions tell them apart, exports do not know them", async () => {
  const { body } = await call("POST", "/v1/forms", { key, body: { title: "Loan", questions } });
  const plain = questions.map(({ page: _, shown: __, ...question }) => question);
  await call("POST", `/v1/forms/${body.id}/versions`, { key, body: { title: "Loan", questions: plain } });
  const diff = await call("GET", `/v1/forms/${body.id}/versions/2/diff`, { key });
  expect(diff.body.changed).toEqual([
    { ref: "had", changes: { page: { from: { title: "Loans" } } } },
    { ref: "sum", changes: { page: { from: {} } } },
    { ref: "twice", changes: { shown: { from: true } } },
  ]);
  for (const version of [1, 2]) {
    await call("POST", `/v1/forms/${body.id}/responses`, { body: { answers: { had: false, sum: version } } });
  }
  const csv = (await call("GET", `/v1/forms/${body.id}/export.csv`, { key })).body as string;
  expect(csv.split("\r\n")[0]).toMatch(/A loan\?,Bank,Sum,Twice/);
});
