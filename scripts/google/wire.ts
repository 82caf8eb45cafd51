/** The kind's own client over one spreadsheet, which also tells what was answered: Google's words, not ours. */

import { createClient, type SheetsClient } from "../../src/integrations/google-sheets/client";
import type { Secrets } from "../../src/integrations/google-sheets/manifest";

export interface Wire {
  readonly client: SheetsClient;
  readonly now: () => number;
  /** HTTP status of the last answer of the spreadsheet; 0: none yet. */
  status(): number;
  /** The last answer in a few words: its status, and its message when it was refused. */
  last(): string;
}

export function openWire(
  spreadsheet: string,
  secrets: Secrets,
  settings: Readonly<Record<string, string | undefined>>,
): Wire {
  let status = 0;
  let words = "";
  const now = () => Date.now();
  const client = createClient(
    {
      async fetch(request) {
        const response = await fetch(request);
        if (!request.url.includes(":batchUpdate")) return response;
        status = response.status;
        words = wordsOf(await response.clone().text());
        return response;
      },
      now,
      secrets,
      settings,
      memory: new Map(),
    },
    spreadsheet,
  );
  return { client, now, status: () => status, last: () => `${status}${words && ` "${words}"`}` };
}

/** `status: message` of a Google error, or nothing. */
function wordsOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { status?: string; message?: string } };
    return error ? `${error.status ?? ""}: ${(error.message ?? "").slice(0, 200)}` : "";
  } catch {
    return body.slice(0, 80);
  }
}
