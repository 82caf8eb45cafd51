/**
 * What a failed call means (the table of delivery.md 1.6). Reasons are our own sentences: Google's may quote an answer.
 * Pure; called by client.ts and token.ts.
 */
import type { Halt } from "../../core/integration";

export type Failure =
  /** What was read is no longer so (the fence moved, a tab went, the grid changed): read again, then decide. */
  | { readonly type: "stale"; readonly request?: string }
  /** The spreadsheet has as many cells as it may have; nothing was applied. */
  | { readonly type: "full" }
  /** Google refuses the content; nothing was applied. */
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "halt"; readonly halt: Halt };

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

const halt = (type: Halt["type"], reason: string): Failure => ({ type: "halt", halt: { type, reason } });

export interface Answered {
  readonly call: "read" | "write";
  readonly status: number;
  readonly body: string;
  /** The service account, for sentences that say what to share. */
  readonly email: string;
  readonly now: number;
}

/**
 * Too many calls, ours or of other tools of the account. Google wants exponential backoff, and refills quotas each
 * minute (Sheets, "Usage limits"): the waits grow up to the next one. Nothing was executed.
 */
function quotaSpent(now: number): Failure {
  const reason = "The quota of Google Sheets for this minute is used up.";
  return { type: "halt", halt: { type: "retry", reason, withinSeconds: 60 - Math.floor((now % 60_000) / 1000) } };
}

/** No answer came: a write may have been executed, a read never matters. */
export const noAnswer = (call: "read" | "write", why: string): Failure =>
  halt(call === "write" ? "unknown" : "retry", `Google Sheets did not answer a ${call} (${why}).`);

/** What an answer other than 200 means. */
export function classify(answered: Answered): Failure {
  const { call, status, body, email, now } = answered;
  if (status === 400) return classify400(body, email);
  if (status === 401)
    return halt("blocked", `Google refuses the access tokens of ${email}. Store a new key of the service account.`);
  if (status === 403) return classify403(answered);
  if (status === 404) {
    return halt(
      "blocked",
      `There is no such spreadsheet (any more). Check its id, or restore it, and share it with ${email} as Editor.`,
    );
  }
  if (status === 413) return { type: "refused", reason: "Google finds the request too large." };
  if (status === 429) return quotaSpent(now);
  if (status >= 500 || status === 408 || status === 409 || status < 300) return noAnswer(call, `HTTP ${status}`);
  return halt("blocked", `Google Sheets answered HTTP ${status}. Check GOOGLE_SHEETS_URL and the spreadsheet.`);
}

/** Requests of ours that fail when what was read has changed since; a fence that is gone above all. */
const STALE =
  /requests\[\d+\]\.(?:add|update|delete)NamedRange\b|requests\[\d+\]\.addSheet\b|No grid with id|Unable to parse range|exceeds grid limits/;

function classify400(body: string, email: string): Failure {
  if (/limit of [\d,]+ cells/.test(body)) return { type: "full" };
  if (/protected (?:cell|range|sheet)/i.test(body)) {
    return halt(
      "blocked",
      `A protection in the spreadsheet keeps ${email} out. Allow it to edit, or remove the protection.`,
    );
  }
  const kind = /requests\[\d+\]\.(\w{1,40})/.exec(body)?.[1];
  if (STALE.test(body)) return { type: "stale", ...(kind !== undefined && { request: kind }) };
  return { type: "refused", reason: `Google refuses the content (HTTP 400${kind ? `, ${kind}` : ""}).` };
}

function classify403({ body, email, now }: Answered): Failure {
  if (/SERVICE_DISABLED|accessNotConfigured/.test(body)) {
    return halt(
      "blocked",
      "The Google Sheets API is not enabled in the service account's project. Enable it in the Google Cloud console.",
    );
  }
  if (/rateLimitExceeded|userRateLimitExceeded/i.test(body)) return quotaSpent(now);
  return halt("blocked", `The spreadsheet is not shared: share it with ${email} as Editor.`);
}

/** What a refused token request means. Nothing was sent to the spreadsheet, so nothing is in doubt. */
export function classifyToken({ status, body, email }: Pick<Answered, "status" | "body" | "email">): Failure {
  if (status === 429 || status >= 500) return tokenUnavailable(`HTTP ${status}`);
  const code = /"error"\s*:\s*"(\w{1,40})"/.exec(body)?.[1] ?? `HTTP ${status}`;
  return halt(
    "blocked",
    `Google does not accept the service account ${email} (${code}). Its key was deleted or disabled, or this machine's clock is wrong: store a new key.`,
  );
}

export const tokenUnavailable = (why: string): Failure => halt("retry", `Google gave no access token (${why}).`);

export const badKey = (email: string): Failure =>
  halt(
    "blocked",
    `The private key of ${email} can't be read. Store the service account's JSON file as it was downloaded.`,
  );

/** Why nothing more fits, when there are so many spreadsheets. */
export const fullReason = (count: number): string =>
  count === 1
    ? "The spreadsheet is full: it may have 10 million cells. Add another one to `overflow`, or delete rows."
    : `All ${count} spreadsheets are full: each may have 10 million cells. Add another one to \`overflow\`, or delete rows.`;
