/** How long a message in doubt is left alone before each of the two looks for it. */
import type { Deps } from "../../core/integration";

/** Twilio's list may lag behind by an unknown time (delivery.md 2.4): a minute, then five. Emulators do not lag. */
const DEFAULT: readonly [number, number] = [60, 300];

/** Seconds before the first look, and from there to the second: `TWILIO_LOOK_SECONDS`, "60,300" unless told. */
export function lookSeconds(settings: Deps["settings"]): readonly [first: number, second: number] {
  const match = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(settings.TWILIO_LOOK_SECONDS ?? "");
  return match ? [Number(match[1]), Number(match[2])] : DEFAULT;
}
