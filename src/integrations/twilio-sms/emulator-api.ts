/** The Messages resource as Twilio answers it: create, list, fetch, update, delete, over the store. */
import { composeMessage } from "./emulator-create";
import { EmulatorDrop, TwilioError } from "./emulator-errors";
import { type Fault, type FaultInput, type Struck, strike } from "./emulator-faults";
import type { Store, StoredMessage } from "./emulator-state";

export interface ApiContext {
  readonly accountSid: string;
  /** Secrets by user name: the auth token by account SID, and those of API keys. */
  readonly credentials: ReadonlyMap<string, string>;
  readonly senders: ReadonlySet<string>;
  readonly requestsPerSecond: number;
  readonly store: Store;
  readonly faults: FaultInput[];
  readonly stats: Record<string, number>;
  readonly second: { at: number; used: number };
  readonly now: () => number;
  readonly random: () => number;
}

const API = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/;
const VERBS: Readonly<Record<string, string>> = { POST: "update", GET: "fetch", DELETE: "delete" };

/** Answers a request to /2010-04-01. Rejects with EmulatorDrop when a fault breaks the connection. */
export async function answerApi(context: ApiContext, request: Request): Promise<Response> {
  const url = new URL(request.url);
  // Not text(): workerd warns when the type of the body is a form's.
  const body = new TextDecoder().decode(await request.arrayBuffer());
  const [, account, sid] = API.exec(url.pathname) ?? [];
  const verb = sid === undefined ? { POST: "create", GET: "list" }[request.method] : VERBS[request.method];
  context.stats[verb ?? "unknown"] = (context.stats[verb ?? "unknown"] ?? 0) + 1;
  const struck: Struck = verb === "create" || verb === "list" || verb === "fetch" ? verb : "other";
  const fault = strike(context.faults, struck, context.random);
  const early = fault && failBefore(fault);
  if (early) return early;
  let response: Response;
  try {
    authenticate(context, request, account);
    spendRequest(context);
    if (account === undefined || verb === undefined) throw new TwilioError(20404);
    response = run(context, { verb, sid: sid ?? "", url, params: readForm(request, body), fault });
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    response = error.toResponse();
  }
  if (fault?.mode === "drop_after") throw new EmulatorDrop("the connection broke after the request was executed");
  return fault?.mode === "error_after" ? failure(fault).toResponse() : response;
}

const failure = ({ code, status }: Fault) => new TwilioError(code ?? 20500, status ?? 503);

/** The answer of a fault that keeps the request from being executed. */
function failBefore(fault: Fault): Response | null {
  const html = (status: number) =>
    new Response(`<html><h1>Error ${status}</h1></html>`, { status, headers: { "content-type": "text/html" } });
  switch (fault.mode) {
    case "error_before":
      return failure(fault).toResponse();
    case "rate_limit":
      return new TwilioError(20429).toResponse();
    case "refuse_credentials":
      return new TwilioError(20003).toResponse();
    case "outage":
      return html(503);
    case "non_json":
      return html(502);
    default:
      return null;
  }
}

function authenticate({ credentials, accountSid }: ApiContext, request: Request, account: string | undefined): void {
  const [scheme, encoded = ""] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "basic") throw new TwilioError(20003);
  const [user = "", ...secret] = fromBase64(encoded).split(":");
  if (!credentials.has(user) || credentials.get(user) !== secret.join(":")) throw new TwilioError(20003);
  if (account !== undefined && account !== accountSid) throw new TwilioError(20404);
}

function fromBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    throw new TwilioError(20003);
  }
}

function spendRequest({ second, now, requestsPerSecond }: ApiContext): void {
  const at = Math.floor(now() / 1000);
  if (second.at !== at) Object.assign(second, { at, used: 0 });
  second.used += 1;
  if (second.used > requestsPerSecond) throw new TwilioError(20429);
}

/** Only forms are read, as by Twilio; other bodies are as good as empty. */
const readForm = (request: Request, body: string) =>
  new URLSearchParams(request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ? body : "");

interface Call {
  readonly verb: string;
  readonly sid: string;
  readonly url: URL;
  readonly params: URLSearchParams;
  readonly fault: Fault | null;
}

function run(context: ApiContext, { verb, sid, url, params, fault }: Call): Response {
  const { store, senders, now, accountSid } = context;
  if (verb === "create") {
    const account = { senders, hasOptedOut: store.hasOptedOut };
    const message = composeMessage(params, account, { sid: newSid(context), now: now() });
    store.put(message);
    return Response.json(toResource(message, accountSid), { status: 201 });
  }
  if (verb === "list") return Response.json(list(context, url, fault));
  const message = store.messages.get(sid);
  if (!message) throw new TwilioError(20404);
  if (verb === "fetch") return Response.json(toResource(message, accountSid));
  const finished = !store.open.has(sid);
  if (verb === "delete") {
    if (!finished) throw new TwilioError(20009);
    store.delete(sid);
    return new Response(null, { status: 204 });
  }
  const changed = update(message, params, finished);
  store.put({ ...changed, updatedAt: now() });
  return Response.json(toResource({ ...changed, updatedAt: now() }, accountSid));
}

function update(message: StoredMessage, params: URLSearchParams, finished: boolean): StoredMessage {
  if (params.has("Status")) {
    if (params.get("Status") !== "canceled" || message.status !== "scheduled") throw new TwilioError(30409);
    return { ...message, status: "canceled" };
  }
  if (params.get("Body") !== "") throw new TwilioError(20001);
  if (!finished) throw new TwilioError(20009);
  return { ...message, body: "" };
}

const newSid = ({ random }: ApiContext) =>
  `SM${Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("")}`;

const PAGE_SIZE = { usual: 50, max: 1_000 };

/** Newest first. The token of a page is the message that it follows, so that new ones move nothing. */
function list({ store, accountSid, now }: ApiContext, { pathname, searchParams: query }: URL, fault: Fault | null) {
  const lagMs = fault?.mode === "list_lag" ? fault.lagSeconds * 1000 : 0;
  const wanted = [...store.messages.values()]
    .reverse()
    .filter((message) => matches(message, query) && (lagMs === 0 || message.createdAt <= now() - lagMs));
  const size = Math.min(PAGE_SIZE.max, Math.max(1, Number(query.get("PageSize")) || PAGE_SIZE.usual));
  const token = query.get("PageToken");
  const start = token === null ? 0 : wanted.findIndex((message) => `PA${message.sid}` === token) + 1;
  const page = token === null ? 0 : Math.max(1, Number(query.get("Page")) || 1);
  const shown = wanted.slice(start, start + size);
  const uri = (change: Record<string, string>) => {
    const params = new URLSearchParams(query);
    for (const name of ["PageToken", "Page"]) params.delete(name);
    for (const [name, value] of Object.entries({ PageSize: String(size), ...change })) params.set(name, value);
    return `${pathname}?${params}`;
  };
  const last = shown.at(-1);
  const more = last !== undefined && start + size < wanted.length;
  return {
    first_page_uri: uri({ Page: "0" }),
    next_page_uri: more ? uri({ Page: String(page + 1), PageToken: `PA${last.sid}` }) : null,
    previous_page_uri: null,
    uri: `${pathname}?${query}`,
    page,
    page_size: size,
    start,
    end: Math.max(start, start + shown.length - 1),
    messages: shown.map((message) => toResource(message, accountSid)),
  };
}

function matches(message: StoredMessage, query: URLSearchParams): boolean {
  const [to, from] = [query.get("To"), query.get("From")];
  if ((to !== null && message.to !== to) || (from !== null && message.from !== from)) return false;
  const day = message.sentAt === null ? null : new Date(message.sentAt).toISOString().slice(0, 10);
  const [on, before, after] = [query.get("DateSent"), query.get("DateSent<"), query.get("DateSent>")];
  if (on === null && before === null && after === null) return true;
  return day !== null && (on ?? day) === day && day <= (before ?? day) && day >= (after ?? day);
}

/** As date-time-rfc-2822 of the API's description: "Thu, 24 Aug 2023 05:01:45 +0000". */
const rfc2822 = (ms: number) => new Date(ms).toUTCString().replace("GMT", "+0000");

function toResource(message: StoredMessage, accountSid: string) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : "The message was not delivered",
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: "0",
    num_segments: String(message.segments),
    price: null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}
