/** What stands in the emulated sheet and on the emulated phones, read over HTTP as anybody else would. */
import { importPKCS8, SignJWT } from "jose";
import type { LocalAccount } from "../../src/integrations/google-sheets/local";
import type { Local } from "./local";

/** What was written to a cell, with its type: a formula would be no text. null: nothing. */
export type Cell = string | number | boolean | null | { readonly formula: string };

/** A text that Twilio took. */
export interface Text {
  readonly to: string;
  readonly body: string;
}

interface Value {
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
  readonly formulaValue?: string;
}

/** A tab's rows, header first, as the API gives them. Throws when it fails, which a fault may make it do: ask again. */
export async function readSheet({ google, secrets }: Local, spreadsheet: string, tab: string): Promise<Cell[][]> {
  const { client_email, private_key } = secrets.kinds["google-sheets"] as LocalAccount;
  const assertion = await new SignJWT({ scope: "https://www.googleapis.com/auth/spreadsheets.readonly" })
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(client_email)
    .setAudience("https://oauth2.googleapis.com/token")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(await importPKCS8(private_key, "RS256"));
  const grant = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  const { access_token } = await read<{ access_token: string }>(`${google}/token`, { method: "POST", body: grant });
  const query = new URLSearchParams({ ranges: tab, fields: "sheets.data.rowData.values.userEnteredValue" });
  const headers = { authorization: `Bearer ${access_token}` };
  const { sheets } = await read<{
    sheets: { data?: { rowData?: { values?: { userEnteredValue?: Value }[] }[] }[] }[];
  }>(`${google}/v4/spreadsheets/${spreadsheet}?${query}`, { headers });
  const rows = sheets[0]?.data?.[0]?.rowData ?? [];
  return rows.map(({ values }) => (values ?? []).map(({ userEnteredValue }) => toCell(userEnteredValue)));
}

function toCell(value: Value | undefined): Cell {
  if (value?.formulaValue !== undefined) return { formula: value.formulaValue };
  return value?.stringValue ?? value?.numberValue ?? value?.boolValue ?? null;
}

/** Every text that the emulated Twilio took, oldest first. */
export function readTexts({ twilio }: Local): Promise<Text[]> {
  return read<Text[]>(`${twilio}/_emulator/messages`);
}

/** How often each method was called since the emulator was started. */
export function readStats(emulator: string): Promise<Readonly<Record<string, number>>> {
  return read(`${emulator}/_emulator/stats`);
}

async function read<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${new URL(url).pathname}: ${response.status}`);
  return (await response.json()) as T;
}
