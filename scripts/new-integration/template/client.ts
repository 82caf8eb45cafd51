/** The calls of this kind, over an injected fetch and address. What went wrong is a value; nothing here throws. */
import type { Deps } from "../../../src/core/integration";
import { withTimeLimit } from "../../../src/core/time-limit";
import type { Config, Secrets } from "./manifest";

const API_URL = "https://api.my-kind.example";
const TIMEOUT_SECONDS = 15;

/** What came of a call. */
export interface Answer {
  /** HTTP; null: there was no answer, and nobody knows whether it was executed. */
  readonly status: number | null;
  /** Seconds that the other side wants to be left alone; null: it did not say. */
  readonly retryAfter: number | null;
}

/** Adds a record, once for each key. */
export const addRecord = (deps: Deps<Config, Secrets>, key: string, record: unknown): Promise<Answer> =>
  send(deps, "/records", { method: "POST", headers: { "idempotency-key": key }, body: JSON.stringify(record) });

/** Asks whose token it is. */
export const readAccount = (deps: Deps<Config, Secrets>): Promise<Answer> => send(deps, "/account", {});

async function send({ fetch, settings, secrets }: Deps<Config, Secrets>, path: string, init: RequestInit) {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${secrets.token}`);
  headers.set("content-type", "application/json");
  const url = `${settings.MY_KIND_URL ?? API_URL}${path}`;
  const call = async (signal: AbortSignal): Promise<Answer> => {
    const response = await fetch(new Request(url, { ...init, headers, redirect: "manual", signal }));
    await response.body?.cancel();
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    return { status: response.status, retryAfter: Number.isFinite(seconds) ? seconds : null };
  };
  return withTimeLimit(TIMEOUT_SECONDS * 1000, call).catch(() => ({ status: null, retryAfter: null }));
}
