/** The Sheets emulator under Google's own client: what passes here would pass there, as far as the documents go. */
import type { Server } from "node:http";
import { auth, sheets, type sheets_v4 } from "@googleapis/sheets";
import { serve } from "@hono/node-server";
import { exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  createSheetsEmulator,
  EmulatorDrop,
  type SheetsEmulatorOptions,
} from "../../src/integrations/google-sheets/emulator";

const EMAIL = "robot@project.iam.gserviceaccount.com";
const ID = "sheet-1";
let key = "";
let publicKey = "";
const servers: Server[] = [];

beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  key = await exportPKCS8(pair.privateKey);
  publicKey = await exportSPKI(pair.publicKey);
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** An emulator behind HTTP, and Google's client signed in to it. */
async function start(options: Partial<SheetsEmulatorOptions> = {}, email = EMAIL) {
  const emulator = createSheetsEmulator({ accounts: [{ clientEmail: EMAIL, publicKey }], ...options });
  const origin = await new Promise<string>((resolve) => {
    const server = serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        fetch: (request, env) =>
          emulator.fetch(request).catch((error: unknown) => {
            if (!(error instanceof EmulatorDrop) || !("outgoing" in env)) throw error;
            env.outgoing.destroy();
            return new Response(null);
          }),
      },
      (info) => resolve(`http://127.0.0.1:${info.port}`),
    );
    if ("closeAllConnections" in server) servers.push(server);
  });
  const jwt = new auth.JWT({ email, key, scopes: ["https://www.googleapis.com/auth/spreadsheets"] });
  jwt.transporter.interceptors.request.add({
    resolved: async (config) => {
      if (String(config.url).startsWith("https://oauth2.googleapis.com/token")) config.url = new URL(`${origin}/token`);
      return config;
    },
  });
  const api = sheets({ version: "v4", auth: jwt, rootUrl: `${origin}/`, retry: false });
  return { emulator, origin, api };
}

async function refusal(call: Promise<unknown>): Promise<{ status: unknown; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { status: "status" in error ? error.status : undefined, message: error.message };
  }
  throw new Error("it was not refused");
}

const batch = (api: sheets_v4.Sheets, requests: sheets_v4.Schema$Request[]) =>
  api.spreadsheets.batchUpdate({ spreadsheetId: ID, requestBody: { requests } });
const text = (stringValue: string) => ({ userEnteredValue: { stringValue } });
const named = (namedRangeId: string, name = namedRangeId) => ({
  addNamedRange: {
    namedRange: {
      namedRangeId,
      name,
      range: { sheetId: 0, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 1 },
    },
  },
});

describe("values", () => {
  it("append, read, update and clear go through the real client", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const appended = await api.spreadsheets.values.append({
      spreadsheetId: ID,
      range: "Sheet1!A1",
      valueInputOption: "RAW",
      requestBody: {
        values: [
          ["a", 1, true],
          ["=1+1", null, "x"],
        ],
      },
    });
    expect(appended.data.updates).toMatchObject({ updatedRange: "Sheet1!A1:C2", updatedRows: 2, updatedCells: 5 });
    await api.spreadsheets.values.append({
      spreadsheetId: ID,
      range: "Sheet1",
      valueInputOption: "USER_ENTERED",
      requestBody: { values: [["=1+1", "12"]] },
    });
    const read = await api.spreadsheets.values.get({ spreadsheetId: ID, range: "Sheet1!A1:C9" });
    expect(read.data.values).toEqual([
      ["a", "1", "TRUE"],
      ["=1+1", "", "x"],
      ["#EVALUATED(=1+1)", "12"],
    ]);
    await api.spreadsheets.values.update({
      spreadsheetId: ID,
      range: "Sheet1!B2",
      valueInputOption: "RAW",
      requestBody: { values: [[7]] },
    });
    await api.spreadsheets.values.clear({ spreadsheetId: ID, range: "Sheet1!A1:A2" });
    const ranges = await api.spreadsheets.values.batchGet({
      spreadsheetId: ID,
      ranges: ["Sheet1!B:B", "Sheet1!A:A"],
      majorDimension: "COLUMNS",
      valueRenderOption: "UNFORMATTED_VALUE",
    });
    expect(ranges.data.valueRanges?.map((range) => range.values)).toEqual([
      [[1, 7, 12]],
      [["", "", "#EVALUATED(=1+1)"]],
    ]);
    const long = api.spreadsheets.values.update({
      spreadsheetId: ID,
      range: "Sheet1!A1",
      valueInputOption: "RAW",
      requestBody: { values: [["x".repeat(50_001)]] },
    });
    expect(await refusal(long)).toMatchObject({ status: 400, message: expect.stringContaining("50000 characters") });
    const wide = api.spreadsheets.values.get({ spreadsheetId: ID, range: "Sheet1!ZZ1" });
    expect(await refusal(wide)).toMatchObject({ status: 400, message: expect.stringContaining("exceeds grid limits") });
    const nowhere = api.spreadsheets.values.get({ spreadsheetId: ID, range: "Nowhere!A1" });
    expect(await refusal(nowhere)).toMatchObject({
      status: 400,
      message: expect.stringContaining("Unable to parse range"),
    });
  });
});

describe("batchUpdate", () => {
  it("applies all of its requests or none", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const row = {
      appendCells: { sheetId: 0, rows: [{ values: [text("=kept as text")] }], fields: "userEnteredValue" },
    };
    const failed = batch(api, [named("fence_1"), row, { deleteNamedRange: { namedRangeId: "missing" } }]);
    expect(await refusal(failed)).toEqual({
      status: 400,
      message: "Invalid requests[2].deleteNamedRange: No NamedRange with id: missing",
    });
    expect(emulator.readRows(ID, "Sheet1")).toEqual([]);
    const done = await batch(api, [named("fence_1"), row]);
    expect(done.data.replies?.[0]?.addNamedRange?.namedRange?.namedRangeId).toBe("fence_1");
    expect(emulator.readRows(ID, "Sheet1")).toEqual([["=kept as text"]]);
  });

  it("keeps ids and names of named ranges unique, also of those whose cells are gone", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    await batch(api, [named("one"), { addSheet: { properties: { sheetId: 5, title: "Other" } } }]);
    expect((await refusal(batch(api, [named("one", "another")]))).message).toContain("already exists");
    expect((await refusal(batch(api, [named("another", "ONE")]))).message).toContain("already exists");
    await batch(api, [{ updateNamedRange: { namedRange: { namedRangeId: "one", name: "one" }, fields: "name" } }]);
    await batch(api, [{ deleteSheet: { sheetId: 0 } }]);
    expect((await api.spreadsheets.get({ spreadsheetId: ID, fields: "namedRanges" })).data).toEqual({});
    const again = { addNamedRange: { namedRange: { namedRangeId: "one", name: "x1y", range: { sheetId: 5 } } } };
    expect((await refusal(batch(api, [again]))).message).toContain("already exists");
  });

  it("refuses what it does not know, and a grid that grows too wide or too large", async () => {
    const { emulator, api } = await start({ cellsMax: 26_500 });
    emulator.createSpreadsheet({ id: ID, title: "T" });
    expect((await refusal(batch(api, []))).message).toContain("at least one request");
    expect((await refusal(batch(api, [{}]))).message).toContain("No request set");
    const formatted = { appendCells: { sheetId: 0, rows: [{ values: [{ formattedValue: "x" }] }], fields: "*" } };
    expect((await refusal(batch(api, [formatted]))).message).toContain('Unknown name "formattedValue"');
    const wide = {
      appendCells: { sheetId: 0, rows: [{ values: Array(27).fill(text("x")) }], fields: "userEnteredValue" },
    };
    expect((await refusal(batch(api, [wide]))).message).toContain("exceeds grid limits");
    const large = { appendDimension: { sheetId: 0, dimension: "COLUMNS", length: 1 } };
    expect((await refusal(batch(api, [large]))).message).toContain("above the limit of 26500 cells");
  });

  it("named ranges and metadata follow their columns", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const column = { sheetId: 0, dimension: "COLUMNS", startIndex: 0, endIndex: 1 };
    const developerMetadata = {
      metadataKey: "k",
      metadataValue: "v",
      visibility: "DOCUMENT",
      location: { dimensionRange: column },
    };
    await batch(api, [
      named("corner"),
      { createDeveloperMetadata: { developerMetadata } },
      { moveDimension: { source: column, destinationIndex: 3 } },
    ]);
    const { data } = await api.spreadsheets.get({
      spreadsheetId: ID,
      ranges: ["Sheet1!1:1"],
      fields: "namedRanges.range,sheets.data.columnMetadata.developerMetadata(metadataKey,metadataValue)",
    });
    expect(data.namedRanges?.[0]?.range).toMatchObject({ startColumnIndex: 2, endColumnIndex: 3 });
    const columns = data.sheets?.[0]?.data?.[0]?.columnMetadata ?? [];
    expect(columns.map((item) => item.developerMetadata?.length ?? 0).slice(0, 4)).toEqual([0, 0, 1, 0]);
    const found = await api.spreadsheets.developerMetadata.search({
      spreadsheetId: ID,
      requestBody: { dataFilters: [{ developerMetadataLookup: { metadataKey: "k" } }] },
    });
    expect(found.data.matchedDeveloperMetadata?.length).toBe(1);
  });
});

describe("what people do by hand", () => {
  it("a duplicated tab has the metadata and named ranges of the first, under ids of its own", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const location = { dimensionRange: { sheetId: 0, dimension: "COLUMNS", startIndex: 0, endIndex: 1 } };
    const developerMetadata = { metadataKey: "k", metadataValue: "v", visibility: "DOCUMENT", location };
    await batch(api, [named("one"), { createDeveloperMetadata: { developerMetadata } }]);
    const copied = await batch(api, [{ duplicateSheet: { sourceSheetId: 0, newSheetId: 9 } }]);
    expect(copied.data.replies?.[0]?.duplicateSheet?.properties).toMatchObject({ sheetId: 9, title: "Copy of Sheet1" });
    const { metadata, namedRanges } = emulator.inspect(ID);
    expect(metadata.map(({ sheetId, metadataValue }) => [sheetId, metadataValue])).toEqual([
      [0, "v"],
      [9, "v"],
    ]);
    expect(new Set(metadata.map(({ metadataId }) => metadataId)).size).toBe(2);
    expect(namedRanges.map(({ range }) => range?.sheetId)).toEqual([0, 9]);
    expect((await refusal(batch(api, [{ duplicateSheet: { sourceSheetId: 0 } }]))).message).toContain("already exists");
  });

  it("protected cells keep out who is not among their editors; a warning keeps out nobody", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const range = { sheetId: 0, startColumnIndex: 1, endColumnIndex: 2 };
    const row = (...texts: string[]) => ({
      appendCells: { sheetId: 0, rows: [{ values: texts.map(text) }], fields: "userEnteredValue" },
    });
    emulator.edit(ID, [{ addProtectedRange: { protectedRange: { range, editors: { users: ["owner@mail.test"] } } } }]);
    await batch(api, [row("a")]);
    expect((await refusal(batch(api, [row("a", "b")]))).message).toContain("protected cell or object");
    emulator.edit(ID, [row("a", "b")]);
    emulator.edit(ID, [{ addProtectedRange: { protectedRange: { range: { sheetId: 0 }, warningOnly: true } } }]);
    await batch(api, [row("a")]);
    expect(emulator.readRows(ID, "Sheet1")).toEqual([["a"], ["a", "b"], ["a"]]);
  });

  it("rows that a filter hides are there: appended cells come below them", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const rows = ["head", "a", "b"].map((one) => ({ values: [text(one)] }));
    await batch(api, [
      { appendCells: { sheetId: 0, rows, fields: "userEnteredValue" } },
      {
        setBasicFilter: {
          filter: { range: { sheetId: 0, startRowIndex: 0 }, criteria: { 0: { hiddenValues: ["b"] } } },
        },
      },
      { appendCells: { sheetId: 0, rows: [{ values: [text("c")] }], fields: "userEnteredValue" } },
    ]);
    expect(emulator.readRows(ID, "Sheet1").flat()).toEqual(["head", "a", "b", "c"]);
    const { data } = await api.spreadsheets.get({
      spreadsheetId: ID,
      fields: "sheets.data.rowMetadata.hiddenByFilter",
    });
    const hidden = data.sheets?.[0]?.data?.[0]?.rowMetadata?.slice(0, 4).map((one) => one.hiddenByFilter ?? false);
    expect(hidden).toEqual([false, false, true, false]);
  });

  it("with noFence, used ids of named ranges are taken and missing ones passed over", async () => {
    const { emulator, api } = await start({ noFence: true });
    emulator.createSpreadsheet({ id: ID, title: "T" });
    await batch(api, [named("one"), named("one", "other"), { deleteNamedRange: { namedRangeId: "missing" } }]);
    expect(emulator.inspect(ID).namedRanges.map(({ name }) => name)).toEqual(["other"]);
  });
});

describe("reading", () => {
  it("answers just the fields of the mask, and refuses a field that there is none", async () => {
    const { emulator, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    const { data } = await api.spreadsheets.get({
      spreadsheetId: ID,
      fields: "properties.title,sheets(properties(sheetId,gridProperties/rowCount))",
    });
    expect(data).toEqual({
      properties: { title: "T" },
      sheets: [{ properties: { sheetId: 0, gridProperties: { rowCount: 1000 } } }],
    });
    expect((await refusal(api.spreadsheets.get({ spreadsheetId: ID, fields: "sheets.colour" }))).status).toBe(400);
    const plain = await api.spreadsheets.get({ spreadsheetId: ID });
    expect(plain.data.sheets?.[0]?.data).toBeUndefined();
  });
});

describe("who may do what", () => {
  it("401, 403 and 404 have Google's bodies, and service accounts can't make spreadsheets", async () => {
    const { emulator, origin, api } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T", sharedWith: [] });
    expect(await refusal(api.spreadsheets.get({ spreadsheetId: ID }))).toEqual({
      status: 403,
      message: "The caller does not have permission",
    });
    expect(await refusal(api.spreadsheets.get({ spreadsheetId: "none" }))).toEqual({
      status: 404,
      message: "Requested entity was not found.",
    });
    expect((await refusal(api.spreadsheets.create({ requestBody: {} }))).status).toBe(403);
    const stranger = await fetch(`${origin}/v4/spreadsheets/${ID}`, { headers: { authorization: "Bearer nonsense" } });
    expect(await stranger.json()).toMatchObject({ error: { code: 401, status: "UNAUTHENTICATED" } });
  });

  it("a token needs a registered account and its own key", async () => {
    const other = await start({}, "who@else.test");
    expect((await refusal(other.api.spreadsheets.get({ spreadsheetId: ID }))).message).toContain("invalid_grant");
    const pair = await generateKeyPair("RS256", { extractable: true });
    const forged = await start({ accounts: [{ clientEmail: EMAIL, publicKey: await exportSPKI(pair.publicKey) }] });
    expect((await refusal(forged.api.spreadsheets.get({ spreadsheetId: ID }))).message).toContain(
      "Invalid JWT Signature",
    );
  });

  it("the quota of a minute ends with 429 and comes back with the next", async () => {
    let now = Date.now();
    const { emulator, api } = await start({ now: () => now, writesPerMinute: 1 });
    emulator.createSpreadsheet({ id: ID, title: "T" });
    await batch(api, [named("one")]);
    const { status, message } = await refusal(batch(api, [named("two")]));
    expect(status).toBe(429);
    expect(message).toContain("Write requests per minute per user");
    now += 60_000;
    await batch(api, [named("two")]);
  });
});

describe("failures and restarts", () => {
  it("a dropped connection was applied, and faults are switched over HTTP", async () => {
    const { emulator, origin, api } = await start();
    await fetch(`${origin}/_emulator/spreadsheets`, {
      method: "POST",
      body: JSON.stringify({ id: ID, title: "<b>T</b>" }),
    });
    await fetch(`${origin}/_emulator/faults`, {
      method: "POST",
      body: JSON.stringify({ match: "batchUpdate", mode: "drop_after", times: 1 }),
    });
    await expect(batch(api, [named("one")])).rejects.toThrow();
    expect(emulator.inspect(ID).namedRanges.length).toBe(1);
    expect(await (await fetch(`${origin}/_emulator/faults`)).json()).toEqual([]);
    expect(await (await fetch(`${origin}/_emulator/stats`)).json()).toMatchObject({ batchUpdate: 1, token: 1 });
  });

  it("the journal brings everything back, and a torn last line hurts nothing", async () => {
    const file = { text: "" };
    const journal = (append = true) => ({
      lines: file.text.split("\n"),
      append: (line: string) => {
        if (append) file.text += `${line}\n`;
      },
    });
    const first = await start({ journal: journal() });
    first.emulator.createSpreadsheet({ id: ID, title: "T", sharedWith: [EMAIL] });
    await batch(first.api, [
      { addSheet: { properties: { title: "Second" } } },
      { addNamedRange: { namedRange: { name: "mine", range: { sheetId: 0 } } } },
    ]);
    await first.api.spreadsheets.values.append({
      spreadsheetId: ID,
      range: "Second!A1",
      valueInputOption: "RAW",
      requestBody: { values: [["a"]] },
    });
    file.text += '{"op":"batchUpdate","id":"sheet-1","requ';
    const second = await start({ journal: journal() });
    expect(second.emulator.inspect(ID)).toEqual(first.emulator.inspect(ID));
    await second.api.spreadsheets.values.append({
      spreadsheetId: ID,
      range: "Second!A1",
      valueInputOption: "RAW",
      requestBody: { values: [["b"]] },
    });
    const third = await start({ journal: journal() });
    expect(third.emulator.readRows(ID, "Second")).toEqual([["a"], ["b"]]);
  });

  it("the page shows a sheet and escapes what is in it", async () => {
    const { emulator, origin } = await start();
    emulator.createSpreadsheet({ id: ID, title: "T" });
    emulator.edit(ID, [
      {
        appendCells: {
          sheetId: 0,
          rows: [{ values: [text("Head")] }, { values: [text("<script>x</script>")] }],
          fields: "userEnteredValue",
        },
      },
    ]);
    const html = await (await fetch(`${origin}/sheets/${ID}?refresh=2`)).text();
    expect(html).toContain('<meta http-equiv="refresh" content="2"/>');
    expect(html).toContain("&lt;script&gt;x&lt;/script&gt;");
    expect(html).not.toContain("<script>");
    expect(await (await fetch(origin)).text()).toContain(`/sheets/${ID}`);
  });
});
