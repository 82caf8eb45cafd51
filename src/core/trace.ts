/**
 * Where something began, carried from a request over the wake-up to the call of a provider, so that one query finds the
 * log lines of all three. W3C Trace Context: https://www.w3.org/TR/trace-context/. Pure.
 */
import { toHex } from "./hex";

export interface Trace {
  /** `X-Request-Id` of the answer, or the id of a run of the sweeper or of the intake. */
  readonly request: string;
  /** trace-id: 32 hexadecimal digits. */
  readonly id: string;
  /** trace-flags: two hexadecimal digits; 01: the client records it. */
  readonly flags: string;
}

/** Fills the array it is given. */
type Random = (bytes: Uint8Array) => Uint8Array;

// A later version may have more behind a dash; what stands before is as in 00. Version ff, and ids of nothing but
// zeros, are no trace.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;

/** The trace of a request: that of its client when its `traceparent` is valid, else a new one. */
export function startTrace(request: string, traceparent: string | null | undefined, random: Random): Trace {
  const [, version, id, flags, more] = (traceparent && TRACEPARENT.exec(traceparent)) || [];
  if (id === undefined || flags === undefined || (version === "00" && more !== undefined)) {
    return { request, id: toHex(random(new Uint8Array(16))), flags: "00" };
  }
  // Of the flags of a later version only the first bit is known.
  return { request, id, flags: (Number.parseInt(flags, 16) & 1).toString().padStart(2, "0") };
}

/** The header for a call that belongs to a trace. */
export const traceparent = ({ id, flags }: Trace, random: Random): string =>
  `00-${id}-${toHex(random(new Uint8Array(8)))}-${flags}`;
