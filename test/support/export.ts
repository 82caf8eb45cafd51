/** Exports as a client sees them, and forms that have many responses. */
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import type { Env } from "../../src/context";
import { SEGMENT_SIZE } from "../../src/core/ids";
import worker from "../../src/worker";
import { failingD1 } from "./failing-d1";
import { databases } from "./shards";

const request = (key: string, form: string, file: string, method = "GET") =>
  new Request(`http://formlog.test/v1/forms/${form}/export.${file}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
  });

/** An export, whole. `file` is its format with the query behind it. */
export async function download(key: string, form: string, file: string) {
  const response = await exports.default.fetch(request(key, form, file));
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

/** The text of an export, its byte order mark included. Fails unless it was answered with 200. */
export async function exportOf(key: string, form: string, file: string): Promise<string> {
  const { status, bytes } = await download(key, form, file);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (status !== 200) throw new Error(text);
  return text;
}

/** Stores responses as SQL, with the ages 1, 2, 3 …; returns the segment. */
export async function fill(form: string, count: number, segment?: number, metadata = "{}"): Promise<number> {
  const { results } = await env.DB.prepare("SELECT no FROM segments WHERE form = ? ORDER BY no")
    .bind(form)
    .all<{ no: number }>();
  const no = segment ?? results[0]?.no ?? 0;
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO responses (id, nonce, version, revision, received_at, answers, metadata)
     SELECT ?1 * ${SEGMENT_SIZE} + i, 'n' || i, 1, 1, 1795000000000 + i,
       json_object('name', 'Name ' || i, 'age', i, 'city', 'pune'), ?3 FROM n`,
  )
    .bind(no, count, metadata)
    .run();
  return no;
}

/**
 * An API worker over a database that counts its round trips and fails on command; its answers are not read by anybody
 * yet.
 */
export function createExporter() {
  const d1 = failingD1(...databases);
  const own = { ...env, ...d1.bindings } as Env;
  return {
    d1,
    fetch: (key: string, form: string, file: string, method = "GET") =>
      worker.fetch(
        request(key, form, file, method) as Request<unknown, IncomingRequestCfProperties>,
        own,
        createExecutionContext(),
      ),
  };
}
