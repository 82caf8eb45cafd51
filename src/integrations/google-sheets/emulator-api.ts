/**
 * The Sheets v4 methods of the emulator: who may call, what it costs, which fault strikes, what is answered. Called by
 * emulator.tsx for everything under /v4.
 */

import { parseRange } from "./emulator-a1";
import {
  ApiError,
  badRequest,
  EmulatorDrop,
  forbidden,
  notFound,
  quotaExceeded,
  unauthenticated,
} from "./emulator-errors";
import { type Fault, type FaultInput, type RequestClass, strike } from "./emulator-faults";
import { checkMask, type Json, parseMask, SPREADSHEET_FIELDS, select } from "./emulator-fields";
import { renderMetadata, renderSpreadsheet } from "./emulator-render";
import type { Doc } from "./emulator-state";
import type { Operation, Store } from "./emulator-store";
import type { Tokens } from "./emulator-token";
import { getValues, type ValuesWrite } from "./emulator-values";

export interface ApiContext {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly faults: FaultInput[];
  readonly stats: Record<string, number>;
  readonly quotas: { readonly read: number; readonly write: number };
  readonly used: Map<string, number>;
  readonly now: () => number;
  readonly random: () => number;
}

interface Call {
  /** Name of the method, as counted in the statistics. */
  readonly method: string;
  readonly kind: RequestClass;
  readonly id: string;
  readonly range: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const HTML = "<!DOCTYPE html><title>Error 502 (Server Error)!!1</title><p>The server encountered a temporary error.";
const page = (status: number) => new Response(HTML, { status, headers: { "content-type": "text/html" } });

/** Answers one API request. Throws EmulatorDrop when the connection is to break. */
export async function answerApi(context: ApiContext, request: Request): Promise<Response> {
  const text = await request.text();
  try {
    const call = parseCall(request, text);
    context.stats[call.method] = (context.stats[call.method] ?? 0) + 1;
    const fault = strike(context.faults, { kind: call.kind, body: text }, context.random);
    const early = fault && answerBefore(fault, context);
    if (early) return early;
    const by = admit(context, call, request.headers.get("authorization"));
    if (fault?.mode === "delay_apply" && call.kind !== "read") {
      context.store.later(operationOf(call, by), context.now() + (fault.delaySeconds ?? 30) * 1000);
      throw serverError(fault);
    }
    const answer = select(perform(context, call, by), maskOf(call) ?? new Map());
    if (fault?.mode === "error_after" || fault?.mode === "delay_apply") throw serverError(fault);
    if (fault?.mode === "drop_after") throw new EmulatorDrop();
    return Response.json(answer);
  } catch (error) {
    if (error instanceof ApiError) return Response.json(error.body(), { status: error.code });
    throw error;
  }
}

const serverError = (fault: Fault) =>
  fault.status && fault.status !== 503
    ? new ApiError(fault.status, "INTERNAL", "Internal error encountered.")
    : new ApiError(503, "UNAVAILABLE", "The service is currently unavailable.");

function answerBefore(fault: Fault, { quotas }: ApiContext): Response | null {
  switch (fault.mode) {
    case "error_before":
      throw serverError(fault);
    case "rate_limit":
      throw quotaExceeded("Write", quotas.write);
    case "bad_request":
      throw badRequest("Invalid requests[0].appendCells: Invalid value.");
    case "forbidden":
      throw forbidden();
    case "not_found":
      throw notFound();
    case "non_json":
      return page(502);
    case "outage":
      return page(503);
    default:
      return null;
  }
}

const ROUTE =
  /^\/v4\/spreadsheets(?:\/([^/:]+)(?:(:batchUpdate)|\/(values)\/([^/]+?)(:append|:clear)?|\/values(:batch\w+)|\/(developerMetadata:search))?)?$/;

function parseCall(request: Request, text: string): Call {
  const url = new URL(request.url);
  // A client may write the colon of a method encoded; ranges are decoded below.
  const match = ROUTE.exec(url.pathname.replace(/%3A(batch\w+|append|clear|search)$/i, ":$1"));
  const [, id = "", batch, values, range = "", action = "", many, search] = match ?? [];
  const { method } = request;
  const call = (name: string, kind: RequestClass): Call => ({
    method: name,
    kind,
    id: decodeURIComponent(id),
    range: decodeURIComponent(range),
    query: url.searchParams,
    body: text === "" ? {} : parseBody(text),
  });
  if (match && !id && method === "POST") return call("create", "write");
  if (match && id && batch && method === "POST") return call("batchUpdate", "batchUpdate");
  if (match && id && search && method === "POST") return call("developerMetadata.search", "read");
  if (match && values && !action && method === "GET") return call("values.get", "read");
  if (match && values && !action && method === "PUT") return call("values.update", "write");
  if (match && values && action && method === "POST") return call(`values${action.replace(":", ".")}`, "write");
  if (match && many === ":batchGet" && method === "GET") return call("values.batchGet", "read");
  if (match && (many === ":batchUpdate" || many === ":batchClear") && method === "POST")
    return call(`values${many.replace(":", ".")}`, "write");
  if (match && id && !batch && !values && !many && !search && method === "GET") return call("get", "read");
  throw new ApiError(404, "NOT_FOUND", "Method not found.");
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("Invalid JSON payload received.");
  }
}

/** Token, quota and sharing, in Google's order. Returns the account that calls. */
function admit(context: ApiContext, call: Call, authorization: string | null): string {
  const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw forbidden("Method doesn't allow unregistered callers (callers without established identity).");
  }
  const grant = context.tokens.holder(token);
  if (!grant) throw unauthenticated();
  const kind = call.kind === "read" ? "read" : "write";
  const limit = context.quotas[kind];
  const minute = `${grant.email} ${kind} ${Math.floor(context.now() / 60_000)}`;
  const used = (context.used.get(minute) ?? 0) + 1;
  if (used > limit) throw quotaExceeded(kind === "read" ? "Read" : "Write", limit);
  if (used === 1 && context.used.size > 1000) context.used.clear();
  context.used.set(minute, used);
  if (call.method === "create") {
    throw new ApiError(403, "PERMISSION_DENIED", "The caller does not have permission", [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "storageQuotaExceeded", domain: "usageLimits" },
    ]);
  }
  const { shared } = context.store.find(call.id);
  const role = shared ? shared.get(grant.email) : "writer";
  if (role === undefined || (kind === "write" && (role === "reader" || grant.readOnly))) throw forbidden();
  return grant.email;
}

function operationOf({ id, method, range, query, body }: Call, by: string): Operation {
  const fields = typeof body === "object" && body !== null ? (body as Json) : {};
  if (method === "batchUpdate") {
    const unknown = Object.keys(fields).find((key) => !["requests", "includeSpreadsheetInResponse"].includes(key));
    if (unknown) throw badRequest(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
    return { op: "batchUpdate", id, requests: fields.requests, by };
  }
  const option = query.get("valueInputOption");
  if (method === "values.batchUpdate") {
    const data: unknown[] = Array.isArray(fields.data) ? fields.data : [];
    const writes = data.map((item): ValuesWrite => {
      const at = typeof item === "object" && item !== null && "range" in item ? String(item.range) : "";
      return { action: "update", range: at, option: String(fields.valueInputOption ?? ""), body: item };
    });
    return { op: "values", id, writes };
  }
  if (method === "values.batchClear") {
    const all: unknown[] = Array.isArray(fields.ranges) ? fields.ranges : [];
    return { op: "values", id, writes: all.map((item) => ({ action: "clear", range: String(item), body: null })) };
  }
  const action = method === "values.append" ? "append" : method === "values.clear" ? "clear" : "update";
  return { op: "values", id, writes: [{ action, range, option, insert: query.get("insertDataOption"), body }] };
}

function perform({ store }: ApiContext, call: Call, by: string): unknown {
  const doc = store.find(call.id);
  const { query } = call;
  switch (call.method) {
    case "get":
      return getSpreadsheet(doc, call);
    case "values.get":
      return getValues(doc, call.range, query);
    case "values.batchGet":
      return {
        spreadsheetId: doc.id,
        valueRanges: query.getAll("ranges").map((range) => getValues(doc, range, query)),
      };
    case "developerMetadata.search":
      return searchMetadata(doc, call.body);
  }
  const replies = store.commit(operationOf(call, by));
  if (call.method === "batchUpdate") return { spreadsheetId: doc.id, replies };
  if (call.method === "values.batchUpdate") return { spreadsheetId: doc.id, responses: replies };
  return replies[0] ?? { spreadsheetId: doc.id };
}

const maskOf = ({ query }: Call) => {
  const fields = query.get("fields");
  return fields === null ? null : parseMask(fields);
};

function getSpreadsheet(doc: Doc, call: Call): unknown {
  const ranges = call.query.getAll("ranges");
  const mask = maskOf(call);
  if (mask) checkMask(mask, SPREADSHEET_FIELDS);
  const areas = ranges.length > 0 ? ranges.map((range) => parseRange(doc, range)) : null;
  return renderSpreadsheet(doc, { areas, grid: call.query.get("includeGridData") === "true", mask });
}

/** Lookups by key, value and id (DeveloperMetadataLookup); every filter adds its matches. */
function searchMetadata(doc: Doc, body: unknown): unknown {
  const filters: unknown[] =
    typeof body === "object" && body !== null && "dataFilters" in body && Array.isArray(body.dataFilters)
      ? body.dataFilters
      : [];
  if (filters.length === 0) throw badRequest("Must specify at least one data filter.");
  const matched = doc.metadata.flatMap((item) => {
    const by = filters.filter((filter) => {
      if (typeof filter !== "object" || filter === null || !("developerMetadataLookup" in filter)) return false;
      const wanted = Object.entries(filter.developerMetadataLookup ?? {});
      const has = new Map<string, unknown>(Object.entries(item));
      return wanted.every(
        ([key, value]) => !key.startsWith("metadata") || key === "metadataLocation" || has.get(key) === value,
      );
    });
    return by.length > 0 ? [{ developerMetadata: renderMetadata(item), dataFilters: by }] : [];
  });
  return matched.length > 0 ? { matchedDeveloperMetadata: matched } : {};
}
