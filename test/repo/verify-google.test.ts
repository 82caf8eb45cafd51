/**
 * `npm run verify:google` as a user runs it, against a server that does what Google documents and one that does not.
 */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type Served, serveEmulator } from "../../scripts/local/serve";
import { createSheetsEmulator, type SheetsEmulatorOptions } from "../../src/integrations/google-sheets/emulator";

const root = path.resolve(import.meta.dirname, "../..");
const EMAIL = "verify@project.iam.gserviceaccount.com";
const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const servers: Served[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: Partial<SheetsEmulatorOptions> = {}) {
  const emulator = createSheetsEmulator({ accounts: [{ clientEmail: EMAIL, publicKey }], ...options });
  emulator.createSpreadsheet({ id: "mine", title: "Mine", sharedWith: [EMAIL] });
  const server = await serveEmulator(emulator.fetch, 0);
  servers.push(server);
  const run = (...args: string[]) => runScript(server.url, args);
  return { emulator, run };
}

function runScript(url: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/verify-google.ts", "--", ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      GOOGLE_SHEETS_URL: url,
      GOOGLE_TOKEN_URL: `${url}/token`,
      GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
}

it("says that everything holds where it does, in Google's own words, and leaves the spreadsheet as it was", async () => {
  const { emulator, run } = await start();
  const { code, text } = await run("--spreadsheet", "https://docs.google.com/spreadsheets/d/mine/edit");
  expect(text).toContain("All 10 assumptions hold for mine.");
  expect(code).toBe(0);
  expect(text).toMatch(/400 "INVALID_ARGUMENT: .*addNamedRange.*already exists/);
  expect(text).toMatch(/400 "INVALID_ARGUMENT: .*No NamedRange with id/);
  expect(text).toMatch(/the write took \d+ ms/);
  expect(text).not.toContain("PRIVATE KEY");
  expect(emulator.inspect("mine").tabs.map(({ title }) => title)).toEqual(["Sheet1"]);
  expect(emulator.inspect("mine").namedRanges).toEqual([]);
});

it("says no, and what was seen, where no fence holds", async () => {
  const { emulator, run } = await start({ noFence: true });
  const { code, text } = await run("--spreadsheet", "mine");
  expect(code).toBe(1);
  for (const assumption of ["a used id of a named range", "a missing id of a named range", "a late copy of a page"]) {
    expect(text).toMatch(new RegExp(`NO {3}${assumption}`));
  }
  expect(text).toMatch(/yes {2}a stringValue is stored as it is/);
  expect(text).toContain("Formlog goes by the id column by itself");
  expect(emulator.inspect("mine").tabs.map(({ title }) => title)).toEqual(["Sheet1"]);
});

it("says what is missing before it starts", async () => {
  const { emulator, run } = await start();
  expect(await run()).toEqual({ code: 2, text: expect.stringContaining("--spreadsheet <its address or id>") });
  emulator.share("mine", []);
  expect(await run("--spreadsheet", "mine")).toEqual({
    code: 2,
    text: expect.stringContaining(`share it with ${EMAIL}`),
  });
});
