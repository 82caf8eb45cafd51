/**
 * Which rules responses break, said as their flags. It follows from the keys in the index and the answers in the log
 * alone: a response may be judged any number of times. One that was edited meanwhile is left to be judged again.
 */
import type { AnnotationResult, ResponseAnnotation } from "../../core/annotation";
import type { LogAddress } from "../../core/ids";
import type { Deps } from "../../core/integration";
import type { ResponseRecord } from "../../core/response";
import type { Kept } from "./keys";
import type { Lookup } from "./lookups";
import type { Earlier } from "./tables";

/** Others that are read at once for conditions. */
const OTHERS_AT_ONCE = 100;

/** What was said was not applied, because somebody was faster: it is said anew of the response as it is then. */
const AGAIN: ReadonlySet<AnnotationResult | undefined> = new Set<AnnotationResult>(["stale", "busy"]);

/** A response with the keys by which it is compared; none: nothing is said of it. */
export interface Judged {
  readonly response: ResponseRecord;
  readonly kept: Kept;
}

export interface Judging extends Pick<Deps, "annotate"> {
  readonly lookups: readonly Lookup[];
  readonly readResponses: NonNullable<Deps["responses"]>;
}

/**
 * Sets the flags of these responses. Returns the positions of those that were changed meanwhile; null: others can't be
 * read now.
 */
export async function judge(
  { lookups, annotate, readResponses }: Judging,
  responses: readonly Judged[],
  found: ReadonlyMap<number, Earlier>,
): Promise<number[] | null> {
  const conditional = lookups.filter(({ condition }) => condition !== null);
  const each = conditional.reduce((sum, { limit }) => sum + limit, 0);
  const size = each === 0 ? Math.max(1, responses.length) : Math.max(1, Math.floor(OTHERS_AT_ONCE / each));
  const standing = responses.filter(({ response }) => response.erasedAt === null);
  const stale: number[] = [];
  for (let at = 0; at < standing.length; at += size) {
    const some = standing.slice(at, at + size);
    const looked = some.flatMap(({ response: { position } }) =>
      conditional.flatMap(({ rule }) => found.get(position)?.get(rule.name) ?? []),
    );
    const others = looked.length === 0 ? new Map<number, ResponseRecord>() : await readResponses(looked);
    if (!others) return null;
    const said = some.map(({ response }): ResponseAnnotation => {
      const earlier = found.get(response.position);
      const broken = lookups.filter((lookup) => breaks(lookup, response, earlier?.get(lookup.rule.name), others));
      return { response, flags: broken.map(toFlag) };
    });
    const results = await annotate(said);
    stale.push(...some.flatMap(({ response }, i) => (AGAIN.has(results[i]) ? [response.position] : [])));
  }
  return stale;
}

function breaks(
  { condition }: Lookup,
  { answers }: ResponseRecord,
  earlier: readonly LogAddress[] = [],
  others: ReadonlyMap<number, ResponseRecord>,
): boolean {
  if (condition === null) return earlier.length > 0;
  return earlier.some(({ position }) => {
    const other = others.get(position);
    return other !== undefined && condition.evaluate(answers, other.answers);
  });
}

const toFlag = ({ rule: { name, message, translations }, questions }: Lookup) => ({
  rule: name,
  message,
  questions,
  ...(translations && { translations }),
});
