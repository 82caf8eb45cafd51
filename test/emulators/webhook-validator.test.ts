/**
 * The validators of the webhook's README, run as they stand there against the kind's own code; and the standard's
 * library as one.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ResponseAnnotation } from "../../src/core/annotation";
import type { Entry } from "../../src/core/integration";
import type { Answers } from "../../src/core/response";
import { deliverPage } from "../../src/integrations/webhook/deliver";
import { credentials } from "../../src/integrations/webhook/keys";
import type { Secrets } from "../../src/integrations/webhook/manifest";
import { entry, makeWorld, page, response } from "../../src/integrations/webhook/testing";

const readme = readFileSync(path.resolve(import.meta.dirname, "../../src/integrations/webhook/README.md"), "utf8");
/** All code of a language, as somebody puts it in one file. */
const codeOf = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code).join("\n");

const ODD = { monthly_income: 100, monthly_savings: 95 };
const FINE = { monthly_income: 100, monthly_savings: 20 };
const FLAG = { rule: "savings_plausible", message: "Nobody saves that much.", questions: ["monthly_savings"] };
const started: ChildProcess[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.kill("SIGKILL");
});

const newSecrets = () => credentials.generate((bytes) => crypto.getRandomValues(bytes));
const event = (n: number, answers: Answers, other: Partial<Entry> = {}) =>
  entry(n, { response: response(n, answers), ...other });

/** A page of these, sent to a receiver; what it says of which response, and the attempts. */
async function judged(send: (request: Request) => Promise<Response>, secrets: Secrets, entries: readonly Entry[]) {
  const calls: ResponseAnnotation[] = [];
  const annotate = async (annotations: readonly ResponseAnnotation[]) => {
    calls.push(...annotations);
    return annotations.map(() => "done" as const);
  };
  const { deps } = makeWorld({}, {}, { secrets, annotate, now: Date.now, fetch: send });
  const { attempts } = await deliverPage(page(entries), deps);
  const says = calls.map(({ response: { id }, flags, metadata }) => [id, flags ?? metadata]);
  return { says, attempts: [...(attempts?.values() ?? [])] };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts a program of the README. Returns how to send it a request. */
async function start(command: string, name: string, { code, secret }: { code: string; secret: string }) {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "formlog-")), name);
  writeFileSync(file, code);
  const port = await freePort();
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
  started.push(spawn(command, [file], { env, stdio: "ignore" }));
  const url = `http://127.0.0.1:${port}/`;
  await vi.waitFor(() => fetch(url), { timeout: 20_000, interval: 50 });
  return async ({ headers, body: given, method }: Request) => {
    const body = given && (await new Response(given).text());
    return fetch(url, { method, headers, body });
  };
}

// Whoever works on this without Python still has the other one.
const noPython = spawnSync("python3", ["--version"]).status !== 0;
const PROGRAMS = [
  { language: "js", command: process.execPath, file: "validator.mjs", skip: false },
  { language: "python", command: "python3", file: "validator.py", skip: noPython },
];

describe.each(PROGRAMS)("the validator of the README in $language", ({ language, command, file, skip }) => {
  it.skipIf(skip)("flags what is odd, clears what is not, and is heeded; strangers get nothing out of it", async () => {
    const secrets = await newSecrets();
    const send = await start(command, file, { code: codeOf(language), secret: secrets.secret ?? "" });
    const entries = [
      event(1, ODD),
      event(2, FINE),
      event(3, { name: "Åsa 😀" }),
      event(4, ODD, { event: "updated", changedAt: Date.now() }),
      event(5, ODD, { event: "reviewed", changedAt: Date.now() }),
    ];
    const { says, attempts } = await judged(send, secrets, entries);
    expect(says).toEqual([
      ["resp1", [FLAG]],
      ["resp2", []],
      ["resp3", []],
      ["resp4", [FLAG]],
    ]);
    expect(attempts.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 204]);
    const strange = await judged(send, await newSecrets(), [event(1, ODD)]);
    expect(strange).toMatchObject({ says: [], attempts: [{ status: 401 }] });
    const half: Record<string, string>[] = [{}, { "webhook-timestamp": String(Math.floor(Date.now() / 1000)) }];
    for (const headers of half) {
      const request = new Request("http://localhost/", { method: "POST", body: "{}", headers });
      expect((await send(request)).status).toBe(401);
    }
    expect((await judged(send, secrets, [event(1, ODD)])).says, "and goes on").toHaveLength(1);
  });
});

describe("a receiver that signs with the standard's own library", () => {
  const answering = (secret: string) => async (request: Request) => {
    const id = request.headers.get("webhook-id") ?? "";
    const body = JSON.stringify({ flags: [{ ...FLAG, message: "Ünglaublich 😀" }] });
    const [now, webhook] = [new Date(), new Webhook(secret)];
    expect(webhook.verify(await request.text(), Object.fromEntries(request.headers))).toBeTruthy();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": webhook.sign(id, now, body),
    };
    return new Response(body, { headers });
  };

  it("is heeded, with the secret from before a rotation too", async () => {
    const secrets = await newSecrets();
    const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    const rotated = await credentials.rotate(secrets, { now: Date.now(), random });
    for (const [secret, held] of [
      [secrets.secret, secrets],
      [secrets.secret, rotated],
      [rotated.secret, rotated],
    ] as const) {
      const { says } = await judged(answering(secret ?? ""), held, [event(1, ODD)]);
      expect(says).toEqual([["resp1", [{ ...FLAG, message: "Ünglaublich 😀" }]]]);
    }
  });
});
