/**
 * Sends the events of a page. An event that fails alone waits alone, by the schedule, and holds up no other. An
 * endpoint that is down is told by several events failing and none getting through: then the page stops, and nothing of
 * it is passed over.
 */

import type { Feed } from "../../core/ids";
import type {
  AttemptRecord,
  Deliverable,
  Deps,
  Halt,
  NoticePage,
  Outcome,
  Page,
  PageResult,
} from "../../core/integration";
import { type Heard, sendEvent } from "./client";
import { heedAnswers, type Sent } from "./heed";
import { type Config, rulesOf, type Secrets } from "./manifest";
import { makePayloads, noticeBody } from "./payload";
import { pauseOfEndpoint } from "./schedule";
import { makeSigner } from "./sign";
import { refuseTarget } from "./ssrf";
import { judge, stopped } from "./verdict";

/** A Worker has six connections (platform.md 1.2), and a receiver has other things to do. */
const AT_ONCE = 5;
/** So many events in a row that fail as any event would, before one got through: the endpoint is down. */
const DOWN_AFTER = 3;
/** And after one did: fewer may be chance among thousands, and everything would wait for it. */
const WENT_DOWN_AFTER = 4;
/** A receiver that takes nothing for so long is not tried by schedule any more. */
const GIVEN_UP_MS = 5 * 24 * 3_600_000;
const GIVEN_UP =
  "The receiver has taken nothing for five days. Mend it or give another address, then resume the integration.";

/**
 * Entries without an outcome wait where they are; `halt` says why. Whatever may have arrived is sent again with its id.
 */
export async function deliverPage(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  return heedAnswers(page, deps, await sendPage(page, deps, makePayloads(deps)));
}

/** The same for what happened to the form's other integrations. */
export async function notifyPage(page: NoticePage, deps: Deps<Config, Secrets>): Promise<PageResult> {
  return (await sendPage(page, deps, ({ notice }) => noticeBody(notice, deps.form.id))).result;
}

async function sendPage<E extends Deliverable>(
  page: Page<E, Feed>,
  deps: Deps<Config, Secrets>,
  bodyOf: (entry: E) => string,
): Promise<Sent> {
  const refusal = refuseTarget(deps.config.url, rulesOf(deps));
  if (refusal !== null) {
    return { result: { outcomes: new Map(), halt: { type: "blocked", reason: refusal } }, heard: new Map() };
  }
  const run = await startRun(page, deps, bodyOf);
  // What has failed alone before can't tell whether the endpoint is down, and must not hold up the rest.
  const known = page.entries.filter((entry) => entry.attempted !== undefined);
  await run.sendAll(known, Number.POSITIVE_INFINITY);
  const fresh = page.entries.filter((entry) => entry.attempted === undefined);
  const scouts = [...new Set([0, fresh.length - 1, fresh.length >> 1])].flatMap((i) => fresh[i] ?? []);
  const up = await run.scout(scouts);
  if (up) {
    const rest = fresh.filter((entry) => !scouts.includes(entry) || !run.tried(entry));
    await run.sendAll(rest, WENT_DOWN_AFTER);
  } else if (scouts.length >= DOWN_AFTER || page.failing) run.stop();
  return { result: run.result(), heard: run.heard };
}

/** The calls for one page, and what they have come to. */
async function startRun<E extends Deliverable>(
  page: Page<E, Feed>,
  deps: Deps<Config, Secrets>,
  bodyOf: (entry: E) => string,
) {
  const sign = await makeSigner(deps.secrets, deps.now());
  const times = (page.failing?.times ?? 0) + 1;
  const cursor = `${deps.integration.id}/${page.feed}/${page.after}`;
  const outcomes = new Map<number, Outcome>();
  const attempts = new Map<number, AttemptRecord>();
  const answers = new Map<number, Heard>();
  /** What failed as any event would: it waits alone, or with the whole page. */
  const undecided = new Map<number, Outcome>();
  let halt: Halt | undefined;
  let retryAfter: number | null = null;
  let streak = 0;

  const busy = (seconds: number | null): Halt => ({
    type: "retry",
    reason: "The receiver gets too many calls (HTTP 429).",
    afterSeconds: pauseOfEndpoint(cursor, times, seconds),
  });
  const down = (): Halt => {
    const reason = [...undecided.values()].map((one) => ("reason" in one ? one.reason : "")).at(-1) ?? "";
    return { type: "retry", reason, afterSeconds: pauseOfEndpoint(cursor, times, retryAfter) };
  };

  /** False: it failed as any event would. */
  async function send(entry: E): Promise<boolean> {
    const { position, delivery, attempted } = entry;
    const attempt = await sendEvent(deps, sign, { id: delivery, body: bodyOf(entry) });
    const { retryAfter: asked, heard, ...record } = attempt;
    attempts.set(position, record);
    if (heard) answers.set(position, heard);
    const verdict = judge(attempt, { delivery, attempts: (attempted?.attempts ?? 0) + 1 }, busy);
    if ("halt" in verdict) {
      if (halt?.type !== "blocked") halt = verdict.halt;
      return true;
    }
    (verdict.endpoint ? undecided : outcomes).set(position, verdict.outcome);
    retryAfter = asked ?? retryAfter;
    streak = verdict.endpoint ? streak + 1 : 0;
    return !verdict.endpoint;
  }

  return {
    heard: answers,
    tried: ({ position }: E) => attempts.has(position),
    /** One after the other, until one tells that the endpoint is up. */
    async scout(entries: readonly E[]): Promise<boolean> {
      streak = 0;
      for (const entry of entries) if (halt || (await send(entry))) return true;
      return entries.length === 0;
    },
    /** A few at once, until so many in a row have failed. */
    async sendAll(entries: readonly E[], downAfter: number): Promise<void> {
      const waiting = [...entries];
      streak = 0;
      const work = async () => {
        while (!halt) {
          const entry = waiting.shift();
          if (!entry) return;
          await send(entry);
          if (streak >= downAfter) halt ??= down();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    stop() {
      halt ??= down();
    },
    result(): PageResult {
      const delivered = [...outcomes].filter(([, { type }]) => type === "delivered").map(([position]) => position);
      const last = Math.max(0, ...delivered);
      for (const entry of page.entries) {
        const outcome = undecided.get(entry.position);
        // One that a later event has overtaken waits alone: the cursor moves over as much as it can.
        const alone = !halt || entry.attempted !== undefined || entry.position < last;
        if (outcome && alone) outcomes.set(entry.position, outcome);
      }
      // The next page begins with the first that is open: what failed behind it comes again with it.
      const open = page.entries.findIndex((entry) => !outcomes.has(entry.position));
      for (const { position, attempted } of open === -1 ? [] : page.entries.slice(open)) {
        if (!attempted && outcomes.get(position)?.type === "retry") outcomes.delete(position);
      }
      const failed = delivered.length === 0 && attempts.size > 0;
      const since = page.failing?.since ?? Number.POSITIVE_INFINITY;
      if (failed && deps.now() - since >= GIVEN_UP_MS && halt?.type !== "blocked") halt = stopped(GIVEN_UP);
      return { outcomes, attempts, ...(halt && { halt }) };
    },
  };
}

/** A call in doubt may be made again: the receiver knows it by its id. Nothing has to be found out. */
export async function reconcilePage(_page: Page): Promise<PageResult> {
  return { outcomes: new Map() };
}
