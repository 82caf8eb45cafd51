/**
 * The two Twilio calls that this kind makes, over an injected fetch. Answers are read as text first: errors on the way
 * to Twilio are pages of HTML. Every failure is a value; nothing here throws.
 */
import * as z from "zod";
import type { Deps } from "../../core/integration";
import type { Config, Secrets } from "./manifest";

export const API_URL = "https://api.twilio.com";
const TIMEOUT_MS = 25_000;
/** Messages of a page of the list, and pages read: 1,000 messages to one number within minutes are no normal use. */
const PAGE_SIZE = 50;
const PAGES_MAX = 20;

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
export async function listMessages(deps: Deps<Config, Secrets>, to: string, since: number): Promise<Result<Listed>> {
  let path = `${messagesPath(deps)}?${new URLSearchParams({ To: to, PageSize: String(PAGE_SIZE) })}`;
  const messages: Message[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const listed: Result<z.infer<typeof ListSchema>> = read(await send(deps, { path }), ListSchema);
    if (!listed.ok) return listed;
    messages.push(...listed.value.messages);
    const next = listed.value.next_page_uri;
    const oldest = Date.parse(listed.value.messages.at(-1)?.date_created ?? "");
    if (!next || oldest < since) return { ok: true, value: { messages, complete: true } };
    path = next;
  }
  return { ok: true, value: { messages, complete: false } };
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
  try {
    const request = new Request(apiUrl(settings) + call.path, {
      method: call.body ? "POST" : "GET",
      headers: { authorization: `Basic ${btoa(`${apiKey}:${apiKeySecret}`)}`, accept: "application/json" },
      ...(call.body && { body: call.body }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const response = await fetch(request);
    const text = await response.text();
    return { ok: true, value: { status: response.status, text, retryAfter: response.headers.get("retry-after") } };
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
