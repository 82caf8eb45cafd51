/** A client of the API that expects the worst: an answer, or none. */
import { type JsonCall, jsonRequest } from "../../scripts/request";
import { pause } from "./options";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of a body
  readonly body: any;
}

export interface Call extends JsonCall {
  readonly key: string;
}

const PATIENCE_MS = 30_000;

/** One request; null: no answer came, or one that says that it is not known what became of it (5xx). */
export async function ask(method: string, url: string, call: Call): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      ...jsonRequest(method, call),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (response.status >= 500 || response.status === 429) return null;
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  } catch {
    return null;
  }
}

/** The same request until it is answered with this status. Throws when it is answered with another. */
export async function insist(
  method: string,
  url: string,
  call: Call & { readonly status: number },
): Promise<Answer["body"]> {
  for (;;) {
    const answer = await ask(method, url, call);
    if (answer?.status === call.status) return answer.body;
    if (answer) throw new Error(`${method} ${new URL(url).pathname}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(200);
  }
}
