import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, call, newForm, newWorkspace, submit } from "../support/api";
import { createOutage } from "../support/failing-d1";

/** Of RATE_LOW in vitest.config.ts, the real binding. */
const LIMIT = 3;

let key = "";
let form = "";
beforeAll(async () => {
  key = await newWorkspace();
});
// The counters outlive a test: each has a form of its own.
beforeEach(async () => {
  form = await newForm(key);
});

const low = createOutage({ RATE_SUBMIT: env.RATE_LOW });
const post = (path: string, body: unknown, address: string, headers: Record<string, string> = {}) =>
  low.call("POST", path, { body, headers: { "cf-connecting-ip": address, ...headers } });
const send = (address: string, of = form, headers = {}) =>
  post(`/v1/forms/${of}/responses`, { answers: { name: "a" } }, address, headers);
/**
 * Sends until one is refused. The window may turn once meanwhile, so that it takes at most twice the limit and one
 * more.
 */
async function untilRefused(sendOne: (i: number) => Promise<Answer>): Promise<{ refused: Answer; taken: number }> {
  for (let i = 0; i <= 2 * LIMIT; i += 1) {
    const answer = await sendOne(i);
    if (answer.status === 429) return { refused: answer, taken: i };
  }
  throw new Error("nothing was refused");
}
/** More than any window takes. */
async function allTaken(sendOne: () => Promise<Answer>): Promise<void> {
  for (let i = 0; i <= 2 * LIMIT; i += 1) expect((await sendOne()).status).toBe(201);
}

describe("responses without a key", () => {
  it("over the limit are 429 with Retry-After, and nothing of them is stored", async () => {
    const { refused, taken } = await untilRefused(() => send("203.0.113.7"));
    expect([refused.headers.get("retry-after"), refused.body.code]).toEqual(["60", "too_many_requests"]);
    expect(taken).toBeGreaterThanOrEqual(LIMIT);
    const list = await call("GET", `/v1/forms/${form}/responses`, { key });
    expect(list.body.items).toHaveLength(taken);
  });

  it("are counted for each form and each network: an IPv6 /64 is one", async () => {
    await untilRefused((i) => send(`2001:db8:1:2:${i}::${i}`));
    expect((await send("2001:db8:1:3::1")).status).toBe(201);
    expect((await send("2001:db8:1:2::1", await newForm(key))).status).toBe(201);
  });

  it("are counted by link too, and not with a key", async () => {
    const link = await call("POST", `/v1/forms/${form}/links`, { key, body: { name: "Asha" } });
    const token = new URL(link.body.url).searchParams.get("link") ?? "";
    await untilRefused(() => send("203.0.113.8", form, { "formlog-link": token }));
    await allTaken(() => send("203.0.113.8", form, { authorization: `Bearer ${key}` }));
  });

  it("in a batch are counted as well", async () => {
    const body = { responses: [{ answers: { name: "a" } }, { answers: { name: "b" } }] };
    const { taken } = await untilRefused(() => post(`/v1/forms/${form}/responses/batch`, body, "203.0.113.9"));
    expect(taken).toBeGreaterThan(0);
  });

  it("from the hosted form meet the same limit, on a page that keeps what was typed", async () => {
    const body = () => new URLSearchParams({ q_name: "Mira" });
    const { refused } = await untilRefused(() => post(`/f/${form}`, body(), "203.0.113.11"));
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(refused.body).toContain("Not sent yet: Too many at once");
    expect(refused.body).toContain('value="Mira"');
  });
});

describe("no limit", () => {
  it.each(["127.0.0.1", "::1"])("for this machine itself (%s)", async (address) => {
    await allTaken(() => send(address));
  });

  it("without the binding, or when it fails", async () => {
    const failing = { limit: () => Promise.reject(new Error("the limiter is down")) };
    for (const binding of [undefined, failing]) {
      const own = createOutage({ RATE_SUBMIT: binding });
      const headers = { "cf-connecting-ip": "203.0.113.12" };
      for (let i = 0; i <= 2 * LIMIT; i += 1) {
        const sent = await own.call("POST", `/v1/forms/${form}/responses`, {
          body: { answers: { name: "a" } },
          headers,
        });
        expect(sent.status).toBe(201);
      }
    }
  });

  it("that a person meets by default", async () => {
    for (let i = 0; i < 100; i += 1) {
      const sent = await submit(form, { name: "a" }, { headers: { "cf-connecting-ip": "203.0.113.13" } });
      expect(sent.status).toBe(201);
    }
  });
});

it("a batch counts each of its responses where the binding can", async () => {
  const asked: unknown[] = [];
  const limit = async (options: unknown) => {
    asked.push(options);
    return { success: true };
  };
  const own = createOutage({ RATE_SUBMIT: { limit } });
  const body = { responses: [{ answers: { name: "a" } }, { answers: { name: "b" } }] };
  const headers = { "cf-connecting-ip": "203.0.113.14" };
  await own.call("POST", `/v1/forms/${form}/responses/batch`, { body, headers });
  expect(asked).toEqual([{ key: `${form} 203.0.113.14`, delta: 2 }]);
});
