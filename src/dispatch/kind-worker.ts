/** The worker of a kind, as the API worker calls it over a service binding: each request says what it goes back to. */
import { startTrace, type Trace, traceparent } from "../core/trace";

/** What is used of a service binding. */
export interface KindWorker {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

type Random = (bytes: Uint8Array) => Uint8Array;

const REQUEST_ID = "x-request-id";
const TRACEPARENT = "traceparent";

/** The same worker, told of the trace of the request that asks it. */
export function tracedWorker(worker: KindWorker | undefined, trace: Trace, random: Random): KindWorker | undefined {
  return (
    worker && {
      fetch(url, init) {
        const headers = new Headers(init.headers);
        headers.set(REQUEST_ID, trace.request);
        headers.set(TRACEPARENT, traceparent(trace, random));
        return worker.fetch(url, { ...init, headers });
      },
    }
  );
}

/** The trace of a request that came so; undefined when it says none. */
export function traceOf({ headers }: Request, random: Random): Trace | undefined {
  const request = headers.get(REQUEST_ID);
  return request === null ? undefined : startTrace(request, headers.get(TRACEPARENT), random);
}
