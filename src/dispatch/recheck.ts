/**
 * Re-checks: when the rules of a form changed, its older responses are looked at again by the rules of the new version,
 * a share each minute, by a cursor of each segment. Flags change and answers never do. It may stop anywhere and be
 * repeated: what was looked at already is found as it should be. Done by the sweeper.
 */
import { type CompiledDefinition, compileDefinition } from "../core/compiled";
import { sameJson } from "../core/difference";
import type { Flag } from "../core/flag";
import type { ResponseRecord } from "../core/response";
import { brokenRules, toFlag } from "../core/rule";
import type { Trace } from "../core/trace";
import type { WakeUp } from "../store/cursors";
import { readDefinitions } from "../store/form-reads";
import {
  beginRecheck,
  claimRecheck,
  deleteRequest,
  dropRecheck,
  type Recheck,
  readDueRequests,
  settleRecheck,
} from "../store/rechecks";
import { readAfter } from "../store/responses";
import { listSegments, type Shard, type Shards } from "../store/shards";
import * as events from "../telemetry/events";
import { annotateAll } from "./annotate";
import { LEASE_MS } from "./engine";

export interface Rechecker {
  readonly shards: Shards;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>;
  readonly trace?: Trace | undefined;
}

export interface RecheckLimits {
  /** Responses of a page. */
  readonly page: number;
  /** Pages of a segment in a minute. */
  readonly pages: number;
  /** Pages of all segments of a shard in a sweep. */
  readonly all: number;
}

/** 2,000 responses of a form in a minute. At worst, all of them flagged, a sweep makes some 120 round trips for it. */
export const RECHECK_LIMITS: RecheckLimits = { page: 200, pages: 10, all: 20 };
const PAGE_BYTES = 4_000_000;
const MINUTE_MS = 60_000;
const REQUESTS_MAX = 100;

/** Begins what was asked for: a cursor for each segment of the form. */
export async function beginRechecks({ shards, now: clock }: Pick<Rechecker, "shards" | "now">): Promise<void> {
  const now = clock();
  for (const request of await readDueRequests(shards.control, now, REQUESTS_MAX)) {
    for (const { shard, no } of await listSegments(shards, request.form)) {
      await beginRecheck(shards.get(shard).db, no, { request, now });
    }
    await deleteRequest(shards.control, request);
  }
}

/** Gives each re-check of a shard that is due its share. Returns how many responses were looked at. */
export async function goOnRechecking(on: Rechecker, shard: Shard, limits = RECHECK_LIMITS): Promise<number> {
  let looked = 0;
  for (let left = limits.all; left > 0; ) {
    const now = on.now();
    // Whatever becomes of this holder, nobody takes another share of it in this minute.
    const nextAt = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
    const claimed = await claimRecheck(shard.db, { now, leaseMs: LEASE_MS, nextAt });
    if (!claimed) break;
    const turn = await takeTurn({ ...on, shard }, claimed, { ...limits, pages: Math.min(left, limits.pages) });
    left -= Math.max(1, turn.pages);
    looked += turn.looked;
  }
  return looked;
}

interface Place extends Rechecker {
  readonly shard: Shard;
}

async function takeTurn(
  place: Place,
  claimed: Recheck,
  limits: RecheckLimits,
): Promise<{ pages: number; looked: number }> {
  const { shard, now } = place;
  const judge = await createJudge(place.shards, claimed);
  if (!judge) {
    await dropRecheck(shard.db, claimed);
    return { pages: 0, looked: 0 };
  }
  let { position } = claimed;
  let pages = 0;
  for (let done = false; !done && pages < limits.pages; ) {
    const through = await recheckPage(place, judge, { claimed, after: position, count: limits.page });
    pages += 1;
    const leaseUntil = pages < limits.pages ? now() + LEASE_MS : 0;
    const settled = await settleRecheck(shard.db, claimed, { position: through, leaseUntil, now: now() });
    // The lease was lost: another holder goes on, and what was said here after that was not applied.
    if (!settled) break;
    position = through;
    done = settled.done;
  }
  const looked = position - claimed.position;
  events.responsesRechecked({ trace: place.trace, form: claimed.form, version: claimed.version, looked });
  return { pages, looked };
}

/**
 * Looks at a page and says what is flagged now. Returns the position that it came to: before the first response that
 * somebody edited meanwhile, which is then looked at again.
 */
async function recheckPage(
  { shard, wake, now }: Place,
  judge: Judge,
  { claimed, after, count }: { claimed: Recheck; after: number; count: number },
): Promise<number> {
  const { segment, epoch, through } = claimed;
  const read = await readAfter(shard, segment, after, { count, bytes: PAGE_BYTES });
  const standing = read.filter(({ position, erasedAt }) => position <= through && erasedAt === null);
  await judge.prepare(standing);
  const holder = { segment, integration: null, epoch };
  const annotator = { shard, now, wake, source: null, author: "system", holder };
  const results = await annotateAll(
    annotator,
    standing.map((response) => ({ response, flags: judge.flagsOf(response) })),
  );
  const missed = standing.find((_, i) => results[i] !== "done");
  // Positions have no gaps.
  return missed ? missed.position - 1 : Math.min(through, read.at(-1)?.position ?? through);
}

interface Judge {
  /** Reads the versions that these were answered against. */
  prepare(responses: readonly ResponseRecord[]): Promise<void>;
  flagsOf(response: ResponseRecord): readonly Flag[];
}

/** Judges by the rules of the version that is checked against; null: it is gone, with its form. */
async function createJudge(shards: Shards, { form, version }: Recheck): Promise<Judge | null> {
  const definitions = await readDefinitions(shards.control, form, [version]);
  const definition = definitions.get(version);
  if (!definition) return null;
  const compiled = compileDefinition(definition);
  return {
    async prepare(responses) {
      const missing = new Set(responses.map((one) => one.version).filter((one) => !definitions.has(one)));
      if (missing.size === 0) return;
      for (const [no, one] of await readDefinitions(shards.control, form, [...missing])) definitions.set(no, one);
    },
    flagsOf(response) {
      const asked = new Set(definitions.get(response.version)?.questions.map(({ ref }) => ref));
      return flagsBy(compiled, response, asked);
    },
  };
}

/**
 * A rule that refuses can't refuse what is stored: it flags. A flag that stands for the same reason stays as it was
 * said.
 */
function flagsBy({ rules }: CompiledDefinition, { answers, flags }: ResponseRecord, asked: ReadonlySet<string>) {
  return brokenRules(rules, answers, asked).map((broken): Flag => {
    const flag = toFlag(broken);
    const same = flags.find((one) => one.source === undefined && one.rule === flag.rule);
    return same && sameJson(same.questions, flag.questions) ? same : flag;
  });
}
