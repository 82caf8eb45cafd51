/**
 * Does a fence hold at this server? Google says that a used id of a named range and a missing one fail a batch; before
 * the first fence in a spreadsheet is made, both are tried, with requests that are to fail. Where one of them does not,
 * the kind goes by the id column alone (README, "Without a fence"). Called by step.ts and reconcile.ts.
 */
import type { Deps } from "../../core/integration";
import type { Book, Seen } from "./books";
import type { Result } from "./errors";
import { cornerOf } from "./fence";
import type { Config, Secrets } from "./manifest";
import type { BatchAnswer, SheetsRequest } from "./types";

/** What is known of a server is known of a spreadsheet, as long as the isolate lives. */
const memoryKey = ({ id }: Pick<Book, "id">) => `google-sheets:fence:${id}`;

/** Whether it was found that no fence holds there. */
export const isFenceless = ({ memory }: Pick<Deps, "memory">, book: Pick<Book, "id">): boolean =>
  memory.get(memoryKey(book)) === false;

export const noteFenceless = ({ memory }: Pick<Deps, "memory">, book: Book): void => {
  memory.set(memoryKey(book), false);
};

const PROBE = "formlog_probe";

/** Two batches that a server with fences refuses: an id used twice, an id that there is none. */
export function probes(sheetId: number, token: string): readonly (readonly SheetsRequest[])[] {
  const id = `${PROBE}_${token}`;
  const add = (name: string): SheetsRequest => ({
    addNamedRange: { namedRange: { namedRangeId: id, name, range: cornerOf(sheetId) } },
  });
  return [[add(id), add(`${id}_again`)], [{ deleteNamedRange: { namedRangeId: `${id}_missing` } }]];
}

/** True: a fence holds, as far as two tries can say; once for a spreadsheet and isolate. `sheetId`: any tab. */
export async function fenceHolds(deps: Deps<Config, Secrets>, book: Book, sheetId: number): Promise<Result<boolean>> {
  const known = deps.memory.get(memoryKey(book));
  if (typeof known === "boolean") return { ok: true, value: known };
  const token = Math.floor(deps.now()).toString(36);
  for (const requests of probes(sheetId, token)) {
    const result = await book.client.batchUpdate(requests);
    if (result.ok) {
      deps.memory.set(memoryKey(book), false);
      // What was not to be made is taken away again, as far as this server lets itself be told.
      const made = (result.value.replies ?? []).flatMap(
        ({ addNamedRange }) => addNamedRange?.namedRange?.namedRangeId ?? [],
      );
      const leftovers = [...new Set(made)].map((namedRangeId) => ({ deleteNamedRange: { namedRangeId } }));
      if (leftovers.length > 0) await book.client.batchUpdate(leftovers);
      return { ok: true, value: false };
    }
    if (result.failure.type === "halt") {
      const { halt } = result.failure;
      // Whatever became of a probe, it left nothing in doubt.
      return {
        ok: false,
        failure: { type: "halt", halt: halt.type === "unknown" ? { ...halt, type: "retry" } : halt },
      };
    }
    // Refused for something else: nothing was learnt, and the fence is tried as it is.
    if (result.failure.type !== "stale") return { ok: true, value: true };
  }
  deps.memory.set(memoryKey(book), true);
  return { ok: true, value: true };
}

/**
 * Asks before the first of our named ranges in a spreadsheet is made, on any tab. One that is there was made after the
 * answer was yes: where it is no, none of ours is left.
 */
export async function checkFence(deps: Deps<Config, Secrets>, { book, layout }: Seen): Promise<Result<boolean>> {
  const anyTab = layout.tab?.sheetId ?? layout.takenSheetIds[0];
  const ours = layout.namedRanges.some(({ namedRangeId = "" }) => namedRangeId.startsWith("formlog_"));
  return ours || anyTab === undefined ? { ok: true, value: true } : fenceHolds(deps, book, anyTab);
}

/** Whether the server gave a named range another id than ours. */
export function changedIds(requests: readonly SheetsRequest[], { replies = [] }: BatchAnswer): boolean {
  const given = new Set(replies.flatMap(({ addNamedRange }) => addNamedRange?.namedRange?.namedRangeId ?? []));
  // A server that answers without replies says nothing about them.
  if (given.size === 0) return false;
  return requests.some((request) => {
    const { addNamedRange } = request as { addNamedRange?: { namedRange?: { namedRangeId?: string } } };
    return addNamedRange !== undefined && !given.has(addNamedRange.namedRange?.namedRangeId ?? "");
  });
}
