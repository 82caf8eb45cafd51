/** A request with JSON to the API of an installation, as scripts, tests and benches make it. */
export interface JsonCall {
  readonly key?: string | undefined;
  readonly body?: unknown;
  /** Besides, or instead of those that follow from the other two. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What `fetch` takes. Without a body it says nothing of one, and without a key nothing of who asks. */
export function jsonRequest(method: string, { key, body, headers }: JsonCall = {}) {
  return {
    method,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
