import { describeContract, type FaultName } from "../../../test/contracts/integration.case";
import { createSheetsEmulator, type FaultInput } from "./emulator";
import { googleSheets } from "./index";

const SPREADSHEET = "contract-sheet";
const EMAIL = "contract@formlog.test";

const pair = (await crypto.subtle.generateKey(
  { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  true,
  ["sign", "verify"],
)) as CryptoKeyPair;
const privateKey = pem("PRIVATE", await crypto.subtle.exportKey("pkcs8", pair.privateKey));
const publicKey = pem("PUBLIC", await crypto.subtle.exportKey("spki", pair.publicKey));

function pem(kind: "PRIVATE" | "PUBLIC", der: unknown): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der as ArrayBuffer)));
  return `-----BEGIN ${kind} KEY-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END ${kind} KEY-----\n`;
}

const FAULTS: Record<FaultName, FaultInput> = {
  rate_limit: { match: "batchUpdate", mode: "rate_limit" },
  error_before: { match: "batchUpdate", mode: "error_before", status: 500 },
  error_after: { match: "batchUpdate", mode: "error_after", status: 500 },
  drop_after: { match: "batchUpdate", mode: "drop_after" },
  outage: { mode: "outage" },
  refuse_credentials: { match: "any", mode: "forbidden" },
};

describeContract({
  kind: googleSheets,
  config: { spreadsheetId: SPREADSHEET },
  definition: {
    title: "Contract",
    questions: [
      { ref: "name", type: "short_text", title: "Name" },
      { ref: "poison", type: "short_text", title: "Poison" },
    ],
  },
  answers: (n) => ({ name: `Person Secretsson ${n}` }),
  ordered: true,
  secretWords: ["Secretsson", privateKey.slice(40, 80)],
  refused: { name: "bad", poison: "arsenic" },
  provider(clock) {
    const emulator = createSheetsEmulator({
      now: () => clock.now,
      accounts: [{ clientEmail: EMAIL, publicKey }],
    });
    emulator.createSpreadsheet({ id: SPREADSHEET, title: "Contract", sharedWith: [EMAIL] });
    // A response that the spreadsheet refuses whatever it is sent with.
    const always: FaultInput = { match: "batchUpdate", mode: "bad_request", containing: "arsenic" };
    emulator.faults.push(always);
    return {
      fetch: emulator.fetch,
      settings: {
        GOOGLE_SHEETS_URL: "https://sheets.test",
        GOOGLE_TOKEN_URL: "https://sheets.test/token",
        GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email: EMAIL, private_key: privateKey }),
      },
      effects() {
        const [, ...rows] = emulator.readRows(SPREADSHEET, "Responses");
        return rows.map((row) => row[0] ?? "");
      },
      fail: (fault, times) => void emulator.faults.unshift({ ...FAULTS[fault], ...(times !== undefined && { times }) }),
      heal: () => emulator.faults.splice(0, emulator.faults.length, always),
      lose(id) {
        const row = emulator.readRows(SPREADSHEET, "Responses").findIndex(([first]) => first === id);
        const sheetId = emulator.inspect(SPREADSHEET).tabs.find((tab) => tab.title === "Responses")?.sheetId;
        const range = { sheetId, dimension: "ROWS", startIndex: row, endIndex: row + 1 };
        emulator.edit(SPREADSHEET, [{ deleteDimension: { range } }]);
      },
    };
  },
});
