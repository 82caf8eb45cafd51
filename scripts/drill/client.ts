/** Requests of the drill, several at once. */
import { jsonRequest } from "../request";

export interface Target {
  readonly url: string;
  readonly key: string;
}

/** The answer to a request with JSON. Throws with what was answered when it is none of 2xx. */
export async function ask<T>(
  { url, key }: Target,
  method: string,
  at: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(url + at, jsonRequest(method, { key, body, headers }));
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${at}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/**
 * Does this with each of them, so many at once, in their order as far as that goes. Returns what each came to, in their
 * order.
 */
export async function sideBySide<T, R>(
  all: readonly T[],
  at: number,
  work: (one: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const go = async () => {
    for (let i = next++; i < all.length; i = next++) results[i] = await work(all[i] as T, i);
  };
  await Promise.all(Array.from({ length: at }, go));
  return results;
}
