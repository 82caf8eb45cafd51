/** Calls the API worker over its real entry, as a client would. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { type JsonCall, jsonRequest } from "../../scripts/request";
import type { Env } from "../../src/context";
import { holdToContract } from "./contract";
import "./indexes";
import { spanning } from "./shards";

export const ROOT_KEY = "root-key-of-the-tests-0123456789abcdef";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a body
  readonly body: any;
}

/**
 * The worker's entry. Where forms span shards it is over when the form has gone on in its next segment, so that each
 * response lies in one of its own.
 */
async function enter(request: Request): Promise<Response> {
  if (!spanning) return exports.default.fetch(request);
  const { default: worker } = await import("../../src/worker");
  const execution = createExecutionContext();
  const response = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, env as Env, execution);
  const body = [101, 204, 304].includes(response.status) ? null : await response.arrayBuffer();
  await waitOnExecutionContext(execution);
  return new Response(body, response);
}

/**
 * One request; `body` is sent as JSON unless it is a text or bytes. Fails when the document does not have the answer.
 */
export async function call(method: string, path: string, sent: JsonCall = {}): Promise<Answer> {
  const { body } = sent;
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const url = new URL(`http://formlog.test${path}`);
  const response = await enter(
    new Request(url, {
      ...jsonRequest(method, sent),
      redirect: "manual",
      ...(raw && { body: body as BodyInit }),
    }),
  );
  const text = await response.text();
  const json = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
  const answer = { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  // As a client sends it: `..` leads elsewhere.
  holdToContract({ method, path: url.pathname + url.search, ...answer });
  return answer;
}

/** A workspace of its own for a test; returns its first key. */
export async function newWorkspace(name = "Test"): Promise<string> {
  const { body } = await call("POST", "/v1/workspaces", { key: ROOT_KEY, body: { name } });
  return body.key;
}

export const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name", required: true },
  { ref: "age", type: "integer", title: "Age", min: 0, max: 130 },
  {
    ref: "city",
    type: "dropdown",
    title: "City",
    choices: [
      { id: "pune", label: "Pune" },
      { id: "delhi", label: "Delhi" },
    ],
  },
  { ref: "phone", type: "phone_number", title: "Phone" },
];

/** A form of its own for a test; returns its id. */
export async function newForm(key: string, change: Record<string, unknown> = {}): Promise<string> {
  const body = { title: "Visit", questions: QUESTIONS, ...change };
  const made = await call("POST", "/v1/forms", { key, body });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body.id;
}

/** Submits one response. */
export const submit = (form: string, answers: unknown, call_: JsonCall = {}): Promise<Answer> =>
  call("POST", `/v1/forms/${form}/responses`, { ...call_, body: { answers } });
