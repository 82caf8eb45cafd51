/** What the engine calls: deliver a page, find out about one in doubt, and test whether the sheet can be written. */
import type { Deps, Outcome, Page, PageResult, TestResult } from "../../core/integration";
import { applyPage, mustWait, openSession, readIds, settleByFence } from "./apply";
import { createClient } from "./client";
import type { Failure, Result } from "./errors";
import { findFences } from "./fence";
import { OVERVIEW_FIELDS } from "./layout";
import type { Config, Secrets } from "./manifest";
import { readLayout } from "./read-layout";

/** Writes a page into the sheet. Never throws for anything that Google does. */
export function deliver(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  return applyPage(openSession(page, deps));
}

/**
 * Reads what became of a page in doubt. What is past the fence was certainly not applied, and never will be: the next
 * write swaps the fence that a late copy would need.
 */
export async function reconcile(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  const session = openSession(page, deps);
  const { outcomes } = session;
  const layout = await readLayout(session);
  if (!layout.ok) return { outcomes, halt: stillInDoubt(layout.failure) };
  const [fence] = findFences(session.owner, layout.value.namedRanges);
  settleByFence(session, fence);
  const halt = mustWait(session, layout.value);
  if (halt) return { outcomes, halt };
  const { tab } = layout.value;
  const look = tab && !fence && page.feed === "responses" && !page.replay;
  const ids: Result<ReadonlyMap<string, unknown>> = look ? await readIds(session, tab) : { ok: true, value: new Map() };
  if (!ids.ok) return { outcomes, halt: stillInDoubt(ids.failure) };
  const again: Outcome = { type: "retry", reason: "The page was not applied." };
  for (const { position, response } of page.entries) {
    if (!outcomes.has(position)) outcomes.set(position, ids.value.has(response.id) ? { type: "delivered" } : again);
  }
  return { outcomes };
}

function stillInDoubt(failure: Failure): NonNullable<PageResult["halt"]> {
  if (failure.type !== "halt")
    return { type: "unknown", reason: "The sheet changed while it was read.", afterSeconds: 5 };
  return failure.halt.type === "blocked" ? failure.halt : { ...failure.halt, type: "unknown" };
}

/** May this integration do its work? Reads the spreadsheet, and writes its title as it is, which only an Editor may. */
export async function test(deps: Deps<Config, Secrets>): Promise<TestResult> {
  const client = createClient(deps);
  const overview = await client.getSpreadsheet({ fields: OVERVIEW_FIELDS });
  if (!overview.ok) return { ok: false, detail: detailOf(overview.failure) };
  const title = overview.value.properties?.title ?? "";
  if (title === "") return { ok: true, detail: "The spreadsheet can be read." };
  const written = await client.batchUpdate([
    { updateSpreadsheetProperties: { properties: { title }, fields: "title" } },
  ]);
  if (!written.ok) return { ok: false, detail: detailOf(written.failure) };
  return { ok: true, detail: "The spreadsheet can be read and written." };
}

function detailOf(failure: Failure): string {
  if (failure.type === "halt") return failure.halt.reason;
  return failure.type === "refused" ? failure.reason : "The spreadsheet changed while it was read; try again.";
}
