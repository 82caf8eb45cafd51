/**
 * Texts that the next page of a session shows once: sealed, for that session, that page and a minute, so that a browser
 * can bring them there without anybody reading them on the way.
 */
import { type KeyRing, seal, unseal } from "./seal";

/** How long the next page may take. */
export const ONCE_SECONDS = 60;

export interface Once {
  /** What to do with them. */
  readonly note: string;
  /** By what they are called. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Whose page it is. */
interface Bound {
  readonly session: string;
  readonly path: string;
}

const PURPOSE = "formlog console once v1";

/** `now` in milliseconds; `random` fills the nonce. */
export async function sealOnce(
  ring: KeyRing,
  once: Once,
  { session, path, now, random }: Bound & { now: number; random: Parameters<typeof seal>[2] },
): Promise<string> {
  const until = now + ONCE_SECONDS * 1000;
  const { sealed, keyId } = await seal(ring, JSON.stringify({ purpose: PURPOSE, session, path, until, once }), random);
  return `${keyId} ${sealed}`;
}

/** Null unless it was sealed for this page of this session, and not long ago. */
export async function openOnce(
  ring: KeyRing,
  text: string,
  { session, path, now }: Bound & { now: number },
): Promise<Once | null> {
  const [keyId = "", sealed = ""] = text.split(" ");
  try {
    const of = JSON.parse(await unseal(ring, { sealed, keyId }));
    const ours = of.purpose === PURPOSE && of.session === session && of.path === path && of.until > now;
    return ours ? of.once : null;
  } catch {
    return null;
  }
}
