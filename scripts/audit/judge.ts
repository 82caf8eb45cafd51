/** What `npm audit --json` found, held against the exceptions of this repository. */
import * as z from "zod";

const AdvisorySchema = z.object({ title: z.string(), url: z.string(), severity: z.string() });
const ReportSchema = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), via: z.array(z.union([z.string(), AdvisorySchema])) }),
  ),
});

/** An advisory that does no harm here, why, and until when that is believed (`YYYY-MM-DD`). */
export const ExceptionsSchema = z.array(
  z.strictObject({
    advisory: z.string().regex(/^GHSA(-[a-z0-9]{4}){3}$/),
    reason: z.string().min(20),
    until: z.iso.date(),
  }),
);
export type Exceptions = z.infer<typeof ExceptionsSchema>;

export interface Verdict {
  /** False: npm brought no report, as without a network. Nothing is known then. */
  readonly answered: boolean;
  /** A line for each advisory that must be dealt with, and for each that an exception lets pass. */
  readonly refused: readonly string[];
  readonly excused: readonly string[];
}

const SERIOUS: ReadonlySet<string> = new Set(["high", "critical"]);

/** `output` is what npm printed; `today` as `YYYY-MM-DD`. An exception is good through its last day. */
export function judge(output: string, exceptions: Exceptions, today: string): Verdict {
  const report = ReportSchema.safeParse(parse(output));
  if (!report.success) return { answered: false, refused: [], excused: [] };
  const found = new Map<string, { line: string; id: string }>();
  for (const [name, { via }] of Object.entries(report.data.vulnerabilities)) {
    for (const one of via) {
      // A name: the package is affected by another one, which has its own entry.
      if (typeof one === "string" || !SERIOUS.has(one.severity)) continue;
      found.set(`${name} ${one.url}`, {
        line: `${name}: ${one.title} (${one.severity}) ${one.url}`,
        id: idOf(one.url),
      });
    }
  }
  const isExcused = ({ id }: { id: string }) =>
    exceptions.some(({ advisory, until }) => advisory === id && until >= today);
  const all = [...found.values()];
  return {
    answered: true,
    refused: all.filter((one) => !isExcused(one)).map(({ line }) => line),
    excused: all.filter(isExcused).map(({ line }) => line),
  };
}

const idOf = (url: string): string => url.split("/").at(-1) ?? "";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
