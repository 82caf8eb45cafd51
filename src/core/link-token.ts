/** The text of a collector link: the row, the form and the expiry that it names, signed (core/signed-text.ts). */
import type { KeyRing } from "./seal";
import { isSigned, SIGNATURE, signText } from "./signed-text";

export interface LinkClaims {
  readonly link: string;
  readonly form: string;
  /** Milliseconds since the epoch; null: it does not expire. */
  readonly expiresAt: number | null;
}

const PURPOSE = "formlog collector link v1";
const SHAPE = new RegExp(`^(link_[0-9a-z]{16})\\.(form_[0-9a-z]{16})\\.(0|[1-9a-z][0-9a-z]{0,10})\\.(${SIGNATURE})$`);

/** Whether a text is meant as a link: a key begins otherwise. */
export const looksLikeLink = (text: string): boolean => text.startsWith("link_");

/** The form that a text names if it has the shape of a link, or null; who signed it is not looked at. */
export const formNamedIn = (token: string): string | null => SHAPE.exec(token)?.[2] ?? null;

/** The link for these claims, fit for a URL, signed with the ring's current key. */
export async function signLink(ring: KeyRing, claims: LinkClaims): Promise<string> {
  const text = [claims.link, claims.form, (claims.expiresAt ?? 0).toString(36)].join(".");
  return `${text}.${await signText(ring, PURPOSE, text)}`;
}

/** What a link claims, or null unless a key of the ring signed it. Says nothing of its expiry. */
export async function readLink(ring: KeyRing, token: string): Promise<LinkClaims | null> {
  const [, link, form, expiry, signature] = SHAPE.exec(token) ?? [];
  if (link === undefined || form === undefined || expiry === undefined || signature === undefined) return null;
  if (!(await isSigned(ring, PURPOSE, { text: `${link}.${form}.${expiry}`, signature }))) return null;
  return { link, form, expiresAt: expiry === "0" ? null : Number.parseInt(expiry, 36) };
}
