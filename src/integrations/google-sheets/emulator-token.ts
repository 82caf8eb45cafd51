/**
 * `POST /token` of the emulator: the JWT bearer grant (RFC 7523) with Google's rules for service accounts
 * (developers.google.com/identity/protocols/oauth2/service-account), and the access tokens it gave out.
 */
import { decodeJwt, importSPKI, jwtVerify } from "jose";

export interface Account {
  readonly clientEmail: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
}

/** The audience that Google demands, whatever the address that is really called. */
const AUDIENCE = "https://oauth2.googleapis.com/token";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPES = new Set([
  "https://www.googleapis.com/auth/spreadsheets",
  "https://www.googleapis.com/auth/spreadsheets.readonly",
  "https://www.googleapis.com/auth/drive",
  "https://www.googleapis.com/auth/drive.file",
]);
const TOKEN_SECONDS = 3599;
/** How far a clock may be ahead of Google's. */
const SKEW_SECONDS = 60;

interface Grant {
  readonly email: string;
  readonly readOnly: boolean;
  readonly expiresAt: number;
}

export interface Tokens {
  /** Answers a token request; `own` is the address it came to, taken as audience too. */
  mint(form: URLSearchParams, own: string): Promise<Response>;
  /** Who holds this token, or null when it is unknown or too old. */
  holder(token: string): Grant | null;
  /** Forgets every token, as when Google revokes them. */
  revoke(): void;
}

/** Why no token is given, in OAuth's words (RFC 6749 section 5.2). */
interface Refusal {
  readonly error: string;
  readonly error_description: string;
}

const refuse = (error: string, description: string): Refusal => ({ error, error_description: description });

export function createTokens({
  accounts,
  now,
  newToken = () => `ya29.${crypto.randomUUID().replaceAll("-", "")}`,
}: {
  accounts: readonly Account[];
  now: () => number;
  newToken?: () => string;
}): Tokens {
  const granted = new Map<string, Grant>();
  return {
    async mint(form, own) {
      const checked =
        form.get("grant_type") === GRANT
          ? await checkAssertion(form.get("assertion") ?? "", { accounts, audiences: [AUDIENCE, own], now })
          : refuse("unsupported_grant_type", `Invalid grant_type: ${form.get("grant_type")}`);
      if ("error" in checked) return Response.json(checked, { status: 400 });
      const token = newToken();
      granted.set(token, { ...checked, expiresAt: now() + TOKEN_SECONDS * 1000 });
      return Response.json({ access_token: token, expires_in: TOKEN_SECONDS, token_type: "Bearer" });
    },
    holder(token) {
      const grant = granted.get(token);
      return grant && grant.expiresAt > now() ? grant : null;
    },
    revoke: () => granted.clear(),
  };
}

async function checkAssertion(
  assertion: string,
  { accounts, audiences, now }: { accounts: readonly Account[]; audiences: readonly string[]; now: () => number },
): Promise<Omit<Grant, "expiresAt"> | Refusal> {
  let claims: ReturnType<typeof decodeJwt>;
  try {
    claims = decodeJwt(assertion);
  } catch {
    return refuse("invalid_grant", "Bad Request");
  }
  const account = accounts.find((candidate) => candidate.clientEmail === claims.iss);
  if (!account) return refuse("invalid_grant", "Invalid grant: account not found");
  try {
    const key = await importSPKI(account.publicKey, "RS256");
    // Times are checked below by Google's own rule.
    await jwtVerify(assertion, key, { algorithms: ["RS256"], currentDate: new Date((claims.iat ?? 0) * 1000) });
  } catch {
    return refuse("invalid_grant", "Invalid JWT Signature.");
  }
  const { iat, exp, aud, scope } = claims;
  const seconds = now() / 1000;
  const timely =
    iat !== undefined && exp !== undefined && exp <= iat + 3600 && exp > seconds && iat <= seconds + SKEW_SECONDS;
  if (!timely) {
    return refuse(
      "invalid_grant",
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
    );
  }
  if (typeof aud !== "string" || !audiences.includes(aud))
    return refuse("invalid_grant", "Invalid JWT: Failed audience check.");
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  if (scopes.length === 0 || scopes.some((one) => !one.startsWith("https://"))) {
    return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  }
  const useful = scopes.filter((one) => SCOPES.has(one));
  if (useful.length === 0) return refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  return { email: account.clientEmail, readOnly: useful.every((one) => one.endsWith(".readonly")) };
}
