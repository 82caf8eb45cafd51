/** Counts submissions by what became of them. */
import { AppError, type ErrorCode } from "../core/errors";
import { count } from "../telemetry/counters";
import type { Receipt } from "./receipt";
import type { Accepted } from "./spool";

const SHED: ReadonlySet<ErrorCode> = new Set(["overloaded", "store_unavailable", "turnstile_unavailable"]);

type Settled = Receipt | Accepted | { readonly error: unknown };

/** Counts one submission, or `by` that had the same end. */
export function countSubmission(settled: Settled, by = 1): void {
  count("formlog_submissions", outcomeOf(settled), by);
}

function outcomeOf(settled: Settled): Record<string, string> {
  if ("status" in settled) return { outcome: "spooled" };
  if ("id" in settled) return { outcome: settled.replayed ? "replayed" : "stored" };
  if (!(settled.error instanceof AppError)) return { outcome: "failed" };
  const { code } = settled.error;
  if (code === "too_many_requests") return { outcome: "limited" };
  return { outcome: SHED.has(code) ? "shed" : "refused", reason: code };
}

/** The work, whose end is counted; of a batch that fails as a whole, `by` submissions. */
export async function counted<T>(work: Promise<T>, told: (result: T) => void, by = 1): Promise<T> {
  try {
    const result = await work;
    told(result);
    return result;
  } catch (error) {
    countSubmission({ error }, by);
    throw error;
  }
}
