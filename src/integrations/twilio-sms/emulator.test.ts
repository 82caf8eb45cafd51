import { describe, expect, it } from "vitest";
import { createTwilioEmulator, type TwilioEmulator, type TwilioEmulatorOptions } from "./emulator";
import { ACCOUNT, FROM, phone, START, TOKEN } from "./testing";

const URL_ = `https://twilio.test/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
const HEADERS = { authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}` };

function start(options: Partial<TwilioEmulatorOptions> = {}) {
  const clock = { now: START };
  const account = { accountSid: ACCOUNT, authToken: TOKEN, senders: [FROM] };
  return { clock, emulator: createTwilioEmulator({ now: () => clock.now, ...account, ...options }) };
}

async function create(emulator: TwilioEmulator, body: string, more: Record<string, string> = {}): Promise<number> {
  const form = new URLSearchParams({ To: phone(1), From: FROM, Body: body, ...more });
  return (await emulator.fetch(new Request(URL_, { method: "POST", headers: HEADERS, body: form }))).status;
}

async function list(emulator: TwilioEmulator, query: Record<string, string> = {}): Promise<string[]> {
  const response = await emulator.fetch(new Request(`${URL_}?${new URLSearchParams(query)}`, { headers: HEADERS }));
  const { messages } = await response.json<{ messages: { body: string }[] }>();
  return messages.map(({ body }) => body);
}

const control = (emulator: TwilioEmulator, method: string, path: string, body?: unknown) =>
  emulator.fetch(
    new Request(`https://twilio.test/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) }),
  );

/** A file that is written as `scripts/local/providers.ts` writes one. */
function newFile() {
  const file = {
    text: "",
    journal: () => ({
      lines: file.text.split("\n"),
      append: (line: string) => {
        file.text += `${line}\n`;
      },
    }),
  };
  return file;
}

describe("the journal", () => {
  const texts = (emulator: TwilioEmulator) => emulator.messages.map(({ body }) => body);

  it("brings everything back: statuses, replies, deletions, opt-outs, and callbacks still to come", async () => {
    const file = newFile();
    const told: string[] = [];
    const deliverCallback = async (request: Request) => {
      told.push(request.url);
      return { status: 200 };
    };
    const { emulator: before } = start({ journal: file.journal(), deliverCallback });
    await create(before, "first", { StatusCallback: "https://formlog.test/hook" });
    await create(before, "gone", { To: phone(2) });
    for (let step = 0; step < 2; step += 1) await before.advance();
    const gone = before.messages.find(({ body }) => body === "gone");
    await before.advance();
    await before.fetch(
      new Request(URL_.replace(".json", `/${gone?.sid}.json`), { method: "DELETE", headers: HEADERS }),
    );
    await create(before, "second", { StatusCallback: "https://formlog.test/hook2" });
    before.receive({ from: phone(3), to: FROM, body: "STOP" });
    expect(texts(before)).toEqual(["first", "second", "STOP"]);

    const { emulator: after } = start({ journal: file.journal(), deliverCallback });
    expect(after.messages).toEqual(before.messages);
    expect(await create(after, "no", { To: phone(3) })).toBe(400);
    told.length = 0;
    await after.advance();
    expect(told).toEqual(["https://formlog.test/hook2"]);
  });

  it.each([
    ["in the middle of its last line", (text: string) => text.slice(0, -20), ["first"]],
    ["before the end of its last line", (text: string) => text.slice(0, -1), ["first", "second"]],
    ["after its last line", (text: string) => text, ["first", "second"]],
  ])("of a process that was killed %s glues nothing to it", async (_, cut, kept) => {
    const file = newFile();
    const { emulator: before } = start({ journal: file.journal() });
    await create(before, "first");
    await create(before, "second");
    file.text = cut(file.text);
    const { emulator: after } = start({ journal: file.journal() });
    expect(texts(after)).toEqual(kept);
    await create(after, "third");
    const { emulator: again } = start({ journal: file.journal() });
    expect(texts(again)).toEqual([...kept, "third"]);
  });

  it("is written before the answer: what can't be written was not done", async () => {
    const append = () => {
      throw new Error("disk full");
    };
    const { emulator } = start({ journal: { append } });
    await expect(create(emulator, "Hello")).rejects.toThrow("disk full");
    expect(emulator.messages).toHaveLength(0);
  });
});

describe("faults", () => {
  it("strike what they match, as often as they say, at their rate", async () => {
    let dice = 0.5;
    const random = () => {
      dice = (dice * 7.3) % 1;
      return dice;
    };
    const { emulator } = start({ random });
    emulator.faults.push(
      { match: "list", mode: "outage", times: 1 },
      { match: "create", mode: "rate_limit", times: 2 },
    );
    expect([await create(emulator, "a"), await create(emulator, "b"), await create(emulator, "c")]).toEqual([
      ...[429, 429, 201],
    ]);
    await expect(list(emulator)).rejects.toThrow();
    expect(await list(emulator)).toEqual(["c"]);
    emulator.faults.push({ match: "create", mode: "rate_limit", rate: 0.5 });
    const statuses: number[] = [];
    for (let i = 0; i < 100; i += 1) statuses.push(await create(emulator, "x"));
    const struck = statuses.filter((status) => status === 429).length;
    expect(struck).toBeGreaterThan(25);
    expect(struck).toBeLessThan(75);
  });

  it("list_lag hides what is young, no_callback what happened", async () => {
    const told: string[] = [];
    const deliverCallback = async ({ url }: Request) => void told.push(url);
    const { emulator, clock } = start({ deliverCallback });
    await create(emulator, "old", { StatusCallback: "https://formlog.test/hook" });
    clock.now += 60_000;
    await create(emulator, "new");
    emulator.faults.push({ mode: "list_lag", lagSeconds: 30, times: 1 }, { mode: "no_callback", times: 1 });
    expect(await list(emulator)).toEqual(["old"]);
    expect(await list(emulator)).toEqual(["new", "old"]);
    await emulator.advance();
    expect(told).toEqual([]);
    expect(emulator.messages).toMatchObject([{ status: "sending" }, { status: "sending" }]);
  });

  it("are put in and taken out over HTTP, and requests are counted", async () => {
    const { emulator } = start();
    expect((await control(emulator, "POST", "_emulator/faults", { mode: "explode" })).status).toBe(400);
    expect((await control(emulator, "POST", "_emulator/faults", { mode: "refuse_credentials" })).status).toBe(201);
    expect(await create(emulator, "a")).toBe(401);
    expect(await (await control(emulator, "DELETE", "_emulator/faults")).json()).toEqual([]);
    expect(await create(emulator, "b")).toBe(201);
    expect(await (await control(emulator, "GET", "_emulator/stats")).json()).toEqual({ create: 2 });
    await control(emulator, "POST", "_emulator/undeliverable", { to: phone(1), code: 30003 });
    for (let step = 0; step < 3; step += 1) await control(emulator, "POST", "_emulator/advance");
    const messages = await (await control(emulator, "GET", "_emulator/messages")).json();
    expect(messages).toMatchObject([{ status: "undelivered", errorCode: 30003 }]);
  });
});

describe("the list", () => {
  it("filters by the day a message was sent, and never finds a queued one by a date", async () => {
    const { emulator, clock } = start();
    await create(emulator, "today");
    expect(await list(emulator, { DateSent: "2026-11-23" })).toEqual([]);
    await emulator.advance();
    await emulator.advance();
    clock.now += 86_400_000;
    await create(emulator, "tomorrow");
    await emulator.advance();
    await emulator.advance();
    expect(await list(emulator, { DateSent: "2026-11-23" })).toEqual(["today"]);
    expect(await list(emulator, { "DateSent>": "2026-11-24" })).toEqual(["tomorrow"]);
    expect(await list(emulator, { "DateSent<": "2026-11-23" })).toEqual(["today"]);
  });
});

describe("the pages", () => {
  const html = async (emulator: TwilioEmulator, path: string) => (await control(emulator, "GET", path)).text();

  it("escape what people wrote, and show status, segments and replies", async () => {
    const { emulator } = start();
    await create(emulator, "<script>alert(1)</script>".repeat(8));
    emulator.receive({ from: phone(1), to: FROM, body: "<img src=x onerror=alert(1)>" });
    emulator.receive({ from: '"><script>', to: FROM, body: "odd" });
    for (let step = 0; step < 3; step += 1) await emulator.advance();
    const paths = ["", `phones/${encodeURIComponent(phone(1))}`, `phones/${encodeURIComponent('"><script>')}`];
    const [all = "", one = "", odd = ""] = await Promise.all(paths.map((path) => html(emulator, path)));
    for (const page of [all, one, odd]) expect(page).not.toMatch(/<script>|<img src=x/);
    expect(one).toContain("&lt;script&gt;alert(1)");
    expect(one).toContain("2 segments");
    expect(one).toContain("delivered");
    expect(all.indexOf("&gt;&lt;script")).toBeLessThan(all.indexOf(phone(1)));
    expect(all).toContain("3 messages");
    expect(odd).toContain("odd");
  });

  it("send a reply by their own form, and refresh when they are asked to", async () => {
    const { emulator } = start();
    await create(emulator, "Hello");
    const form = new URLSearchParams({ from: phone(1), to: FROM, body: "stop" });
    const url = "https://twilio.test/_emulator/inbound";
    const answer = await emulator.fetch(new Request(url, { method: "POST", body: form }));
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/phones/${encodeURIComponent(phone(1))}`]);
    expect(await create(emulator, "Hello again")).toBe(400);
    const phonePage = `phones/${encodeURIComponent(phone(1))}`;
    expect(await html(emulator, `${phonePage}?refresh=2`)).toContain('http-equiv="refresh" content="2"');
    expect(await html(emulator, phonePage)).not.toContain("http-equiv");
  });
});
