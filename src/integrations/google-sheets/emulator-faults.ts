/** Failures on demand: which fault, if any, strikes a request to the emulator. */
import * as z from "zod";

export const FaultSchema = z.strictObject({
  /** What it strikes; `write` is batchUpdate and the values methods that write. */
  match: z.enum(["batchUpdate", "write", "read", "token", "any"]).default("any"),
  mode: z.enum([
    "error_before", // 5xx, not applied
    "error_after", // applied, then 5xx
    "drop_after", // applied, then the connection breaks
    "rate_limit", // 429, not applied
    "delay_apply", // 5xx now, applied later (delaySeconds, or POST /_emulator/settle): a late copy
    "non_json", // 502 with a page of HTML, not applied
    "bad_request", // 400, not applied
    "forbidden",
    "not_found",
    "outage", // 503 with a page of HTML
  ]),
  /** Of error_before, error_after, delay_apply; 503 unless told. */
  status: z.int().min(400).max(599).optional(),
  /** How often it strikes; until it is cleared unless told. */
  times: z.int().min(1).optional(),
  /** Strikes this share of the requests. */
  rate: z.number().min(0).max(1).optional(),
  /** Strikes only requests whose body has this text. */
  containing: z.string().optional(),
  delaySeconds: z.number().min(0).optional(),
});
export type FaultInput = z.input<typeof FaultSchema>;
export type Fault = z.output<typeof FaultSchema>;

export type RequestClass = "batchUpdate" | "write" | "read" | "token";

/** The first fault that strikes, counted down; null when none does. The list is changed in place: people hold it. */
export function strike(
  faults: FaultInput[],
  request: { kind: RequestClass; body: string },
  random: () => number,
): Fault | null {
  for (const [at, input] of faults.entries()) {
    const fault = FaultSchema.parse(input);
    const matches =
      fault.match === "any" ||
      fault.match === request.kind ||
      (fault.match === "write" && request.kind === "batchUpdate");
    if (!matches || (fault.containing !== undefined && !request.body.includes(fault.containing))) continue;
    if (fault.rate !== undefined && random() >= fault.rate) continue;
    if (fault.times === 1) faults.splice(at, 1);
    else if (fault.times !== undefined) faults[at] = { ...input, times: fault.times - 1 };
    return fault;
  }
  return null;
}
