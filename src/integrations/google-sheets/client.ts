/**
 * The three Sheets calls that this kind makes, over an injected fetch. Answers are read as text first: errors of Google
 * are not always JSON. Every failure is a value; nothing here throws.
 */
import { withTimeLimit } from "../../core/time-limit";
import { classify, noAnswer, type Result } from "./errors";
import { accessToken, dropToken, type TokenDeps } from "./token";
import type { BatchAnswer, SheetsRequest, Spreadsheet, ValueRange } from "./types";

const SHEETS_URL = "https://sheets.googleapis.com";
const READ_MS = 30_000;
const WRITE_MS = 60_000;

export interface SheetsClient {
  /** spreadsheets.get; without ranges every tab, without cells unless the fields ask for them. */
  getSpreadsheet(query: { ranges?: readonly string[]; fields: string }): Promise<Result<Spreadsheet>>;
  /** values.get of one range, by columns or rows, as unformatted values. */
  getValues(range: string, dimension: "ROWS" | "COLUMNS"): Promise<Result<ValueRange>>;
  /** spreadsheets.batchUpdate: all of the requests, or none. */
  batchUpdate(requests: readonly SheetsRequest[]): Promise<Result<BatchAnswer>>;
}

interface Call {
  readonly kind: "read" | "write";
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: string;
}

/** What a client needs: less than an integration has, so that a script can make one. */
export type ClientDeps = TokenDeps;

/** The calls to one spreadsheet. */
export function createClient(deps: ClientDeps, spreadsheet: string): SheetsClient {
  const send = <T extends object>(call: Call) => sendTo<T>(deps, spreadsheet, call);
  return {
    getSpreadsheet({ ranges = [], fields }) {
      const query = new URLSearchParams([...ranges.map((range) => ["ranges", range]), ["fields", fields]]);
      return send<Spreadsheet>({ kind: "read", path: "", query });
    },
    getValues(range, majorDimension) {
      const query = new URLSearchParams({ majorDimension, valueRenderOption: "UNFORMATTED_VALUE" });
      return send<ValueRange>({ kind: "read", path: `/values/${encodeURIComponent(range)}`, query });
    },
    batchUpdate: (requests) => send({ kind: "write", path: ":batchUpdate", body: JSON.stringify({ requests }) }),
  };
}

/** One call, with a new token and a second try when the token is refused: a 401 was never executed. */
async function sendTo<T extends object>(deps: ClientDeps, spreadsheet: string, call: Call): Promise<Result<T>> {
  const token = await accessToken(deps);
  if (!token.ok) return token;
  const first = await attempt<T>(deps, { ...call, spreadsheet }, token.value);
  if (first !== "unauthenticated") return first;
  dropToken(deps, token.value);
  const other = await accessToken(deps);
  if (!other.ok) return other;
  const second = await attempt<T>(deps, { ...call, spreadsheet }, other.value);
  if (second !== "unauthenticated") return second;
  dropToken(deps, other.value);
  const email = deps.secrets.client_email;
  return { ok: false, failure: classify({ call: call.kind, status: 401, body: "", email, now: deps.now() }) };
}

async function attempt<T extends object>(
  deps: ClientDeps,
  { spreadsheet, kind, path, query, body }: Call & { spreadsheet: string },
  token: string,
): Promise<Result<T> | "unauthenticated"> {
  const base = (deps.settings.GOOGLE_SHEETS_URL ?? SHEETS_URL).replace(/\/+$/, "");
  const url = `${base}/v4/spreadsheets/${encodeURIComponent(spreadsheet)}${path}${query ? `?${query}` : ""}`;
  const init: RequestInit = {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body }),
    redirect: "manual",
  };
  let status: number;
  let text: string;
  try {
    [status, text] = await withTimeLimit(kind === "write" ? WRITE_MS : READ_MS, async (signal) => {
      const response = await deps.fetch(new Request(url, { ...init, signal }));
      return [response.status, await response.text()];
    });
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return { ok: false, failure: noAnswer(kind, timedOut ? "time-out" : "the connection failed") };
  }
  if (status === 401) return "unauthenticated";
  const value = status === 200 ? parse<T>(text) : null;
  if (value) return { ok: true, value };
  return {
    ok: false,
    failure: classify({ call: kind, status, body: text, email: deps.secrets.client_email, now: deps.now() }),
  };
}

/** An object of JSON, or null. Its shape is Google's promise: every property that is used is read as optional. */
function parse<T extends object>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}
