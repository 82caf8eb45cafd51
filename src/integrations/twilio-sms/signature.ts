/**
 * Twilio's signature of a webhook: base64 of HMAC-SHA1 with the account's auth token over the URL and the sorted
 * parameters (twilio.com/docs/usage/security). Called by callback.ts to check, by the emulator to sign.
 */
import { sha256 } from "../../core/sha256";

const encoder = new TextEncoder();

/** The signature of a form post to `url`. */
export async function signRequest(authToken: string, url: string, params: URLSearchParams): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", await importKey(authToken), encoder.encode(url + joinParams(params)));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}

export interface Signed {
  /** The public URL that was called, query included. */
  readonly url: string;
  /** X-Twilio-Signature. */
  readonly signature: string | null;
  readonly body: string;
}

/** Whether Twilio signed this request. Compares in constant time: the platform's `verify` does. Never throws. */
export async function verifySignature(authToken: string, { url, signature, body }: Signed): Promise<boolean> {
  const mac = fromBase64(signature ?? "");
  if (!mac || !URL.canParse(url)) return false;
  const bodyHash = new URL(url).searchParams.get("bodySHA256");
  // A body that is no form is not a part of what is signed; the URL then carries its hash, which is no secret.
  if (bodyHash !== null && bodyHash.toLowerCase() !== (await sha256(body))) return false;
  const params = bodyHash === null ? joinParams(new URLSearchParams(body)) : "";
  const key = await importKey(authToken);
  for (const form of urlForms(url)) {
    if (await crypto.subtle.verify("HMAC", key, mac, encoder.encode(form + params))) return true;
  }
  return false;
}

const importKey = (authToken: string) =>
  crypto.subtle.importKey("raw", encoder.encode(authToken), { name: "HMAC", hash: "SHA-1" }, false, ["sign", "verify"]);

/** Names in order, each with its values; a value that is repeated counts once. */
function joinParams(params: URLSearchParams): string {
  const names = [...new Set(params.keys())].sort();
  return names
    .map((name) =>
      [...new Set(params.getAll(name))]
        .sort()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
}

/**
 * Twilio's servers do not agree on the URL that they sign (delivery.md 2.5): without a port, with the port of the
 * scheme, and each of them with its query encoded anew; as it was configured and as URL() writes it.
 */
function urlForms(url: string): Set<string> {
  const forms = new Set<string>();
  for (const form of [url, new URL(url).toString()]) {
    for (const ported of [withPort(form, false), withPort(form, true)]) forms.add(ported);
  }
  for (const form of [...forms]) forms.add(encodeQueryAnew(form));
  return forms;
}

function withPort(url: string, wanted: boolean): string {
  const match = /^(https?):\/\/((?:[^/?#]*@)?)(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/is.exec(url);
  if (!match) return url;
  const [, scheme = "", user = "", host = "", port = "", rest = ""] = match;
  const standard = scheme.toLowerCase() === "https" ? ":443" : ":80";
  return `${scheme}://${user}${host}${wanted ? port || standard : ""}${rest}`;
}

function encodeQueryAnew(url: string): string {
  const at = url.indexOf("?");
  if (at === -1) return url;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const pairs = [...values].flatMap(([name, all]) =>
    all.map((value) => [name, value].map(encodeURIComponent).join("=")),
  );
  return `${url.slice(0, at)}?${pairs.join("&")}`;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
