/** `npm run verify:twilio` against the emulator: it holds there, and says no where something does not. */
import { spawn } from "node:child_process";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { serveEmulator } from "../../scripts/local/serve";
import { checkByText, checkForFree, checkMagicNumbers, type Finding } from "../../scripts/twilio/checks";
import { openWire } from "../../scripts/twilio/wire";
import { createTwilioEmulator } from "../../src/integrations/twilio-sms/emulator";

const root = path.resolve(import.meta.dirname, "../..");
const SID = `AC${"1".repeat(32)}`;
const TOKEN = "the-auth-token-of-the-tests";
const FROM = "+15005550006";
const TO = "+447700900123";
const START = Date.UTC(2026, 10, 23, 12);

/** An emulator, the way to it, and a time in which each second that is waited takes messages one step further. */
function start(change: (answer: Response, request: Request) => Promise<Response> = async (answer) => answer) {
  const clock = { now: START };
  const emulator = createTwilioEmulator({ now: () => clock.now, accountSid: SID, authToken: TOKEN });
  const send = async (request: Request) => change(await emulator.fetch(request), request);
  const wire = openWire({ accountSid: SID, authToken: TOKEN }, { TWILIO_API_URL: "https://twilio.test" }, send);
  const time = {
    now: () => clock.now,
    async sleep(ms: number) {
      clock.now += ms;
      await emulator.advance();
    },
  };
  const byText = () => collect(checkByText(wire, { to: TO, sender: { From: FROM }, time, waitSeconds: 120 }));
  return { emulator, wire, clock, byText, free: () => collect(checkForFree(wire, { From: FROM })) };
}

async function collect(findings: AsyncIterable<Finding>): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const finding of findings) all.push(finding);
  return all;
}
const wrongOf = (findings: readonly Finding[]) =>
  findings.filter(({ holds }) => holds === false).map(({ assumption }) => assumption);

/** An answer with something else in its body. */
async function altered(answer: Response, alter: (text: string) => string): Promise<Response> {
  return new Response(alter(await answer.text()), { status: answer.status });
}

describe("what is free of charge", () => {
  it("holds at the emulator, and sends nothing", async () => {
    const { emulator, free } = start();
    const fresh = await free();
    expect(wrongOf(fresh)).toEqual([]);
    expect(fresh.filter(({ holds }) => holds === null)).toHaveLength(3);
    expect(emulator.messages).toHaveLength(0);
  });

  it("looks at a text that was sent before, if there is one", async () => {
    const { emulator, free, byText } = start();
    await byText();
    const all = await free();
    expect(all.map(({ holds }) => holds)).toEqual(all.map(() => true));
    expect(emulator.messages).toHaveLength(1);
  });

  it("tells how errors read, without numbers", async () => {
    const change = (answer: Response) =>
      altered(answer, (text) => text.replace("'To' number", "'To' number +447700900123"));
    const findings = await start(change).free();
    const seen = findings.map((finding) => finding.seen).join("\n");
    expect(seen).toContain(`HTTP 401, code 20003, status 401: "Authenticate"`);
    expect(seen).toContain("HTTP 400, code 21211, status 400: \"The 'To' number … is not");
    expect(seen).not.toContain("447700900123");
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ["codes that are texts", (text) => text.replace(/"code":(\d+)/, '"code":"$1"'), /401|404|400/],
    ["another code for a number that is none", (text) => text.replace("21211", "21299"), /number that is none/],
    ["a list of another shape", (text) => text.replace('"messages"', '"items"'), /credentials/],
  ])("says no to %s", async (_, alter, expected) => {
    const wrong = wrongOf(await start((answer) => altered(answer, alter)).free());
    expect(wrong.join("\n")).toMatch(expected);
  });

  it("says no when a filter is passed over", async () => {
    const world = start();
    await world.byText();
    const unfiltered = openWire(
      { accountSid: SID, authToken: TOKEN },
      { TWILIO_API_URL: "https://twilio.test" },
      (request) => world.emulator.fetch(new Request(request.url.replace(/DateSent%3E=[^&]*&/, ""), request)),
    );
    expect(wrongOf(await collect(checkForFree(unfiltered, null)))).toEqual([expect.stringContaining("DateSent>=")]);
  });
});

it("the numbers of test credentials hold at the emulator", async () => {
  const findings = await collect(checkMagicNumbers(start().wire));
  expect(findings).toHaveLength(9);
  expect(wrongOf(findings)).toEqual([]);
});

describe("one text", () => {
  it("holds at the emulator, and measures the lag of the list", async () => {
    const { emulator, byText } = start();
    emulator.faults.push({ match: "list", mode: "list_lag", lagSeconds: 7 });
    const findings = await byText();
    expect(findings.map(({ holds }) => holds)).toEqual(findings.map(() => true));
    expect(findings.map(({ seen }) => seen)).toContain("after 7 s");
    expect(emulator.messages).toMatchObject([{ to: TO, from: FROM }]);
  });

  it("says no when the list lags behind for too long", async () => {
    const { emulator, byText } = start();
    emulator.faults.push({ match: "list", mode: "list_lag", lagSeconds: 300 });
    const findings = await byText();
    expect(wrongOf(findings)).toEqual([expect.stringContaining("shows a new message within 120 s")]);
    expect(findings.at(-1)?.seen).toBe("not within 120 s");
  });

  it.each<[string, (text: string) => string, string]>([
    ["a text that is changed", (text) => text.replaceAll("Formlog ✓", "Formlog ?"), "Its text there"],
    ["a clock that is wrong", (text) => text.replaceAll("23 Nov 2026 12", "23 Nov 2026 11"), "Its date_created"],
    ["a SID of another form", (text) => text.replaceAll('"SM', '"XX'), "A create with ValidityPeriod"],
  ])("says no to %s", async (_, alter, expected) => {
    const wrong = wrongOf(await start((answer) => altered(answer, alter)).byText());
    expect(wrong[0]).toContain(expected);
  });
});

describe("npm run verify:twilio", () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of cleanUp.splice(0)) await end();
  });

  /** A developer's own .dev.vars has no part in this. */
  const names = ["ACCOUNT_SID", "AUTH_TOKEN", "FROM", "API_URL", "TEST_ACCOUNT_SID", "TEST_AUTH_TOKEN"];
  const UNSET = Object.fromEntries(names.map((name) => [`TWILIO_${name}`, ""]));

  /** The script as a process of its own. */
  async function run(args: readonly string[], vars: Record<string, string>) {
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/verify-twilio.ts", ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, ...UNSET, ...vars },
    });
    let out = "";
    const take = (data: Buffer) => {
      out += data;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    return { code, out };
  }

  async function serve() {
    const emulator = createTwilioEmulator({ accountSid: SID, authToken: TOKEN });
    const server = await serveEmulator(emulator.fetch, 0);
    cleanUp.push(server.close);
    const vars = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN, TWILIO_FROM: FROM, TWILIO_API_URL: server.url };
    return { emulator, vars };
  }

  it("ends with 0 when all holds, and with 1 when something does not", async () => {
    const { emulator, vars } = await serve();
    const test = { TWILIO_TEST_ACCOUNT_SID: SID, TWILIO_TEST_AUTH_TOKEN: TOKEN };
    const good = await run([], { ...vars, ...test });
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining("that were tried hold; 3 not tried") });
    expect(good.out).not.toContain(TOKEN);
    expect(emulator.messages).toHaveLength(1);
    emulator.faults.push({ match: "list", mode: "list_lag", lagSeconds: 300 });
    const bad = await run(["--", "--to", TO, "--wait", "1"], vars);
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining("NO   The list by To shows a new message") });
    expect(bad.out).not.toContain(TO);
    expect(emulator.messages.map(({ to }) => to)).toContain(TO);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ["credentials", [], {}, "Set TWILIO_ACCOUNT_SID"],
    [
      "a number",
      ["--to", "12345"],
      { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN, TWILIO_FROM: FROM },
      "--to must be",
    ],
    ["a sender", ["--to", TO], { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN }, "set TWILIO_FROM"],
  ])("ends with 2 and what to do without %s", async (_, args, vars, sentence) => {
    expect(await run(args, vars)).toMatchObject({ code: 2, out: expect.stringContaining(sentence) });
  });
});
