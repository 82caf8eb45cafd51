/** Twilio's Messages API as it is on the wire: status and body of each answer, uninterpreted. */
import { apiUrl } from "../../src/integrations/twilio-sms/client";
import type { Secrets } from "../../src/integrations/twilio-sms/manifest";

/** An answer; `body` null: it was no JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Wire {
  /** Rejects when the connection fails. */
  list(query: Readonly<Record<string, string>>): Promise<Answer>;
  fetch(sid: string): Promise<Answer>;
  create(params: Readonly<Record<string, string>>): Promise<Answer>;
  /** The same account with another secret. */
  with(authToken: string): Wire;
}

const TIMEOUT_MS = 30_000;

/** Calls with the API key when there is one, as the kind does. */
export function openWire(
  secrets: Secrets,
  settings: Readonly<Record<string, string | undefined>>,
  send: (request: Request) => Promise<Response> = (request) => fetch(request),
): Wire {
  const { accountSid, authToken, apiKey = accountSid, apiKeySecret = authToken } = secrets;
  const base = `${apiUrl(settings)}/2010-04-01/Accounts/${accountSid}/Messages`;
  const call = async (path: string, body?: URLSearchParams): Promise<Answer> => {
    const request = new Request(base + path, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Basic ${btoa(`${apiKey}:${apiKeySecret}`)}`, accept: "application/json" },
      ...(body && { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const response = await send(request);
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) };
    } catch {
      return { status: response.status, body: null };
    }
  };
  return {
    list: (query) => call(`.json?${new URLSearchParams(query)}`),
    fetch: (sid) => call(`/${sid}.json`),
    create: (params) => call(".json", new URLSearchParams(params)),
    with: (other) => openWire({ accountSid, authToken: other }, settings, send),
  };
}
