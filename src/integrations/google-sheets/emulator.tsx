/**
 * A Google Sheets of our own: answers as the real one does where Formlog (or anybody's client) can tell the difference,
 * and fails on demand. In tests it runs in process, in `npm start` behind an HTTP server; `fetch` is all there is to
 * it.
 */

import { Hono } from "hono";
import * as z from "zod";
import { followOf, servePages, showPage } from "../../core/emulator-frame";
import type { Journal } from "../../core/local";
import { type ApiContext, answerApi } from "./emulator-api";
import { ApiError, EmulatorDrop } from "./emulator-errors";
import { type FaultInput, FaultSchema, strike } from "./emulator-faults";
import { ListPage, SheetPage, STYLE } from "./emulator-page";
import { formatCell } from "./emulator-render";
import type { Doc } from "./emulator-state";
import { openStore } from "./emulator-store";
import { type Account, createTokens } from "./emulator-token";

export { EmulatorDrop } from "./emulator-errors";
export type { FaultInput } from "./emulator-faults";
export type { Account } from "./emulator-token";

export interface SheetsEmulatorOptions {
  /** Milliseconds since the epoch; the real clock unless told. */
  readonly now?: () => number;
  /** In [0, 1), for faults with a rate. */
  readonly random?: () => number;
  /** Service accounts that may ask for tokens. */
  readonly accounts: readonly Account[];
  /** Quotas of a user; 60 a minute each, as Google's. */
  readonly writesPerMinute?: number;
  readonly readsPerMinute?: number;
  readonly cellsMax?: number;
  /** A server on which no fence holds: used ids of named ranges are taken, missing ones passed over. */
  readonly noFence?: boolean;
  readonly journal?: Journal;
}

const NewSpreadsheet = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  title: z.string().min(1).default("Untitled spreadsheet"),
  /** Accounts that may write (`reader:…`: only look); every registered account unless told. */
  sharedWith: z.array(z.string()).optional(),
});
export type NewSpreadsheet = z.input<typeof NewSpreadsheet>;

export interface SheetsEmulator {
  /** Answers a request; rejects with EmulatorDrop when a fault breaks the connection. */
  fetch(request: Request): Promise<Response>;
  /** Put faults in, take them out: the list that requests are struck by. */
  readonly faults: FaultInput[];
  /** Requests by method since the start (`batchUpdate`, `get`, `values.get`, `token` …). */
  readonly stats: Record<string, number>;
  createSpreadsheet(input: NewSpreadsheet): void;
  /** A copy of the file, as "Make a copy" makes it: fences and metadata come along, the sharing does not. */
  copySpreadsheet(of: string, input: NewSpreadsheet): void;
  /** Takes the file away, as its owner does. */
  removeSpreadsheet(spreadsheetId: string): void;
  /** Shares it with just these. */
  share(spreadsheetId: string, sharedWith: readonly string[]): void;
  has(spreadsheetId: string): boolean;
  /** Applies requests as a person would in the browser: no token, no quota. Throws ApiError. */
  edit(spreadsheetId: string, requests: readonly unknown[]): readonly unknown[];
  /** The spreadsheet as it is, to look at. Throws when there is none. */
  inspect(spreadsheetId: string): Readonly<Doc>;
  /** Shown texts of a tab, row by row; [] when there is no such tab. */
  readRows(spreadsheetId: string, title: string): string[][];
  /** Lets requests that were delayed (`delay_apply`) happen now. Returns how many were still accepted. */
  settle(): number;
  /** Makes every access token invalid. */
  revokeTokens(): void;
}

export function createSheetsEmulator(options: SheetsEmulatorOptions): SheetsEmulator {
  const { now = Date.now, random = Math.random, accounts, writesPerMinute = 60, readsPerMinute = 60 } = options;
  const store = openStore(options);
  const tokens = createTokens({ accounts, now });
  const faults: FaultInput[] = [];
  const stats: Record<string, number> = {};
  const quotas = { read: readsPerMinute, write: writesPerMinute };
  const context: ApiContext = { store, tokens, faults, stats, quotas, used: new Map(), now, random };
  const createSpreadsheet = (input: NewSpreadsheet) => {
    const { id, title, sharedWith } = NewSpreadsheet.parse(input);
    if (store.docs.has(id)) throw new ApiError(409, "ALREADY_EXISTS", `There is a spreadsheet ${id} already.`);
    store.commit({ op: "create", id, title, ...(sharedWith && { sharedWith }) });
  };

  const copySpreadsheet = (of: string, input: NewSpreadsheet) => {
    const { id, title, sharedWith } = NewSpreadsheet.parse(input);
    store.commit({ op: "copy", id, of, title, ...(sharedWith && { sharedWith }) });
  };

  const app = new Hono();
  app.use(async (_, next) => {
    store.settle(now());
    await next();
  });
  app.post("/token", async (c) => {
    // Not text(): workerd warns about a body that is a form.
    const body = new TextDecoder().decode(await c.req.arrayBuffer());
    stats.token = (stats.token ?? 0) + 1;
    const fault = strike(faults, { kind: "token", body }, random);
    if (fault?.mode === "outage" || fault?.mode === "non_json") return c.html("<h1>Error 502</h1>", 502);
    if (fault?.mode === "rate_limit") return c.json({ error: "rate_limit_exceeded" }, 429);
    if (fault?.mode === "forbidden") return c.json({ error: "access_denied" }, 403);
    if (fault?.mode === "drop_after") throw new EmulatorDrop();
    if (fault) return c.json({ error: "internal_failure" }, 500);
    return tokens.mint(new URLSearchParams(body), new URL(c.req.url).origin + new URL(c.req.url).pathname);
  });
  app.all("/v4/*", (c) => answerApi(context, c.req.raw));
  app.get("/_emulator/stats", (c) => c.json(stats));
  app.get("/_emulator/faults", (c) => c.json(faults));
  app.post("/_emulator/faults", async (c) => {
    faults.push(FaultSchema.parse(await c.req.json()));
    return c.json(faults, 201);
  });
  app.delete("/_emulator/faults", (c) => {
    faults.length = 0;
    return c.json(faults);
  });
  app.post("/_emulator/settle", (c) => c.json({ applied: store.settle() }));
  app.post("/_emulator/spreadsheets", async (c) => {
    const input = NewSpreadsheet.parse(await c.req.json());
    createSpreadsheet(input);
    return c.json({ id: input.id, url: `/sheets/${input.id}` }, 201);
  });
  servePages(app, STYLE);
  app.get("/", (c) => showPage(c, <ListPage docs={[...store.docs.values()]} />));
  app.get("/sheets/:id", (c) => showPage(c, <SheetPage doc={store.find(c.req.param("id"))} follow={followOf(c)} />));
  app.notFound((c) => c.json(new ApiError(404, "NOT_FOUND", "There is nothing at this address.").body(), 404));
  app.onError((error) => {
    if (error instanceof ApiError) return Response.json(error.body(), { status: error.code });
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return Response.json({ error: error.message }, { status: 400 });
    // A dropped connection has no answer, and a bug of the emulator must not look like a failure of Google.
    throw error;
  });

  return {
    fetch: async (request) => app.fetch(request),
    faults,
    stats,
    createSpreadsheet,
    copySpreadsheet,
    removeSpreadsheet: (id) => void store.commit({ op: "remove", id }),
    share: (id, sharedWith) => void store.commit({ op: "share", id, sharedWith: [...sharedWith] }),
    has: (id) => store.docs.has(id),
    edit: (id, requests) => store.commit({ op: "batchUpdate", id, requests }),
    inspect: (id) => store.find(id),
    readRows(id, title) {
      const tab = store.find(id).tabs.find((candidate) => candidate.title === title);
      return (tab?.rows ?? []).map((row) => Array.from(row, formatCell));
    },
    settle: () => store.settle(),
    revokeTokens: () => tokens.revoke(),
  };
}
