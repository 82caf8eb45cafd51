/**
 * The emulator's spreadsheets and its journal. Every change is an operation: applied to a copy, written to the journal,
 * then made the present; the same operations read back at the start give the same spreadsheets, ids included.
 */

import * as z from "zod";
import type { Journal } from "../../core/local";
import { CELLS_MAX } from "./emulator-dimensions";
import { ApiError, notFound } from "./emulator-errors";
import { applyBatch } from "./emulator-requests";
import { copyFile, type Doc, newDoc, type Role } from "./emulator-state";
import { writeValues } from "./emulator-values";

const Operation = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("create"),
    id: z.string(),
    title: z.string(),
    sharedWith: z.array(z.string()).optional(),
  }),
  z.object({
    op: z.literal("copy"),
    id: z.string(),
    of: z.string(),
    title: z.string(),
    sharedWith: z.array(z.string()).optional(),
  }),
  z.object({ op: z.literal("share"), id: z.string(), sharedWith: z.array(z.string()) }),
  z.object({ op: z.literal("remove"), id: z.string() }),
  z.object({ op: z.literal("batchUpdate"), id: z.string(), requests: z.unknown(), by: z.string().optional() }),
  z.object({
    op: z.literal("values"),
    id: z.string(),
    writes: z.array(
      z.object({
        action: z.enum(["append", "update", "clear"]),
        range: z.string(),
        option: z.string().nullish(),
        insert: z.string().nullish(),
        body: z.unknown(),
      }),
    ),
  }),
]);
export type Operation = z.infer<typeof Operation>;

export interface Store {
  readonly docs: ReadonlyMap<string, Doc>;
  /** The spreadsheet of that id. Throws 404. */
  find(id: string): Doc;
  /** Applies, journals, then installs. Returns the replies; throws ApiError and changes nothing when it is refused. */
  commit(operation: Operation): readonly unknown[];
  /** Checks whether it would be taken, and does it when `apply` of the result is called. */
  later(operation: Operation, dueAt: number): void;
  /** Applies what was put off and is due (everything, without a time). */
  settle(now?: number): number;
}

interface StoreOptions {
  readonly journal?: Journal;
  readonly cellsMax?: number;
  readonly noFence?: boolean;
}

/** Opens the store; lines that do not parse (a torn last line) are passed over. */
export function openStore({ journal, cellsMax = CELLS_MAX, noFence = false }: StoreOptions): Store {
  const docs = new Map<string, Doc>();
  let pending: { operation: Operation; dueAt: number }[] = [];
  const find = (id: string): Doc => {
    const doc = docs.get(id);
    if (!doc) throw notFound();
    return doc;
  };
  const apply = (operation: Operation): { doc: Doc; replies: readonly unknown[] } => {
    if (operation.op === "create")
      return { doc: newDoc({ ...operation, shared: sharesOf(operation.sharedWith) }), replies: [] };
    if (operation.op === "copy") {
      const { id, title, of, sharedWith } = operation;
      return { doc: copyFile(find(of), { id, title, shared: sharesOf(sharedWith) }), replies: [] };
    }
    const before = find(operation.id);
    if (operation.op === "remove") return { doc: before, replies: [] };
    if (operation.op === "share") return { doc: { ...before, shared: sharesOf(operation.sharedWith) }, replies: [] };
    if (operation.op === "batchUpdate") {
      const { requests, by } = operation;
      return applyBatch(before, requests, { cellsMax, noFence, by });
    }
    let doc = before;
    const replies = operation.writes.map((write) => {
      const done = writeValues(doc, write, cellsMax);
      doc = done.doc;
      return done.reply;
    });
    return { doc, replies };
  };
  const install = (operation: Operation, doc: Doc) => {
    if (operation.op === "remove") docs.delete(doc.id);
    else docs.set(doc.id, doc);
  };
  const commit = (operation: Operation): readonly unknown[] => {
    const { doc, replies } = apply(operation);
    journal?.append(JSON.stringify(operation));
    install(operation, doc);
    return replies;
  };
  let torn = false;
  for (const line of journal?.lines ?? []) {
    const operation = parseLine(line);
    torn = operation === null && line !== "";
    if (operation) {
      install(operation, apply(operation).doc);
    }
  }
  // The torn line is ended, or the next line would be glued to it and lost with it.
  if (torn) journal?.append("");
  return {
    docs,
    find,
    commit,
    later: (operation, dueAt) => {
      pending.push({ operation, dueAt });
    },
    settle(now = Number.POSITIVE_INFINITY) {
      const due = pending.filter((item) => item.dueAt <= now);
      pending = pending.filter((item) => item.dueAt > now);
      return due.filter(({ operation }) => {
        try {
          commit(operation);
          return true;
        } catch (error) {
          if (error instanceof ApiError) return false;
          throw error;
        }
      }).length;
    },
  };
}

function parseLine(line: string): Operation | null {
  try {
    return Operation.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** `a@b` may write, `reader:a@b` may look; undefined: every registered account may write. */
function sharesOf(sharedWith: readonly string[] | undefined): ReadonlyMap<string, Role> | null {
  if (!sharedWith) return null;
  return new Map(
    sharedWith.map((entry): [string, Role] =>
      entry.startsWith("reader:") ? [entry.slice("reader:".length), "reader"] : [entry, "writer"],
    ),
  );
}
