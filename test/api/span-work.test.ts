/** What people and providers do with single responses and deliveries of a form, when these lie on three shards. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CALLBACK_DELIVERY, CALLBACK_URL, type Integration } from "../../src/core/integration";
import { acceptCallback } from "../../src/dispatch/callback";
import { drain } from "../../src/dispatch/drain";
import { sweep } from "../../src/dispatch/sweep";
import { rules } from "../../src/integrations/rules/index";
import { search } from "../../src/integrations/search/index";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";
import { twilioSms } from "../../src/integrations/twilio-sms/index";
import type { WakeUp } from "../../src/store/cursors";
import { retireSegment } from "../../src/store/placement";
import { RULED } from "../support/rules";
import { createSpan, type Hand, type Span } from "../support/span";

const FORM = { ...RULED, questions: [...RULED.questions, { ref: "phone", type: "phone_number", title: "Phone" }] };
const ACCOUNT = `AC${"7".repeat(32)}`;
const METRICS_KEY = "metrics-key-of-the-tests-0123456789ab";
const SEGMENT_MAX = 3;

let span: Span;
let key = "";
let form = "";
const callbacks: Request[] = [];
const twilio = createTwilioEmulator({
  now: () => span.clock.now,
  accountSid: ACCOUNT,
  authToken: "t",
  deliverCallback: async (request) => {
    callbacks.push(request);
    return { status: 204 };
  },
});
const sms: Hand = {
  kind: twilioSms as Integration,
  settings: {
    TWILIO_API_URL: "https://twilio.test",
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: "t",
    TWILIO_FROM: "+15005550006",
    TWILIO_STATUS_CALLBACKS: "on",
  },
  fetch: (request) => twilio.fetch(request),
};

beforeAll(async () => {
  span = await createSpan({ segmentMax: SEGMENT_MAX, bindings: { FORMLOG_METRICS_KEY: METRICS_KEY } });
  key = await span.newWorkspace();
});
beforeEach(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {});
  // What the sweeps of other tests noted would say where this form goes on.
  await env.DB.prepare("UPDATE shards SET size_bytes = 0").run();
  form = await span.newForm(key, FORM);
  twilio.undeliverable.clear();
  callbacks.length = 0;
});

const as = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  span.call(method, `/v1/forms/${form}/${path}`, { key, headers, ...(body !== undefined && { body }) });
const phoneOf = (n: number) => `+9198765432${String(n).padStart(2, "0")}`;

/** Nine responses over three shards, every other one flagged, by a link if told. */
async function fill(link?: string) {
  const made: { id: string; correction?: { url: string } }[] = [];
  for (let n = 0; n < 9; n += 1) {
    const answers = { name: `P${n}`, monthly_income: 100, monthly_savings: n % 2 === 0 ? 500 : 5, phone: phoneOf(n) };
    const { status, body } = await span.call("POST", `/v1/forms/${form}/responses`, {
      body: { answers },
      headers: link === undefined ? {} : { "formlog-link": link },
    });
    expect(status).toBe(201);
    made.push(body);
  }
  const shards = (await span.segments(form)).slice(0, 3).map(({ shard }) => shard);
  expect(new Set(shards).size).toBe(3);
  return made;
}

describe("what is flagged", () => {
  it("is in the inbox of its link page by page, oldest first, and goes when it is mended, judged or erased", async () => {
    const made = await as("POST", "links", { name: "Asha" });
    const link = new URL(made.body.url).searchParams.get("link") ?? "";
    const all = await fill(link);
    await span.call("POST", `/v1/forms/${form}/responses`, { body: { answers: { ...RULED, name: "by nobody" } } });
    const flagged = all.filter((_, n) => n % 2 === 0).map(({ id }) => id);
    const inbox = async () => {
      const seen: { response: string; correction: { url: string } }[] = [];
      const counts = new Set<number>();
      for (let next: string | null = ""; next !== null; ) {
        const { status, body }: Awaited<ReturnType<Span["call"]>> = await span.call(
          "GET",
          `/v1/inboxes/${link}?limit=2${next && `&cursor=${next}`}`,
        );
        expect(status).toBe(200);
        seen.push(...body.items);
        counts.add(body.flagged);
        next = body.next;
      }
      return { seen, counts: [...counts], ids: seen.map(({ response }) => response) };
    };
    const first = await inbox();
    expect([first.ids, first.counts]).toEqual([flagged, [5]]);
    const collectors = async () => (await as("GET", "collectors")).body.items;
    expect(await collectors()).toEqual([
      { collector: "Asha", flagged: 5, oldest: { response: flagged[0], receivedAt: expect.any(String) } },
    ]);

    // By the link of each, on its own shard; judged; erased.
    for (const n of [0, 1, 2]) {
      const token = first.seen[n]?.correction.url.split("/").at(-1);
      expect((await span.call("GET", `/v1/corrections/${token}`)).body.response).toBe(flagged[n]);
      const body = { answers: { monthly_savings: 1 } };
      const fixed = await span.call("PATCH", `/v1/corrections/${token}`, { body });
      expect(fixed.body).toMatchObject({ open: false, revision: 2, review: { state: "corrected" } });
    }
    const reviewed = await as("POST", `responses/${flagged[3]}/review`, { state: "approved", comment: "Right" });
    expect(reviewed.body.review.state).toBe("approved");
    expect((await as("GET", `responses/${flagged[3]}/revisions`)).body.items.at(-1)).toMatchObject({
      event: "reviewed",
    });
    expect((await inbox()).ids).toEqual([flagged[4]]);
    expect((await as("DELETE", `responses/${flagged[4]}`)).status).toBe(204);
    expect([(await inbox()).ids, await collectors()]).toEqual([[], []]);
    expect((await as("GET", `responses/${flagged[4]}`)).body).toMatchObject({ answers: {} });
    expect((await as("GET", "responses?order=asc&limit=50")).body.items).toHaveLength(9);
  });
});

describe("texts", () => {
  const report = async (requests: readonly Request[]) => {
    for (const request of requests) {
      const headers = new Headers(request.headers);
      headers.set(CALLBACK_URL, request.url);
      headers.set(CALLBACK_DELIVERY, request.url.split("/").at(-1) ?? "");
      const body = new TextDecoder().decode(await request.arrayBuffer());
      const passed = new Request("https://kind.internal/callback", { method: "POST", headers, body });
      expect((await acceptCallback(span.engineOf(sms), passed)).status).toBe(204);
    }
  };

  it("are reported by callbacks, parked, listed, retried, skipped and counted on whichever shard", async () => {
    const made = await as("POST", "integrations", {
      kind: "twilio-sms",
      config: { to: "phone", body: "Thanks {{name}}", statusCallbacks: true },
    });
    const at = `integrations/${made.body.id}`;
    for (let n = 0; n < 9; n += 1) twilio.undeliverable.set(phoneOf(n), 30003);
    twilio.undeliverable.delete(phoneOf(4));
    const ids = (await fill()).map(({ id }) => id);
    await span.run([sms], 8);
    expect(twilio.messages).toHaveLength(9);
    for (let step = 0; step < 4; step += 1) await twilio.advance();
    await report(callbacks.splice(0));

    const view = async () => (await as("GET", at)).body;
    expect(await view()).toMatchObject({ parked: 8, lag: { entries: 0 } });
    const parked: { id: string; response: string; state: string }[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page: Awaited<ReturnType<Span["call"]>> = await as(
        "GET",
        `${at}/deliveries?state=parked&limit=3${next && `&cursor=${next}`}`,
      );
      parked.push(...page.body.items);
      next = page.body.next;
    }
    expect(parked.map(({ response }) => response)).toEqual([8, 7, 6, 5, 3, 2, 1, 0].map((n) => ids[n]));
    const all = (await as("GET", `${at}/deliveries?limit=50`)).body.items as { response: string; state: string }[];
    expect(all.map(({ response }) => response)).toEqual(ids.toReversed());
    expect(all.map(({ state }) => state).filter((state) => state === "delivered")).toHaveLength(1);

    const metrics = async () => {
      const { body } = await span.call("GET", "/metrics", { key: METRICS_KEY });
      const lines = String(body).split("\n");
      const own = lines.filter((line) => line.includes(made.body.id));
      return {
        parked: own
          .find((line) => line.startsWith("formlog_integration_parked{"))
          ?.split(" ")
          .at(-1),
        entries: own
          .find((line) => line.startsWith("formlog_integration_lag_entries{"))
          ?.split(" ")
          .at(-1),
        ready: lines.filter((line) => line.startsWith("formlog_shard_ready{")).map((line) => line.split(" ").at(-1)),
      };
    };
    expect(await metrics()).toEqual({ parked: "8", entries: "0", ready: ["1", "1", "1"] });

    // One on each shard by hand, the rest together.
    twilio.undeliverable.clear();
    const skipped = await span.call("POST", `/v1/deliveries/${parked[0]?.id}/skip`, {
      key,
      body: { reason: "Called" },
    });
    expect(skipped.body).toMatchObject({ state: "skipped", response: ids[8] });
    for (const n of [7, 3]) {
      const retried = await span.call("POST", `/v1/deliveries/${parked[n]?.id}/retry`, { key });
      expect([retried.status, retried.body.response]).toEqual([202, parked[n]?.response]);
    }
    expect((await as("POST", `${at}/retry`)).body).toEqual({ retried: 5 });
    await span.run([sms], 8);
    for (let step = 0; step < 4; step += 1) await twilio.advance();
    await report(callbacks.splice(0));
    expect(twilio.messages).toHaveLength(9 + 7);
    expect(await view()).toMatchObject({ parked: 0, lag: { entries: 0 } });
    expect(await metrics()).toMatchObject({ parked: "0" });
    for (const [n, id] of ids.entries()) {
      const [delivery] = (await as("GET", `responses/${id}/deliveries`)).body.items;
      expect([n, delivery.state]).toEqual([n, n === 8 ? "skipped" : "delivered"]);
    }
  });
});

describe("a search", () => {
  it("finds the newest first, whichever segment is indexed first", async () => {
    await fill();
    expect((await as("POST", "integrations", { kind: "search", config: {} })).status).toBe(201);
    const hand = { kind: search as Integration };
    const rung: WakeUp[] = [];
    const wake = async (wakeUps: readonly WakeUp[]) => void rung.push(...wakeUps);
    await sweep({ ...span.ctx, wake }, span.clock.now);
    const due = rung.filter(({ kind }) => kind === "search").toSorted((a, b) => b.segment - a.segment);
    expect(due.length).toBeGreaterThan(2);
    for (const wakeUp of due) await drain(span.engineOf(hand), wakeUp);
    await span.run([hand]);
    const { items } = (await as("GET", "search?q=p*")).body;
    const found = items.map(({ response }: { response: { answers: { name: string } } }) => response.answers.name);
    expect(found).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `P${n}`));
  });
});

describe("rules over other responses", () => {
  it("compare with all of the form, in whichever segment and on whichever shard, and judge again there", async () => {
    const limits = { name: "runs_back", message: "Less than before.", questions: ["monthly_income"] };
    const lookup = { same: ["name"], condition: "this.monthly_income < other.monthly_income", limit: 2 };
    const unique = { name: "unique", message: "Twice.", lookup: { same: ["phone"] } };
    const config = { rules: [unique, { ...limits, lookup }], defaultCountry: "IN" };
    await as("POST", "integrations", { kind: "rules", config });
    const ids: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      // Of the first segment, of another shard, and of the fourth one, which is on the first shard again.
      const same = n === 0 || n === 4 || n === 9;
      const answers = { name: same ? "Asha" : `P${n}`, phone: phoneOf(same ? 0 : n), monthly_income: 100 - n };
      const { body } = await span.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
      ids.push(body.id);
    }
    const shards = (await span.segments(form)).map(({ shard }) => shard);
    expect([shards[3], new Set(shards.slice(0, 3)).size]).toEqual([shards[0], 3]);
    const rulesHand = [{ kind: rules as Integration }];
    const flagsOf = async (n: number) =>
      (await as("GET", `responses/${ids[n]}`)).body.flags.map(({ rule }: { rule: string }) => rule);
    await span.run(rulesHand);
    const broken = ["unique", "runs_back"];
    expect([await flagsOf(0), await flagsOf(4), await flagsOf(9)]).toEqual([[], broken, broken]);

    // The one in the first segment is mended: nobody but the holder of the other cursor may take the flag away.
    await as("PATCH", `responses/${ids[0]}`, { answers: { name: "Other", phone: phoneOf(50) } }, { "if-match": "*" });
    await span.run(rulesHand);
    expect([await flagsOf(4), await flagsOf(9)]).toEqual([[], broken]);
    await as("DELETE", `responses/${ids[4]}`);
    await span.run(rulesHand);
    expect(await flagsOf(9)).toEqual([]);
  });
});

describe("a batch that finds its form somewhere else", () => {
  let wide: Span;
  let own = "";
  beforeAll(async () => {
    wide = await createSpan({ segmentMax: 1_000 });
    own = await wide.newWorkspace();
  });
  const people = Array.from({ length: 100 }, (_, i) => `P${i}`);
  const isKeyed = (name: string) => Number(name.slice(1)) % 2 === 0;
  const itemOf = (id: string) => (name: string) => ({
    answers: { name },
    ...(isKeyed(name) && { idempotencyKey: `${id}-${name}` }),
  });

  it.each([
    [
      "in another segment",
      async (id: string) => {
        const [segment] = await wide.segments(id);
        if (segment) await retireSegment(wide.ctx.shards, segment, 1);
      },
    ],
    [
      "with a newer version",
      async (id: string) => {
        const made = await wide.call("POST", `/v1/forms/${id}/versions`, {
          key: own,
          body: { ...FORM, title: "Newer" },
        });
        expect(made.status).toBe(201);
      },
    ],
  ])("is stored there as one group: %s", async (_, change) => {
    const id = await wide.newForm(own, FORM);
    const at = `/v1/forms/${id}/responses`;
    const batch = async (names: readonly string[]) => {
      const { body } = await wide.call("POST", `${at}/batch`, { body: { responses: names.map(itemOf(id)) } });
      return body.items as { status: number; id: string }[];
    };
    const stored = async () =>
      (await wide.call("GET", `${at}?order=asc&limit=200&fields=name`, { key: own })).body.items as {
        answers: { name: string };
      }[];
    await wide.call("POST", at, { body: { answers: { name: "first" } } });
    await wide.settle();
    const known = wide.ctx.forms.get(id);
    await change(id);
    // As an isolate that has not heard of it.
    if (known) wide.ctx.forms.set(id, known);
    const before = wide.trips();
    const items = await batch(people);
    expect(items.map(({ status }) => status)).toEqual(people.map(() => 201));
    expect(wide.trips() - before).toBeLessThan(40);
    expect((await stored()).map(({ answers }) => answers.name)).toEqual(["first", ...people]);
    const again = await batch(people.filter(isKeyed));
    expect(again.map((one) => one.id)).toEqual(items.filter((__, i) => i % 2 === 0).map((one) => one.id));
    expect(await stored()).toHaveLength(101);
  });
});
