/**
 * A session of the console as text: which key opened it and when, signed (core/signed-text.ts). A browser keeps it as a
 * cookie; we keep nothing, but for sessions that were ended before their time (store/sessions.ts).
 */
import type { KeyRing } from "./seal";
import { isSigned, signText } from "./signed-text";

/** A session ends when it was not used for so long, and in any case so long after it began. */
export const IDLE_MS = 8 * 3600_000;
export const SESSION_MS = 24 * 3600_000;

export interface SessionClaims {
  readonly id: string;
  /** SHA-256 of the key that signed in, by which the key is looked up: a revoked one ends its sessions. */
  readonly keyHash: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seenAt: number;
}

const PURPOSE = "formlog console session v1";
const FORM_PURPOSE = "formlog console form v1";
const FLASH_PURPOSE = "formlog console flash v1";
const SHAPE =
  /^(sess_[0-9a-z]{16})\.([0-9a-f]{64})\.([1-9a-z][0-9a-z]{0,10})\.([1-9a-z][0-9a-z]{0,10})\.([A-Za-z0-9_-]{43})$/;

/** When a session ends unless it is used again, in milliseconds. */
export const endOf = ({ startedAt, seenAt }: SessionClaims): number =>
  Math.min(seenAt + IDLE_MS, lastEndOf({ startedAt }));
/** When it ends however much it is used. */
export const lastEndOf = ({ startedAt }: Pick<SessionClaims, "startedAt">): number => startedAt + SESSION_MS;

/** The token of a session, fit for a cookie, signed with the ring's current key. */
export async function signSession(ring: KeyRing, claims: SessionClaims): Promise<string> {
  const { id, keyHash, startedAt, seenAt } = claims;
  const text = [id, keyHash, startedAt.toString(36), seenAt.toString(36)].join(".");
  return `${text}.${await signText(ring, PURPOSE, text)}`;
}

/** What a token claims, or null unless a key of the ring signed it. Says nothing of its end. */
export async function readSession(ring: KeyRing, token: string): Promise<SessionClaims | null> {
  const [, id, keyHash, started, seen, signature] = SHAPE.exec(token) ?? [];
  if (id === undefined || keyHash === undefined || started === undefined || seen === undefined) return null;
  const text = token.slice(0, token.lastIndexOf("."));
  if (!(await isSigned(ring, PURPOSE, { text, signature: signature ?? "" }))) return null;
  return { id, keyHash, startedAt: Number.parseInt(started, 36), seenAt: Number.parseInt(seen, 36) };
}

/** What every form of a session's pages carries: another site can't know it. */
export const signForms = (ring: KeyRing, session: string): Promise<string> => signText(ring, FORM_PURPOSE, session);
export const isFormOf = (ring: KeyRing, session: string, signature: string): Promise<boolean> =>
  isSigned(ring, FORM_PURPOSE, { text: session, signature });

/** A sentence for the next page of a session, signed so that only we can say it. */
export async function signFlash(ring: KeyRing, session: string, sentence: string): Promise<string> {
  return `${await signText(ring, FLASH_PURPOSE, `${session} ${sentence}`)}${sentence}`;
}
/** The sentence of a signed flash, or null when it was not made for this session. */
export async function readFlash(ring: KeyRing, session: string, flash: string): Promise<string | null> {
  const [signature, sentence] = [flash.slice(0, 43), flash.slice(43)];
  return (await isSigned(ring, FLASH_PURPOSE, { text: `${session} ${sentence}`, signature })) ? sentence : null;
}
