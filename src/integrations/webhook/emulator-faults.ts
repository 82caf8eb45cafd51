/** A receiver's failures on demand: which fault, if any, strikes a call. */
import * as z from "zod";

export const FaultSchema = z.strictObject({
  mode: z.enum([
    "error_before", // an error, nothing taken
    "error_after", // taken, then an error
    "drop_before", // the connection breaks, nothing taken
    "drop_after", // taken, then the connection breaks
    "rate_limit", // 429 with Retry-After
    "outage", // 503 with a page of HTML
    "gone", // 410
    "redirect", // 302 to where no webhook may go
    "hang", // no answer until the caller gives up
    "flood", // 200 with a body that never ends
  ]),
  /** Of error_before and error_after; 500 unless told. */
  status: z.int().min(400).max(599).optional(),
  /** Retry-After, as it is sent. */
  retryAfter: z.string().max(100).optional(),
  /** Strikes only calls whose body has this text. */
  containing: z.string().optional(),
  /** How often it strikes; until it is cleared unless told. */
  times: z.int().min(1).optional(),
  /** Strikes this share of the calls. */
  rate: z.number().min(0).max(1).optional(),
});
export type FaultInput = z.input<typeof FaultSchema>;
export type Fault = z.output<typeof FaultSchema>;

/** The first fault that strikes, counted down; null when none does. The list is changed in place: people hold it. */
export function strike(faults: FaultInput[], body: string, random: () => number): Fault | null {
  for (const [at, input] of faults.entries()) {
    const fault = FaultSchema.parse(input);
    if (fault.containing !== undefined && !body.includes(fault.containing)) continue;
    if (fault.rate !== undefined && random() >= fault.rate) continue;
    if (fault.times === 1) faults.splice(at, 1);
    else if (fault.times !== undefined) faults[at] = { ...input, times: fault.times - 1 };
    return fault;
  }
  return null;
}

/** A connection that breaks: a server then destroys the socket. */
export class EmulatorDrop extends Error {
  override readonly name = "EmulatorDrop";
}

/** Whether a call with this fault is taken before it fails. */
export const isTaken = ({ mode }: Fault): boolean =>
  mode === "error_after" || mode === "drop_after" || mode === "flood" || mode === "hang";

/** The answer of a fault. Rejects with EmulatorDrop when the connection breaks, or as the caller's signal does. */
export async function answerFault(fault: Fault, request: Request): Promise<Response> {
  const again: Record<string, string> = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
  const html = { "content-type": "text/html", ...again };
  switch (fault.mode) {
    case "error_before":
    case "error_after":
      return Response.json({ error: "on demand" }, { status: fault.status ?? 500, headers: again });
    case "drop_before":
    case "drop_after":
      throw new EmulatorDrop("the connection breaks");
    case "rate_limit":
      return new Response("too many", { status: 429, headers: { "retry-after": "1", ...again } });
    case "outage":
      return new Response("<h1>Service Unavailable</h1>", { status: 503, headers: html });
    case "gone":
      return new Response("gone", { status: 410 });
    case "redirect":
      return new Response(null, { status: 302, headers: { location: "http://169.254.169.254/latest/meta-data/" } });
    case "hang":
      return new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
      });
    case "flood":
      return new Response(endlessBody());
  }
}

/** A stream that gives as much as is read. */
function endlessBody(): ReadableStream<Uint8Array> {
  const part = new TextEncoder().encode("flood ".repeat(200));
  return new ReadableStream({ pull: (controller) => controller.enqueue(part) }, { highWaterMark: 0 });
}
