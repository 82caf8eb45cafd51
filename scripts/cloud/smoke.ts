/** Whether an installation does what it is for: a form of its own, a response in and out, and nothing left. */
import { jsonRequest } from "../request";

export interface Smoke {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Without a slash at its end. */
  readonly url: string;
  /** May make forms, submit, read and delete. */
  readonly key: string;
  readonly say: (line: string) => void;
}

// biome-ignore lint/suspicious/noExplicitAny: each step says what it expects of a body
type Body = any;

/**
 * Runs all steps; rejects at the first that is not as it must be, in words that hold no key. The form is deleted in any
 * case.
 */
export async function smoke(on: Smoke): Promise<void> {
  await step(on, "is up", { at: "/healthz" });
  await step(on, "is ready: every database answers and has its schema", { at: "/readyz" });
  const questions = [{ ref: "name", type: "short_text", title: "Name", required: true }];
  const body = { title: "Smoke test", access: "key", questions };
  const form = await step(on, "makes a form", { method: "POST", at: "/v1/forms", body, status: 201 });
  const at = `/v1/forms/${form.id}`;
  try {
    const answers = { name: "Smoke" };
    const refused = { method: "POST", at: `${at}/responses`, body: { answers: {} }, status: 422 };
    await step(on, "refuses what misses an answer", refused);
    const submission = {
      method: "POST",
      at: `${at}/responses`,
      body: { answers },
      status: 201,
      idempotencyKey: form.id,
    };
    const stored = await step(on, "stores a response", submission);
    const again = await step(on, "answers its repeat alike", submission);
    if (again.id !== stored.id) throw new Error("A repeat with the same Idempotency-Key was stored again.");
    const read = await step(on, "reads it back", { at: `${at}/responses/${stored.id}` });
    if (read.answers.name !== answers.name) throw new Error("The response came back with another answer.");
    await step(on, "erases it", { method: "DELETE", at: `${at}/responses/${stored.id}`, status: 204 });
  } finally {
    await step(on, "deletes the form", { method: "DELETE", at, status: 200 });
  }
}

interface Step {
  readonly method?: string;
  readonly at: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly idempotencyKey?: string;
}

async function step({ fetch, url, key, say }: Smoke, title: string, wanted: Step): Promise<Body> {
  const { method = "GET", at, body, status = 200, idempotencyKey } = wanted;
  const headers = idempotencyKey === undefined ? undefined : { "idempotency-key": idempotencyKey };
  const answer = await fetch(new Request(`${url}${at}`, jsonRequest(method, { key, body, headers })));
  const answered = await answer.text();
  if (answer.status !== status) {
    throw new Error(`It does not do this: ${title}. ${method} ${at}: ${answer.status} ${answered.slice(0, 300)}`);
  }
  say(`ok  ${title}`);
  return answered === "" ? null : JSON.parse(answered);
}
