/** Timers of workerd, as tests meet them: real ones, which a clock that is passed in has no part in. */
import { vi } from "vitest";

/**
 * Timers that a worker may have at a time (workerd, "max active timeouts"); all tests of a file are one request to it.
 */
const TIMERS_MAX = 10_000;

/** Makes more calls than a worker may have timers, one after the other: fails if each leaves its own behind. */
export async function moreOftenThanTimers(call: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n <= TIMERS_MAX; n += 1) await call();
}

/**
 * From now on, until mocks are restored, timers wait for 20 ms at most. Returns the spy, which knows how long they were
 * to wait.
 */
export function hurryTimers() {
  const { setTimeout: wait } = globalThis;
  const hurry = (then: () => void, milliseconds: number) => wait(then, Math.min(milliseconds, 20));
  return vi.spyOn(globalThis, "setTimeout").mockImplementation(hurry as typeof setTimeout);
}
