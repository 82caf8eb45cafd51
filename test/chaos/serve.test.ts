import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { childrenOf } from "../../scripts/local/processes";
import { type Served, serveEmulator } from "../../scripts/local/serve";
import { parseResponseId } from "../../src/core/ids";
import { createSheetsEmulator } from "../../src/integrations/google-sheets/emulator";
import { type Serving, startServe } from "../support/serve";
import { until } from "../support/stack";
import { ask, insist } from "./client";
import { pause } from "./options";

const PORT = 18_987;
const COUNT = 400;
const CLIENTS = 16;
const SPREADSHEET = "1served-spreadsheet";
const EMAIL = "survey@served-project.iam.gserviceaccount.com";
const ROOT_KEY = "a-root-key-of-a-machine-of-ones-own-0123";

const state = mkdtempSync(path.join(tmpdir(), "formlog-serve-"));
const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const google = createSheetsEmulator({ accounts: [{ clientEmail: EMAIL, publicKey }] });
let emulator: Served;
let service: Serving;

const start = () =>
  startServe({
    FORMLOG_STATE: state,
    PORT: String(PORT),
    FORMLOG_ROOT_KEY: ROOT_KEY,
    FORMLOG_ENCRYPTION_KEY: `test:${Buffer.from("an encryption key of 32 bytes !!").toString("base64")}`,
    PUBLIC_URL: "https://forms.example.com",
    GOOGLE_SHEETS_URL: emulator.url,
    GOOGLE_TOKEN_URL: `${emulator.url}/token`,
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    // The emulator is on this machine.
    FORMLOG_PRIVATE_NETWORK: "1",
  });

beforeAll(async () => {
  google.createSpreadsheet({ id: SPREADSHEET, title: "Served", sharedWith: [EMAIL] });
  emulator = await serveEmulator(google.fetch, 0);
  service = await start();
});

afterAll(async () => {
  await service?.kill();
  await emulator?.close();
  rmSync(state, { recursive: true, force: true });
});

let key = "";
let form = "";

/** The n-th, until it is answered with 201; its id. */
async function submit(n: number): Promise<string> {
  const call = { key, body: { answers: { n } }, headers: { "idempotency-key": `n-${n}` } };
  for (;;) {
    const answer = await ask("POST", `${form}/responses`, call);
    // Never a 202: a queue in memory can't promise anything.
    if (answer) expect(answer.status).toBe(201);
    if (answer) return answer.body.id;
    await pause(50);
  }
}

it("killed hard in mid-load and started again: all that was answered 201 is stored once and delivered once, in order", async () => {
  const { url } = service;
  const post = (at: string, by: string, body: unknown) => insist("POST", at, { key: by, body, status: 201 });
  key = (await post(`${url}/v1/workspaces`, ROOT_KEY, { name: "Served" })).key;
  const questions = [{ ref: "n", type: "integer", title: "Number" }];
  form = `${url}/v1/forms/${(await post(`${url}/v1/forms`, key, { title: "Served", questions })).id}`;
  await post(`${form}/integrations`, key, { kind: "google-sheets", config: { spreadsheetId: SPREADSHEET } });

  const ids: string[] = [];
  let next = 0;
  const third = Promise.withResolvers<void>();
  const client = async () => {
    while (next < COUNT) {
      ids.push(await submit(next++));
      if (ids.length > COUNT / 3) third.resolve();
    }
  };
  const load = Promise.all(Array.from({ length: CLIENTS }, client));
  await Promise.race([third.promise, load]);
  await service.kill();
  expect(ids.length).toBeLessThan(COUNT);
  service = await start();
  await load;

  const rows = () => google.readRows(SPREADSHEET, "Responses").slice(1);
  await until(() => expect(rows()).toHaveLength(COUNT), 120_000);
  const place = (id: string) => parseResponseId(id)?.position ?? 0;
  expect(rows().map((row) => row[0])).toEqual(ids.toSorted((a, b) => place(a) - place(b)));
  expect(new Set(ids).size).toBe(COUNT);
  expect((await insist("GET", `${url}/readyz`, { key, status: 200 })).status).toBe("ready");
});

it("starts workerd again when it is lost, at the same address", async () => {
  const restarts = () => service.lines.filter((line) => line.includes('"event":"workerd_restarted"')).length;
  const workerd = childrenOf(service.pid).find(({ command }) => command.includes("workerd serve"));
  process.kill(workerd?.pid ?? 0, "SIGKILL");
  await until(() => expect(restarts()).toBe(1), 60_000);
  await submit(COUNT);
});

it("told to end, answers what is under way and ends with 0; its log is JSON lines without an answer", async () => {
  const body = JSON.stringify({ answers: { n: 123_456_789 } });
  const { port, pathname } = new URL(`${form}/responses`);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": body.length };
  const request = http.request({ host: "127.0.0.1", port, path: pathname, method: "POST", headers });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    request.once("response", (response) => resolve(response.resume().statusCode));
    request.once("error", reject);
  });
  await new Promise<unknown>((sent) => request.write(body.slice(0, 10), sent));
  process.kill(service.pid, "SIGTERM");
  await until(() => expect(service.lines.join()).toContain('"event":"draining"'));
  request.end(body.slice(10));
  expect(await answered).toBe(201);
  expect(await service.ended).toBe(0);
  const events = service.lines.map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(["serving", "swept"]));
  expect(events.every(({ time, level, event }) => time && level && event)).toBe(true);
  expect(service.lines.join("\n")).not.toMatch(/123456789|private_key|PRIVATE KEY/);
});
