/** What the API worker asks of an index over the service binding of its kind's worker (index-requests.ts answers). */
import type { QueryResult } from "../core/index-kind";
import type { ForgetRequest, IndexQuery, IndexVitals } from "./index-requests";
import type { KindWorker } from "./kind-worker";

const post = (worker: KindWorker, path: string, body: unknown) =>
  worker.fetch(`https://kind.internal${path}`, { method: "POST", body: JSON.stringify(body) });

/** The answer of an index, or the HTTP status of its worker when it could not be asked. */
export async function askIndex(
  worker: KindWorker,
  query: IndexQuery,
): Promise<QueryResult | { readonly status: number }> {
  const answer = await post(worker, "/query", query);
  return answer.ok ? answer.json<QueryResult>() : { status: answer.status };
}

/** How many rows went; 0: none is left. Throws when the worker is not there or could not do it. */
export async function forgetIndex(worker: KindWorker | undefined, request: ForgetRequest): Promise<number> {
  if (!worker) throw new Error("the worker of this kind is not bound");
  const answer = await post(worker, "/forget", request);
  if (!answer.ok) throw new Error(`the worker of this kind answered ${answer.status}`);
  return (await answer.json<{ deleted: number }>()).deleted;
}

/** How the databases of indexes are, as the worker of a kind sees them. Throws when it does not answer. */
export async function askVitals(worker: KindWorker): Promise<IndexVitals["databases"]> {
  const answer = await post(worker, "/vitals", {});
  if (!answer.ok) throw new Error(`the worker of this kind answered ${answer.status}`);
  return (await answer.json<IndexVitals>()).databases;
}
