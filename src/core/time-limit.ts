/**
 * Runs a call with a signal that aborts it after so many milliseconds, with a TimeoutError as AbortSignal.timeout has
 * it. The timer ends with the call: one of AbortSignal.timeout goes on to its end, and a worker may have 10,000
 * (workerd, "max active timeouts"), which is fewer than a fast receiver takes meanwhile. Rejects as the call does.
 */
export async function withTimeLimit<T>(milliseconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException("The time limit is over.", "TimeoutError"));
  const timer = setTimeout(expire, milliseconds);
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
