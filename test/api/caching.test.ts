/** What may be kept in front of the worker and by whom, what an isolate keeps, and how soon a change is seen. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS } from "../support/api";
import { visitor } from "../support/console";
import { createOutage } from "../support/failing-d1";
import { countTrips } from "../support/trips";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

let key: string;
let form: string;

beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { theme: { logo: { image: PIXEL, alt: "Ours" } } });
});
afterEach(() => void vi.useRealTimers());

const get = (path: string, headers: Record<string, string> = {}) => visitor().get(path, { headers });
const keepOf = ({ headers }: { headers: Headers }) => headers.get("cache-control") ?? "nothing";

/** Addresses in a page. */
async function linksOf(page: string): Promise<string[]> {
  const { body } = await get(page);
  return [...body.matchAll(/(?:href|src)="(\/[^"#]+)"/g)].map(([, path = ""]) => path.replaceAll("&amp;", "&"));
}

describe("for everybody", () => {
  it("the files of a form are kept for good, by an address that holds a hash of them, and asked about by their tag", async () => {
    const files = (await linksOf(`/f/${form}`)).filter((path) => /\/assets\/|\/logo/.test(path));
    expect(files.map((path) => path.replace(/-.*|\?.*/, ""))).toEqual([
      "/f/assets/form",
      "/f/assets/form",
      `/f/${form}/logo`,
    ]);
    for (const path of files) {
      const file = await get(path);
      expect([file.status, keepOf(file)]).toEqual([200, "public, max-age=31536000, immutable"]);
      const again = await get(path, { "if-none-match": file.headers.get("etag") ?? "" });
      expect([again.status, again.body]).toEqual([304, ""]);
    }
  });

  it("a logo by any other address is asked about each time", async () => {
    for (const query of ["", "?v=00000000"]) {
      expect(keepOf(await get(`/f/${form}/logo${query}`))).toBe("no-cache");
    }
  });

  it.each(["/docs", "/openapi.json", "/v1/kinds"])(
    "%s: for five minutes, and for a day while it is asked for anew",
    async (path) => {
      expect(keepOf(await get(path))).toBe("public, max-age=300, stale-while-revalidate=86400");
    },
  );
});

describe("for nobody else", () => {
  it("pages that hold a key for one response, what somebody typed, or a session; and whatever does not say otherwise", async () => {
    const hosted = ["", "/share", "/qr.svg", "/thanks", "/kept/rcp_0000"].map((path) => `/f/${form}${path}`);
    for (const path of [
      ...hosted,
      "/f/form_none",
      "/healthz",
      "/readyz",
      "/nothing",
      "/v1/receipts/rcp_0",
      "/console/sign-in",
    ]) {
      const answer = await get(path);
      expect(keepOf(answer), path).toBe("no-store");
    }
  });

  it("no answer to a key is public", async () => {
    for (const path of [
      `/v1/forms/${form}`,
      "/v1/forms",
      `/v1/forms/${form}/responses`,
      `/v1/forms/${form}/export.csv`,
    ]) {
      expect(keepOf(await call("GET", path, { key })), path).toMatch(/^(private, no-cache|no-store)$/);
    }
  });
});

describe("the hosted form", () => {
  it("costs no round trip where it was opened before", async () => {
    await get(`/f/${form}`);
    const trips = countTrips();
    for (const query of ["", "?lang=hi", "?embed=1", "?name=Asha"]) {
      expect((await get(`/f/${form}${query}`)).status).toBe(200);
    }
    expect(trips.stop()).toBe(0);
  });

  it("is seen as it was published last after 30 seconds at most, also where nobody knows that it was", async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    // Two isolates over one database: what one changes the other is not told.
    const [here, there] = [createOutage(), createOutage()];
    const titleAt = async ({ call: ask }: typeof here) =>
      /<h1[^>]*>([^<]*)/.exec((await ask("GET", `/f/${form}`)).body)?.[1];
    expect(await titleAt(there)).toBe("Visit");
    const headers = { authorization: `Bearer ${key}` };
    const body = { title: "Second visit", questions: QUESTIONS };
    expect((await here.call("POST", `/v1/forms/${form}/versions`, { body, headers })).status).toBe(201);
    expect(await titleAt(here)).toBe("Second visit");
    vi.setSystemTime(Date.now() + 29_000);
    expect(await titleAt(there)).toBe("Visit");
    vi.setSystemTime(Date.now() + 1_000);
    expect(await titleAt(there)).toBe("Second visit");
  });
});
