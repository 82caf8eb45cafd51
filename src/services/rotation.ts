/** A change of the encryption key: what earlier keys sealed is sealed again with the current one. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { seal, unseal } from "../core/seal";
import { countSealed, findSealed, reseal } from "../store/sealed";

/** Rows of one call: opening and sealing cost a tenth of a millisecond each. */
const ROWS_MAX = 100;

export interface Rotation {
  /** The key that seals now. */
  readonly current: string;
  /** Credentials that were sealed again by this call. */
  readonly resealed: number;
  /** Credentials that other keys of FORMLOG_ENCRYPTION_KEY still seal: call again. */
  readonly left: number;
  /** Credentials whose key is not in FORMLOG_ENCRYPTION_KEY: nobody can open them, until it is added again. */
  readonly lost: number;
}

/**
 * Seals a bounded number of credentials again. May be repeated and stopped anywhere: each row has one key or the other.
 * Throws `conflict` when the installation has no key.
 */
export async function rotateEncryption(ctx: Context): Promise<Rotation> {
  const { keyRing: ring } = ctx.config;
  if (!ring) throw new AppError("conflict", { detail: "This installation has no FORMLOG_ENCRYPTION_KEY." });
  const { control } = ctx.shards;
  const earlier = [...ring.keys.keys()].filter((id) => id !== ring.current);
  const found = await findSealed(control, earlier, ROWS_MAX);
  const anew = found.map(async (read) => ({ read, ...(await seal(ring, await unseal(ring, read), ctx.random)) }));
  if (found.length > 0) await reseal(control, await Promise.all(anew));
  const counts = await countSealed(control);
  const sum = (wanted: (id: string) => boolean) =>
    [...counts].reduce((total, [id, n]) => (wanted(id) ? total + n : total), 0);
  return {
    current: ring.current,
    resealed: found.length,
    left: sum((id) => earlier.includes(id)),
    lost: sum((id) => !ring.keys.has(id)),
  };
}
