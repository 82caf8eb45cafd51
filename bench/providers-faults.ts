/**
 * What goes wrong at the providers of a benchmark: a share of all calls, spread over what a provider can do wrong.
 * Pure.
 */
import type { FaultInput as SheetsFault } from "../src/integrations/google-sheets/emulator";
import type { FaultInput as TwilioFault } from "../src/integrations/twilio-sms/emulator";
import type { FaultInput as ReceiverFault } from "../src/integrations/webhook/emulator";

interface Faults {
  readonly google: readonly SheetsFault[];
  readonly twilio: readonly TwilioFault[];
  readonly receiver: readonly ReceiverFault[];
}

/** Before and after the call was executed, with an answer and without: nothing here needs a person to mend it. */
const GOOGLE = ["error_before", "error_after", "drop_after", "rate_limit", "non_json"] as const;
const TWILIO = ["error_before", "error_after", "drop_after", "rate_limit", "non_json"] as const;
const RECEIVER = ["error_before", "error_after", "drop_before", "drop_after"] as const;

/** Faults that together strike `share` of the calls to each provider (0: none). */
export function percentFaults(share: number): Faults {
  if (share === 0) return { google: [], twilio: [], receiver: [] };
  return {
    google: spread(GOOGLE, share),
    twilio: spread(TWILIO, share),
    receiver: spread(RECEIVER, share),
  };
}

/** The emulator asks each fault in turn: a later one strikes only what the earlier ones left. */
function spread<M extends string>(modes: readonly M[], share: number): { mode: M; rate: number }[] {
  const part = share / modes.length;
  return modes.map((mode, i) => ({ mode, rate: part / (1 - i * part) }));
}
