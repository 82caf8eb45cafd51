/** What a fault of the store means for a submission. */
import { AppError } from "../core/errors";
import { isOverloaded, isUnavailable } from "../store/failure";
import { CommitTimeout, QueueFull } from "./group-commit";

const RETRY_AFTER_SECONDS = 2;

/** Throws what the caller is told: `overloaded` when nothing was stored for certain, else `store_unavailable`. */
export function failStore(error: unknown): never {
  if (error instanceof AppError) throw error;
  const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (error instanceof QueueFull || isOverloaded(error)) throw new AppError("overloaded", retry);
  const certain = error instanceof CommitTimeout && !error.mayBeStored;
  if (certain) throw new AppError("overloaded", retry);
  return failUnknown();
}

/** Throws `store_unavailable` for a response that may be stored, or may be stored later. */
export function failUnknown(): never {
  throw new AppError("store_unavailable", {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    detail: "Whether the response was stored is not known. Send it again with the same Idempotency-Key.",
  });
}

/** Throws `store_unavailable` when D1 can't be asked before anything was tried; any other error as it is. */
export function orUnavailable(error: unknown): never {
  if (!isUnavailable(error)) throw error;
  throw new AppError("store_unavailable", {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    detail: "Nothing was stored or changed. Try again in a moment.",
  });
}

/** The value, or the expected error, as a value. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
