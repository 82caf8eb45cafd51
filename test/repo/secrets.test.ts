/** No credential is committed: what real ones look like, by the forms that their issuers publish. */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const BINARY = /\.(png|jpg|ico|woff2?|xlsx|gz)$/;

/** Several of one character, or digits in a row, are made up. */
const madeUp = (text: string): boolean => new Set(text.slice(-24)).size < 8 || /0123456789|123456789/.test(text);

const FORMS: Readonly<Record<string, RegExp>> = {
  "private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/=]{40,}/g,
  "AWS access key": /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  "GitHub token": /\bgh[pousr]_[A-Za-z0-9]{36,}\b/g,
  "Slack token": /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/g,
  "Google API key": /\bAIza[A-Za-z0-9_-]{35}\b/g,
  "Twilio API key or account": /\b(?:SK|AC)[0-9a-f]{32}\b/g,
  "Cloudflare token": /\bCLOUDFLARE_API_TOKEN\s*[=:]\s*["']?[A-Za-z0-9_-]{40}\b/g,
  "Stripe key": /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g,
  "npm token": /\bnpm_[A-Za-z0-9]{36}\b/g,
  "key of a workspace": /\bfl_[a-z0-9]{32,}\b/g,
  "machine path": /(?:\/home\/|\/Users\/)[a-z][a-z0-9._-]+\//g,
};

const find = (text: string): string[] =>
  Object.entries(FORMS).flatMap(([name, form]) =>
    [...text.matchAll(form)].filter(([match]) => !madeUp(match)).map(([match]) => `${name}: ${match.slice(0, 12)}…`),
  );

it("no file of the repository has a credential or a path of somebody's machine", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  const found = files
    .filter((file) => !BINARY.test(file))
    .flatMap((file) => find(readFileSync(path.join(root, file), "utf8")).map((what) => `${file}: ${what}`));
  expect(found).toEqual([]);
});

it("what credentials look like is found, and what is made up is let pass", () => {
  const mixed = "k3J9xQ2mZ7vB5nR8tY4wL6pD1sF0gHaC";
  const real = [
    `-----BEGIN PRIVATE KEY-----\n${mixed}${mixed}`,
    `ghp_${mixed}abcd`,
    "AKIA" + "Q3EGV7RZ2M8KX5TB",
    `SK${"8f14e45fceea167a5a36dedd4bea2543"}`,
  ];
  for (const text of real) expect(find(text), text).toHaveLength(1);
  expect(find(`AC${"2".repeat(32)} SK0123456789abcdef0123456789abcdef`)).toEqual([]);
});

/** What `===` may compare: nothing that somebody could guess byte by byte. */
const COMPARED: Readonly<Record<string, string>> = {
  "src/core/signed-text.ts": "the spelling of a signature, which is verified afterwards",
  "src/core/draft/names.ts": "a word of an expression",
  "src/integrations/google-sheets/token.ts": "an access token of our own, with the one we keep",
};

it("secrets are compared by their digests or by crypto.subtle.verify, which take the same time for every guess", () => {
  const compared =
    /\b\w*(signature|secret|token|mac|digest|password)\b\s*[!=]==\s*(?!\s|undefined|null|""|typeof)|[!=]==\s*\w*(signature|secret|password)\b/i;
  const files = globSync("src/**/*.{ts,tsx}", { cwd: root }).filter((file) => !/\.test\.|emulator|\.gen\./.test(file));
  const found = files.filter((file) => compared.test(readFileSync(path.join(root, file), "utf8")));
  expect(found.filter((file) => !(file in COMPARED))).toEqual([]);
});
