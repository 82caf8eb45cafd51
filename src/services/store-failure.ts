/** What a fault of the store means for a submission. */
import { AppError } from "../core/errors";
import { isOverloaded } from "../store/db";
import { CommitTimeout, QueueFull } from "./group-commit";

const RETRY_AFTER_SECONDS = 2;

/** Throws what the caller is told: `overloaded` when nothing was stored for certain, else `store_unavailable`. */
export function failStore(error: unknown): never {
  if (error instanceof AppError) throw error;
  const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (error instanceof QueueFull || isOverloaded(error)) throw new AppError("overloaded", retry);
  const certain = error instanceof CommitTimeout && !error.mayBeStored;
  if (certain) throw new AppError("overloaded", retry);
  throw new AppError("store_unavailable", {
    ...retry,
    detail: "Whether the response was stored is not known. Send it again with the same Idempotency-Key.",
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
