/** Failures on demand: which fault, if any, strikes a request to the emulator or a callback from it. */
import * as z from "zod";

export const FaultSchema = z.strictObject({
  /** What it strikes; `any` is every call of the API. */
  match: z.enum(["create", "list", "fetch", "any"]).default("any"),
  mode: z.enum([
    "error_before", // an error, not executed
    "error_after", // executed, then an error
    "drop_after", // executed, then the connection breaks
    "rate_limit", // 429, not executed
    "refuse_credentials", // 401, not executed
    "non_json", // 502 with a page of HTML, not executed
    "outage", // 503 with a page of HTML, not executed
    "no_callback", // a status callback is lost, whatever `match` says
    "list_lag", // the list leaves out what is younger than lagSeconds
  ]),
  /** Of error_before and error_after; 503 unless told. */
  status: z.int().min(400).max(599).optional(),
  /** Twilio's code in the body of those two; 20500 unless told. */
  code: z.int().optional(),
  /** How often it strikes; until it is cleared unless told. */
  times: z.int().min(1).optional(),
  /** Strikes this share of the requests. */
  rate: z.number().min(0).max(1).optional(),
  lagSeconds: z.number().min(0).default(120),
});
export type FaultInput = z.input<typeof FaultSchema>;
export type Fault = z.output<typeof FaultSchema>;

export type Struck = "create" | "list" | "fetch" | "other" | "callback";

/** The first fault that strikes, counted down; null when none does. The list is changed in place: people hold it. */
export function strike(faults: FaultInput[], struck: Struck, random: () => number): Fault | null {
  for (const [at, input] of faults.entries()) {
    const fault = FaultSchema.parse(input);
    if (!strikes(fault, struck) || (fault.rate !== undefined && random() >= fault.rate)) continue;
    if (fault.times === 1) faults.splice(at, 1);
    else if (fault.times !== undefined) faults[at] = { ...input, times: fault.times - 1 };
    return fault;
  }
  return null;
}

function strikes({ mode, match }: Fault, struck: Struck): boolean {
  if (mode === "no_callback" || struck === "callback") return mode === "no_callback" && struck === "callback";
  if (mode === "list_lag") return struck === "list";
  return match === "any" || match === struck;
}
