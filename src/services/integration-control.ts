/** Verbs on an integration that runs: pause, resume, replay, test, delete. Each may be repeated. */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { parseResponseId, segmentOf, segmentStart } from "../core/ids";
import type { TestResult } from "../core/integration";
import * as cursors from "../store/cursor-control";
import { deleteIntegration as deleteRow } from "../store/integrations";
import { type IntegrationView, readCursors, ring, viewIntegration } from "./integration-view";
import { findOwnIntegration, type Named } from "./integrations";

/** Stops an integration where it is: nothing is lost, it goes on from there. */
export async function pauseIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.pauseCursor(db, cursor.segment, row.no);
  return viewIntegration(ctx, row);
}

/** Lets a paused, waiting or blocked integration go on now. */
export async function resumeIntegration(ctx: Context, workspace: string, input: Named): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.resumeCursor(db, cursor.segment, row.no);
  await ring(ctx, row);
  return viewIntegration(ctx, row);
}

/** Delivers again from the beginning, or from a response on (included). What is there already is not doubled. */
export async function replayIntegration(
  ctx: Context,
  workspace: string,
  input: Named & { from: string },
): Promise<IntegrationView> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const start = input.from === "beginning" ? null : parseResponseId(input.from);
  const all = await readCursors(ctx, row);
  const first =
    start === null
      ? 0
      : all.findIndex((at) => at.shard === start.shard && at.cursor.segment === segmentOf(start.position));
  if (first < 0 || (start === null && input.from !== "beginning")) {
    const problem = {
      pointer: "/from",
      code: "unknown_response",
      detail: "Send beginning, or the id of a response of this form.",
    };
    throw new AppError("invalid_request", { errors: [problem] });
  }
  for (const [i, { db, cursor }] of all.entries()) {
    if (i < first) continue;
    const position = start !== null && i === first ? start.position - 1 : segmentStart(cursor.segment);
    await cursors.rewindCursor(db, cursor.segment, row.no, position);
  }
  await ring(ctx, row);
  return viewIntegration(ctx, row);
}

/** Asks the kind whether the integration can do its work; nothing is delivered. */
export async function testIntegration(ctx: Context, workspace: string, input: Named): Promise<TestResult> {
  const row = await findOwnIntegration(ctx, workspace, input);
  const worker = ctx.kindWorker(row.kind);
  if (!worker) throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} is not deployed.` });
  const response = await worker.fetch("https://kind.internal/test", {
    method: "POST",
    body: JSON.stringify({ integration: row.id }),
  });
  if (!response.ok)
    throw new AppError("kind_unavailable", { detail: `The worker of ${row.kind} answered ${response.status}.` });
  return response.json<TestResult>();
}

/** Deletes an integration; what it delivered stays where it is. */
export async function deleteIntegration(ctx: Context, workspace: string, input: Named): Promise<void> {
  const row = await findOwnIntegration(ctx, workspace, input);
  for (const { db, cursor } of await readCursors(ctx, row)) await cursors.deleteCursor(db, cursor.segment, row.no);
  await deleteRow(ctx.shards.control, row.no);
}
