/** What the sender of a stored response is told, at first and whenever it is sent again. */
import type { CachedForm, SubmissionContext } from "../context-submission";
import type { Flag } from "../core/flag";
import { responseId } from "../core/ids";
import type { FirstAnswer } from "../store/refusals";
import { CORRECTION_MS, type CorrectionLink, correctionLink, type Reader, tellFlags } from "./correction-link";
import { orUnavailable } from "./store-failure";

export interface Receipt {
  readonly id: string;
  readonly revision: number;
  readonly version: number;
  readonly receivedAt: string;
  /** What should be looked at again. */
  readonly flags: readonly Flag[];
  /** Where that is done; only of a flagged response. */
  readonly correction?: CorrectionLink;
  /** The response had been stored by an earlier request with the same key. */
  readonly replayed: boolean;
}

/** What the sender is told of it in a body. */
export const told = ({ replayed: _, ...receipt }: Receipt): Omit<Receipt, "replayed"> => receipt;

interface Stored {
  readonly position: number;
  /** The response as it was stored. */
  readonly first: FirstAnswer;
  readonly replayed?: boolean;
}

type Form = Pick<CachedForm, "id" | "shard" | "version" | "definition">;

/** The receipt of a response without flags. */
export function plainReceipt(form: Pick<Form, "shard">, { position, first, replayed = false }: Stored): Receipt {
  return {
    id: responseId({ shard: form.shard, position }),
    revision: 1,
    version: first.version,
    receivedAt: new Date(first.receivedAt).toISOString(),
    flags: [],
    replayed,
  };
}

/**
 * The receipt of a stored response: the same each time. No I/O for one without flags, or of the form's present version.
 */
export async function makeReceipt(
  ctx: SubmissionContext,
  form: Form,
  { reader, ...stored }: Stored & { readonly reader: Reader },
): Promise<Receipt> {
  const { first } = stored;
  const plain = plainReceipt(form, stored);
  if (first.flags.length === 0) return plain;
  const { languages, origin } = reader;
  const told = { flags: first.flags, version: first.version, languages };
  const flags = await tellFlags(ctx, form, told).catch(orUnavailable);
  const expiresAt = first.receivedAt + CORRECTION_MS;
  const correction = await correctionLink(ctx, { form: form.id, response: plain.id, expiresAt, origin });
  return { ...plain, flags, ...(correction && { correction }) };
}
