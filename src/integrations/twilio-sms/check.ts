/** Reads the status of messages that Twilio has taken and whose last word did not come. Reads only: nothing is sent here. */
import type { Deps, Entry, Outcome, PageResult } from "../../core/integration";
import { fetchMessage } from "./client";
import type { Config, Secrets } from "./manifest";
import { judgeListFailure, optOutScope, outcomeOfStatus, STOPPED, type Verdicts } from "./outcomes";
import { NOT_FOUND } from "./statuses";

/** As many as are created at once (deliver.ts). */
const AT_ONCE = 5;

/** An outcome for every entry that has a reference; when Twilio can't be asked, `halt` says why and the rest has none. */
export async function checkMessages(entries: readonly Entry[], deps: Deps<Config, Secrets>): Promise<PageResult> {
  const outcomes = new Map<number, Outcome>();
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    const asked = entries.slice(at, at + AT_ONCE);
    const verdicts = await Promise.all(asked.map((entry) => checkOne(entry, deps)));
    for (const [i, verdict] of verdicts.entries()) {
      const position = asked[i]?.position;
      if ("outcome" in verdict && position !== undefined) outcomes.set(position, verdict.outcome);
    }
    const failed = verdicts.find((verdict) => "halt" in verdict);
    if (failed) return { outcomes, halt: failed.halt };
  }
  return { outcomes };
}

async function checkOne({ attempted }: Entry, deps: Deps<Config, Secrets>): Promise<Verdicts> {
  const reference = attempted?.reference ?? "";
  const checks = (attempted?.looks ?? 0) + 1;
  const result = await fetchMessage(deps, reference);
  if (!result.ok) {
    const { status, code } = result.failure;
    // Deleted there, or of the account that was used before: what became of the text can't be told.
    if (status === 404 && code === 20404) {
      return { outcome: outcomeOfStatus({ reference, status: NOT_FOUND, code: null, checks }) };
    }
    return { halt: judgeListFailure(result.failure) };
  }
  const { status, error_code: code = null, to } = result.value;
  if (code === STOPPED && to) await deps.optOuts.add(optOutScope(deps.secrets), to);
  return { outcome: outcomeOfStatus({ reference, status, code, checks }) };
}
