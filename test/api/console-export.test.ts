import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { operator, textOf, type Visitor } from "../support/console";
import { download, exportOf } from "../support/export";

let key = "";
let form = "";
let visitor: Visitor;
const ids: string[] = [];
/** Before anything was sent: at midnight, not all of it came on one day. */
const began = Date.now();

beforeAll(async () => {
  key = await newWorkspace();
  form = await newForm(key, { title: "Clinic" });
  for (const name of ["Asha", "=cmd", "Meera"]) ids.push((await submit(form, { name })).body.id);
  visitor = await operator(key);
});

const file = (query: string) => visitor.get(`/console/forms/${form}/export/file${query}`);

describe("a file from the console", () => {
  it.each([
    ["?format=csv", "csv", ""],
    ["?format=ndjson&header=ref&bom=false", "ndjson", ""],
    [
      "?format=csv&choices=&header=ref&guard=false&bom=false&metadata=true",
      "csv",
      "?header=ref&guard=false&bom=false&metadata=true",
    ],
    ["?format=xlsx&bom=false&header=ref", "xlsx", "?header=ref"],
  ])("%s is the API's", async (query, format, options) => {
    const ours = await file(query);
    const theirs = await download(key, form, `${format}${options}`);
    expect(ours.status).toBe(200);
    for (const name of ["content-type", "content-disposition", "formlog-entries", "cache-control"]) {
      expect(ours.headers.get(name), name).toBe(theirs.headers.get(name));
    }
    if (format !== "xlsx") expect(ours.body).toBe(new TextDecoder().decode(theirs.bytes));
  });

  it("names the next part of itself, and the parts are the file", async () => {
    let [address, parts] = ["?format=csv&limit=2", ""];
    for (let n = 0; address !== ""; n += 1) {
      expect(n).toBeLessThan(3);
      const part = await file(address);
      parts += part.body;
      address = /file(\?[^>]*)>; rel="next"/.exec(part.headers.get("link") ?? "")?.[1] ?? "";
    }
    expect(parts).toBe((await file("?format=csv")).body);
  });

  it("holds what the table shows, by answers, review and day", async () => {
    const linesOf = async (query: string) => {
      const { status, body } = await file(`?format=ndjson&${query}`);
      expect(status, body.slice(0, 500)).toBe(200);
      return body
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line).answers.name);
    };
    const filter = (operator: string, value: string) => `filter%5Bname%5D%5B${operator}%5D=${value}`;
    await call("POST", `/v1/forms/${form}/responses/${ids[2]}/review`, { key, body: { state: "flagged" } });
    expect(await linesOf(filter("ne", "Asha"))).toEqual(["=cmd", "Meera"]);
    expect(await linesOf(`${filter("ne", "Asha")}&limit=2`)).toEqual(["=cmd"]);
    expect(await linesOf("review=flagged")).toEqual(["Meera"]);
    expect(await linesOf(`review=flagged&${filter("eq", "Asha")}`)).toEqual([]);
    const [first, later] = [0, 2].map((days) => new Date(began + days * 86_400_000).toISOString().slice(0, 10));
    expect(await linesOf(`since=${first}`)).toHaveLength(3);
    expect(await linesOf(`since=${later}`)).toEqual([]);
    const page = await visitor.get(`/console/forms/${form}/export?${filter("eq", "Asha")}`);
    expect(textOf(page.body)).toMatch(/Only responses that are so: .*Name is Asha/);
    expect((await file(`?${filter("is", "Asha")}`)).status).toBe(400);
    expect(await exportOf(key, form, `ndjson?${filter("eq", "Asha")}`)).toContain("Asha");
    expect((await download(key, form, "csv?since=yesterday")).status).toBe(400);
  });

  it("goes on after a response", async () => {
    const { body } = await file(`?format=ndjson&after=${ids[1]}`);
    expect(body.trim().split("\n")).toHaveLength(1);
    expect(body).toContain("Meera");
  });

  it("says on its page what is wrong, with what was chosen", async () => {
    const page = await file("?format=ndjson&after=nonsense");
    expect(page.status).toBe(400);
    expect(textOf(page.body)).toContain("after is the id of a response of this form.");
    expect(page.body).toMatch(/value="ndjson" selected/);
    expect(page.body).toContain('value="nonsense"');
  });
});

it("the page says how much is to come, and may fetch from this site alone", async () => {
  const page = await visitor.get(`/console/forms/${form}/export`);
  expect(textOf(page.body)).toContain("3 responses");
  expect(page.body).toContain('data-entries="3"');
  expect(page.headers.get("content-security-policy")).toContain("connect-src 'self'");
  const empty = await newForm(key);
  expect(textOf((await visitor.get(`/console/forms/${empty}/export`)).body)).toContain(
    "There is nothing to export yet",
  );
});
