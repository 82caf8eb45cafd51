/**
 * What `npm run chaos:stack` was told (scripts/chaos-stack.ts passes it by the environment), or how large a run is
 * usually.
 */
const number = (name: string, usual: number) => Number(process.env[name] ?? usual);

export const options = {
  responses: number("CHAOS_RESPONSES", 20_000),
  kills: number("CHAOS_KILLS", 20),
  /** Share of the calls to each provider that fail. */
  faults: number("CHAOS_FAULTS", 0.2),
  /** Of one provider, then of the other. */
  outageSeconds: number("CHAOS_OUTAGE", 60),
  /** Submissions a second while the stack is up; Twilio is asked 50 times a second at most. */
  rate: number("CHAOS_RATE", 40),
  /** Responses that wait on one cursor in drain.test.ts. */
  drain: number("CHAOS_DRAIN", 100_000),
  seed: number("CHAOS_SEED", Math.floor(Math.random() * 1e6)),
} as const;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
