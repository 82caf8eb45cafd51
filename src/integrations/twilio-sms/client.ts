/**
 * The Twilio calls that this kind makes, over an injected fetch. Answers are read as text first: errors on the way
 * to Twilio are pages of HTML. Every failure is a value; nothing here throws.
 */
import * as z from "zod";
import type { Deps } from "../../core/integration";
import { withTimeLimit } from "../../core/time-limit";
import type { Config, Secrets } from "./manifest";

export const API_URL = "https://api.twilio.com";
const TIMEOUT_MS = 25_000;
/** Of the messages to one number: 1,000 within minutes are no normal use. */
const TO_ONE = { pageSize: 50, pagesMax: 20 };
/** Of all that were sent: Twilio's largest pages, and as many messages as a worker has room for. */
const SENT = { pageSize: 1_000, pagesMax: 50 };

/** An answer that is not the one hoped for. `status` null: there was none. */
export interface Failure {
  readonly status: number | null;
  /** Twilio's code, when the body was Twilio's. */
  readonly code: number | null;
  readonly afterSeconds?: number;
  /** For people: what happened on the way. */
  readonly cause: string;
}
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

const MessageSchema = z.object({
  sid: z.string(),
  status: z.string(),
  body: z.string().nullish(),
  direction: z.string().nullish(),
  to: z.string().nullish(),
  from: z.string().nullish(),
  messaging_service_sid: z.string().nullish(),
  date_created: z.string().nullish(),
  error_code: z.number().nullish(),
});
export type Message = z.infer<typeof MessageSchema>;
const ListSchema = z.object({ messages: z.array(MessageSchema), next_page_uri: z.string().nullish() });
const ErrorSchema = z.object({ code: z.number() });

/** Base address of the API, without a trailing slash. */
export const apiUrl = (settings: Deps["settings"]): string => (settings.TWILIO_API_URL ?? API_URL).replace(/\/+$/, "");

/** Creates a message. A failure with status null, 408, below 400 or 500 and more may have been executed. */
export async function createMessage(
  deps: Deps<Config, Secrets>,
  params: Readonly<Record<string, string>>,
): Promise<Result<Message>> {
  // URLSearchParams, always: in a form body a bare + is a space.
  const result = await send(deps, { path: messagesPath(deps), body: new URLSearchParams(params) });
  return read(result, MessageSchema);
}

export interface Listed {
  readonly messages: readonly Message[];
  /** False: the list is longer than is read, and a message that is not in it may exist all the same. */
  readonly complete: boolean;
}

/** The newest messages to a number, page by page until they are older than `since` (milliseconds). */
export const listMessages = (deps: Deps<Config, Secrets>, to: string, since: number): Promise<Result<Listed>> =>
  list(deps, { filter: { To: to }, ...TO_ONE, since });

/**
 * What was sent since a time (milliseconds; Twilio counts in days), by one sender or by all: 50,000 messages at most.
 * What was not handed to a carrier yet has no date and is left out by Twilio.
 */
export function listSent(
  deps: Deps<Config, Secrets>,
  { from, since }: { from: string | null; since: number },
): Promise<Result<Listed>> {
  const day = new Date(since).toISOString().slice(0, 10);
  return list(deps, { filter: { ...(from !== null && { From: from }), "DateSent>": day }, ...SENT });
}

/**
 * The newest messages of one sender or of all, a page of 1,000 at a time, until they are older than `since`
 * (milliseconds).
 */
export const newestMessages = (
  deps: Deps<Config, Secrets>,
  { from, since, pagesMax }: { from: string | null; since: number; pagesMax: number },
): AsyncGenerator<Result<ListPage>> =>
  pages(deps, { filter: from === null ? {} : { From: from }, pageSize: SENT.pageSize, pagesMax, since });

interface ListRequest {
  readonly filter: Readonly<Record<string, string>>;
  readonly pageSize: number;
  readonly pagesMax: number;
  /** Older messages are not needed (milliseconds). */
  readonly since?: number;
}

interface ListPage {
  readonly messages: readonly Message[];
  /** There is nothing more, or nothing that is needed. */
  readonly last: boolean;
}

async function* pages(
  deps: Deps<Config, Secrets>,
  { filter, pageSize, pagesMax, since = 0 }: ListRequest,
): AsyncGenerator<Result<ListPage>> {
  let path = `${messagesPath(deps)}?${new URLSearchParams({ ...filter, PageSize: String(pageSize) })}`;
  for (let page = 0; page < pagesMax; page += 1) {
    const listed: Result<z.infer<typeof ListSchema>> = read(await send(deps, { path }), ListSchema);
    if (!listed.ok) return yield listed;
    const { messages, next_page_uri: next } = listed.value;
    const oldest = Date.parse(messages.at(-1)?.date_created ?? "");
    const last = !next || oldest < since;
    yield { ok: true, value: { messages, last } };
    if (last) return;
    path = next;
  }
}

async function list(deps: Deps<Config, Secrets>, request: ListRequest): Promise<Result<Listed>> {
  const messages: Message[] = [];
  let complete = false;
  for await (const listed of pages(deps, request)) {
    if (!listed.ok) return listed;
    messages.push(...listed.value.messages);
    complete = listed.value.last;
  }
  return { ok: true, value: { messages, complete } };
}

/** One message by its SID. A failure 404 with code 20404: Twilio does not have it. */
export async function fetchMessage(deps: Deps<Config, Secrets>, sid: string): Promise<Result<Message>> {
  const path = messagesPath(deps).replace(".json", `/${encodeURIComponent(sid)}.json`);
  return read(await send(deps, { path }), MessageSchema);
}

/** Asks for one message, whichever: the cheapest call that needs the same rights as creating one. */
export async function probe(deps: Deps<Config, Secrets>): Promise<Result<unknown>> {
  return read(await send(deps, { path: `${messagesPath(deps)}?PageSize=1` }), ListSchema);
}

const messagesPath = ({ secrets }: Deps<Config, Secrets>) => `/2010-04-01/Accounts/${secrets.accountSid}/Messages.json`;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

async function send(
  { secrets, settings, fetch }: Deps<Config, Secrets>,
  call: { path: string; body?: URLSearchParams },
): Promise<Result<Answer>> {
  const { accountSid, authToken, apiKey = accountSid, apiKeySecret = authToken } = secrets;
  const init: RequestInit = {
    method: call.body ? "POST" : "GET",
    headers: { authorization: `Basic ${btoa(`${apiKey}:${apiKeySecret}`)}`, accept: "application/json" },
    ...(call.body && { body: call.body }),
    redirect: "manual",
  };
  try {
    const value = await withTimeLimit(TIMEOUT_MS, async (signal): Promise<Answer> => {
      const response = await fetch(new Request(apiUrl(settings) + call.path, { ...init, signal }));
      const text = await response.text();
      return { status: response.status, text, retryAfter: response.headers.get("retry-after") };
    });
    return { ok: true, value };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return fail(null, timedOut ? "time-out" : "the connection failed");
  }
}

function read<T>(result: Result<Answer>, schema: z.ZodType<T>): Result<T> {
  if (!result.ok) return result;
  const { value: answer } = result;
  const json = parse(answer.text);
  if (answer.status === 200 || answer.status === 201) {
    const parsed = schema.safeParse(json);
    return parsed.success ? { ok: true, value: parsed.data } : fail(null, "an answer that is not Twilio's");
  }
  const error = ErrorSchema.safeParse(json);
  const afterSeconds = Number.parseInt(answer.retryAfter ?? "", 10);
  return {
    ok: false,
    failure: {
      status: answer.status,
      code: error.success ? error.data.code : null,
      cause: `HTTP ${answer.status}`,
      ...(afterSeconds >= 0 && { afterSeconds }),
    },
  };
}

const fail = (status: null, cause: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { status, code: null, cause },
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
