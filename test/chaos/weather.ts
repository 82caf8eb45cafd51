/** What fails at the emulated providers: every mode they have, in shares that a seed draws, and outages. */
import type { FaultInput as SheetsFault } from "../../src/integrations/google-sheets/emulator";
import type { FaultInput as TwilioFault } from "../../src/integrations/twilio-sms/emulator";
import { readStats } from "../support/emulated";
import { REFUSED_BY_GOOGLE } from "./answers";
import { pause } from "./options";
import type { Random } from "./simulation/random";

export type Provider = "google" | "twilio";
type Fault = SheetsFault | TwilioFault;

/** A mode and how common it is beside the others. What blocks an integration is rare: its owner has to resume it. */
type Weighed = readonly (readonly [fault: Fault, weight: number])[];

const GOOGLE: Weighed = [
  [{ mode: "error_before" }, 3],
  [{ mode: "error_before", status: 500 }, 1],
  [{ mode: "error_after" }, 4],
  [{ mode: "drop_after" }, 4],
  [{ mode: "rate_limit" }, 1],
  [{ mode: "delay_apply", delaySeconds: 8 }, 3],
  [{ mode: "non_json" }, 2],
  [{ mode: "outage" }, 2],
  [{ mode: "forbidden" }, 0.3],
  [{ mode: "not_found" }, 0.3],
];

const TWILIO: Weighed = [
  [{ mode: "error_before" }, 3],
  [{ mode: "error_before", status: 500 }, 1],
  [{ mode: "error_after" }, 4],
  [{ mode: "drop_after" }, 4],
  [{ mode: "rate_limit" }, 0.7],
  [{ mode: "non_json" }, 2],
  [{ mode: "outage" }, 2],
  [{ mode: "refuse_credentials" }, 0.05],
];

/**
 * The faults of a provider for a while, `share` of its calls in all. Callbacks and lists of Twilio fail beside that:
 * the list lags by less than the second look waits (TWILIO_LOOK_SECONDS of the local stack: 15 seconds in all).
 */
function drawFaults(provider: Provider, share: number, random: Random): Fault[] {
  const drawn = (provider === "google" ? GOOGLE : TWILIO).map(
    ([fault, weight]) => [fault, weight * (0.5 + random.next())] as const,
  );
  const total = drawn.reduce((sum, [, weight]) => sum + weight, 0);
  // The emulator asks each fault in turn: a later one strikes only what the earlier ones left.
  let left = 1;
  const faults = drawn.map(([fault, weight]): Fault => {
    const part = (share * weight) / total;
    const rate = part / left;
    left -= part;
    return { ...fault, rate };
  });
  if (provider === "google") return [{ match: "write", mode: "bad_request", containing: REFUSED_BY_GOOGLE }, ...faults];
  return [...faults, { mode: "no_callback", rate: share }, { mode: "list_lag", rate: share, lagSeconds: 8 }];
}

/** The weather over both emulators, as it should be; they forget it when they are killed. */
export interface Weather {
  /** Nothing of a provider works for so long. False: another outage is still going on. */
  startOutage(provider: Provider, seconds: number): boolean;
  /** Makes the emulators follow; does nothing when they do already. Rejects when they are not there. */
  apply(): Promise<void>;
  /**
   * While the stack starts again: other shares of the modes, in place before the workers are up. Rejects when a call
   * came before them: what an emulator refuses it must refuse always, or the verifier expects what nobody did.
   */
  restore(): Promise<void>;
  /** Nothing fails any more. */
  clear(): Promise<void>;
}

/** The emulators are up in seconds, long before the workers. */
const RESTORE_MS = 60_000;

interface WeatherInput {
  /** Addresses of the emulators. */
  readonly google: string;
  readonly twilio: string;
  /** Share of the calls that fail. */
  readonly share: number;
  readonly random: Random;
}

export function createWeather({ google, twilio, share, random }: WeatherInput): Weather {
  const draw = () => ({ google: drawFaults("google", share, random), twilio: drawFaults("twilio", share, random) });
  let drawn = draw();
  let outage: { provider: Provider; until: number } | null = null;
  let stale = true;
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other: two that set faults at once would mix them. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  const put = async () => {
    const faultsOf = (provider: Provider) => (outage?.provider === provider ? [OUTAGE] : drawn[provider]);
    await setFaults(google, faultsOf("google"));
    await setFaults(twilio, faultsOf("twilio"));
    stale = false;
  };
  return {
    startOutage(provider, seconds) {
      if (outage) return false;
      outage = { provider, until: Date.now() + seconds * 1000 };
      stale = true;
      return true;
    },
    apply: () =>
      inTurn(async () => {
        if (outage && outage.until <= Date.now()) {
          outage = null;
          stale = true;
        }
        if (stale) await put();
      }),
    restore: () =>
      inTurn(async () => {
        drawn = draw();
        for (const until = Date.now() + RESTORE_MS; !(await succeeds(put)); await pause(50)) {
          if (Date.now() > until) throw new Error("The emulators did not start.");
        }
        const calls = [...Object.entries(await readStats(google)), ...Object.entries(await readStats(twilio))];
        const early = calls.filter(([name]) => !name.startsWith("callback"));
        if (early.length > 0) throw new Error(`Calls came before their faults: ${JSON.stringify(early)}`);
      }),
    clear: () =>
      inTurn(async () => {
        outage = null;
        await setFaults(google, []);
        await setFaults(twilio, []);
      }),
  };
}

const succeeds = (work: () => Promise<void>): Promise<boolean> =>
  work().then(
    () => true,
    () => false,
  );

const OUTAGE: Fault = { mode: "outage" };

/** Puts these faults in the place of all others. */
async function setFaults(emulator: string, faults: readonly Fault[]): Promise<void> {
  await call(emulator, { method: "DELETE" });
  for (const fault of faults) {
    const headers = { "content-type": "application/json" };
    await call(emulator, { method: "POST", headers, body: JSON.stringify(fault) });
  }
}

async function call(emulator: string, init: RequestInit): Promise<void> {
  const response = await fetch(`${emulator}/_emulator/faults`, init);
  if (!response.ok)
    throw new Error(`The emulator does not take the fault: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
