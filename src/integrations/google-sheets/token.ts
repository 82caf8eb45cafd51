/**
 * Access tokens of a service account (delivery.md 1.8): minted by a signed JWT, kept in the isolate's memory, asked for
 * once however many wait. Called by client.ts.
 */
import { importPKCS8, SignJWT } from "jose";
import type { Deps } from "../../core/integration";
import { withTimeLimit } from "../../core/time-limit";
import { badKey, classifyToken, type Failure, type Result, tokenUnavailable } from "./errors";
import type { Secrets } from "./manifest";

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const SCOPE = "https://www.googleapis.com/auth/spreadsheets";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TIMEOUT_MS = 30_000;
/** Our clock may be ahead of Google's by this much. */
const SKEW_SECONDS = 30;
const REFRESH_EARLY_SECONDS = 600;

/** Who asks, over what, and where tokens are kept. */
export interface TokenDeps extends Pick<Deps, "fetch" | "now" | "settings" | "memory"> {
  readonly secrets: Secrets;
}

class CachedToken {
  constructor(
    readonly token: string,
    readonly refreshAt: number,
  ) {}
}

class PendingToken {
  constructor(readonly result: Promise<Result<string>>) {}
}

const keyOf = (deps: TokenDeps) =>
  `google-sheets:token:${deps.secrets.client_email}:${deps.settings.GOOGLE_TOKEN_URL ?? TOKEN_URL}`;

/** A token that holds for ten minutes at least, from memory if there is one. */
export async function accessToken(deps: TokenDeps): Promise<Result<string>> {
  const key = keyOf(deps);
  const known = deps.memory.get(key);
  if (known instanceof CachedToken && known.refreshAt > deps.now()) return { ok: true, value: known.token };
  // The request that mints may be cancelled with its client: nobody waits for it longer than it may take.
  if (known instanceof PendingToken) return waitFor(known);
  const pending = new PendingToken(mint(deps));
  deps.memory.set(key, pending);
  try {
    return await pending.result;
  } finally {
    if (deps.memory.get(key) === pending) deps.memory.delete(key);
  }
}

/** Forgets a token that was refused, unless another one has taken its place. */
export function dropToken(deps: TokenDeps, token: string): void {
  const known = deps.memory.get(keyOf(deps));
  if (known instanceof CachedToken && known.token === token) deps.memory.delete(keyOf(deps));
}

function waitFor({ result }: PendingToken): Promise<Result<string>> {
  return withTimeLimit(TIMEOUT_MS, (signal) => {
    const expired = new Promise<Result<string>>((resolve) => {
      signal.addEventListener("abort", () => resolve(failed(tokenUnavailable("time-out"))));
    });
    return Promise.race([result, expired]);
  });
}

const failed = (failure: Failure): Result<string> => ({ ok: false, failure });

async function mint(deps: TokenDeps): Promise<Result<string>> {
  const { client_email: email } = deps.secrets;
  const assertion = await sign(deps);
  if (assertion === null) return failed(badKey(email));
  let status: number;
  let body: string;
  try {
    // Never the stored token_uri: whoever stores credentials would choose where this machine posts.
    const url = deps.settings.GOOGLE_TOKEN_URL ?? TOKEN_URL;
    const grant = new URLSearchParams({ grant_type: GRANT, assertion });
    [status, body] = await withTimeLimit(TIMEOUT_MS, async (signal) => {
      const request = new Request(url, { method: "POST", body: grant, redirect: "manual", signal });
      const response = await deps.fetch(request);
      return [response.status, await response.text()];
    });
  } catch {
    return failed(tokenUnavailable("no answer"));
  }
  if (status !== 200) return failed(classifyToken({ status, body, email }));
  const token = readToken(body);
  if (!token) return failed(tokenUnavailable("an answer that is none"));
  const refreshAt = deps.now() + (token.seconds - REFRESH_EARLY_SECONDS) * 1000;
  deps.memory.set(keyOf(deps), new CachedToken(token.value, refreshAt));
  return { ok: true, value: token.value };
}

/** The assertion (RFC 7523); null when the private key is none. */
async function sign({ secrets, now }: TokenDeps): Promise<string | null> {
  const issuedAt = Math.floor(now() / 1000) - SKEW_SECONDS;
  try {
    // Environment variables often carry the line breaks of the PEM as two characters.
    const key = await importPKCS8(secrets.private_key.replaceAll("\\n", "\n"), "RS256");
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: "RS256", typ: "JWT" })
      .setIssuer(secrets.client_email)
      .setAudience(secrets.token_uri ?? TOKEN_URL)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600 - SKEW_SECONDS)
      .sign(key);
  } catch {
    return null;
  }
}

function readToken(body: string): { value: string; seconds: number } | null {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== "object" || answer === null || !("access_token" in answer)) return null;
    const seconds = "expires_in" in answer && typeof answer.expires_in === "number" ? answer.expires_in : 3600;
    return typeof answer.access_token === "string" ? { value: answer.access_token, seconds } : null;
  } catch {
    return null;
  }
}
