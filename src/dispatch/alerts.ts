/**
 * Alerts (docs/decisions/027): after each sweep, what needs somebody is found, told once and again while it lasts, and
 * once more when it is over. It is noted after it was told: a sweep that dies in between tells it again, under the same
 * id.
 */
import type { AlertMessage, OpenAlert } from "../core/alert/alert";
import { courseOf, messagesOf } from "../core/alert/course";
import { type AlertLogEvent, alertEntry } from "../core/alert/entry";
import { type AlertFacts, type CursorFacts, findAlerts, type ShardFacts } from "../core/alert/find";
import { sha256 } from "../core/sha256";
import { withTimeLimit } from "../core/time-limit";
import type { Trace } from "../core/trace";
import { findTraits } from "../integrations/traits";
import { FACTS_MAX, readCursorFacts, readExpiringKeys, readOwners } from "../store/alert-facts";
import {
  type AlertTarget,
  deleteAlerts,
  noteCourse,
  noteTold,
  readAlertTargets,
  readOpenAlerts,
} from "../store/alerts";
import { readLastBackup } from "../store/backups";
import { countLetters } from "../store/dead-letters";
import type { Shards } from "../store/shards";
import { SCHEMA } from "../store/vitals";
import * as events from "../telemetry/events";
import type { AskedIndex, AskedShard } from "./vitals";

export interface Teller {
  readonly trace?: Trace | undefined;
  readonly shards: Shards;
  readonly config: {
    readonly publicUrl: string | null;
    /** Where alerts of the installation go; null: into the log alone. */
    readonly alertUrl: string | null;
    readonly alertRepeatMs: number;
  };
  /** Where backups lie; without, none are made. */
  readonly bucket?: R2Bucket | null;
  /** How the databases of indexes are. */
  readonly askIndexes: () => Promise<AskedIndex[]>;
  /** Calls of the installation itself. */
  readonly callOut: (request: Request) => Promise<Response>;
  /** Tells a workspace. Throws when it can't be told now. */
  readonly tellWorkspace: (target: AlertTarget, message: AlertMessage) => Promise<void>;
}

/** Messages of one sweep; the rest has its turn a minute later. */
const MESSAGES_MAX = 50;
const TIMEOUT_MS = 10_000;

/**
 * Looks at the installation and tells what is to be told. Returns how many messages. `asked`: the shards before this
 * sweep.
 */
export async function tellAlerts(on: Teller, asked: readonly AskedShard[], now: number): Promise<number> {
  const { control } = on.shards;
  const [open, { facts, complete }] = await Promise.all([readOpenAlerts(control), readFacts(on, asked, now)]);
  const course = courseOf(open, findAlerts(facts, now), { now, repeatMs: on.config.alertRepeatMs, complete });
  const entries = (event: AlertLogEvent, alerts: readonly OpenAlert[]) =>
    alerts.map((alert) => alertEntry(event, alert, { at: now, trace: on.trace }));
  await noteCourse(control, course, { now, logs: entries("alert_raised", course.begun) });
  const targets = await readAlertTargets(control, workspacesOf([...course.due, ...course.over]));
  const heard = ({ workspace }: OpenAlert) => workspace === null || targets.has(workspace);
  const raise = messagesOf("alert.raised", course.due.filter(heard), now);
  // Who was never told that it began is not told that it is over.
  const told = course.over.filter((alert) => alert.told > 0 && heard(alert));
  const quiet = course.over.filter((alert) => !told.includes(alert));
  if (quiet.length > 0) await deleteAlerts(control, quiet, entries("alert_recovered", quiet));
  let count = 0;
  for (const { message, alerts } of inTurn([...messagesOf("alert.resolved", told, now), ...raise], now)) {
    if (!(await tell(on, targets, message))) continue;
    const again = alerts.filter((alert) => alert.told > 0);
    await (message.event === "alert.raised"
      ? noteTold(control, alerts, { now, logs: entries("alert_repeated", again) })
      : deleteAlerts(control, alerts, entries("alert_recovered", alerts)));
    count += 1;
  }
  return count;
}

/** As many as one sweep tells, others with each minute: those that can't be told hold up nobody for ever. */
function inTurn<T>(messages: readonly T[], now: number): readonly T[] {
  if (messages.length <= MESSAGES_MAX) return messages;
  const start = (Math.floor(now / 60_000) * MESSAGES_MAX) % messages.length;
  return [...messages.slice(start), ...messages.slice(0, start)].slice(0, MESSAGES_MAX);
}

const workspacesOf = (alerts: readonly OpenAlert[]): string[] => [
  ...new Set(alerts.flatMap(({ workspace }) => workspace ?? [])),
];

async function readFacts(
  { shards, config, trace, bucket, askIndexes }: Teller,
  asked: readonly AskedShard[],
  now: number,
): Promise<{ facts: AlertFacts; complete: boolean }> {
  const reading = shards.all.map(({ no, db }) =>
    readCursorFacts(db, now).catch((error) => {
      events.alertsIncomplete({ trace, shard: no, error });
      return null;
    }),
  );
  const [read, keys, backup, dead, indexes] = await Promise.all([
    Promise.all(reading),
    readExpiringKeys(shards.control, now),
    bucket ? readLastBackup(shards.control) : null,
    countLetters(shards.control),
    askIndexes(),
  ]);
  const complete = read.every((rows) => rows !== null && rows.length < FACTS_MAX);
  const byIntegration = Map.groupBy(
    read.flatMap((rows) => rows ?? []),
    ({ integration }) => integration,
  );
  const owners = await readOwners(shards.control, [...byIntegration.keys()]);
  const integrations = [...byIntegration].flatMap(([no, rows]) => {
    const owner = owners.get(no);
    if (!owner) return [];
    const kindTitle = findTraits(owner.kind)?.title ?? owner.kind;
    return [{ ...owner, kindTitle, cursors: rows.map(({ facts }): CursorFacts => facts) }];
  });
  const databases = {
    shards: asked.map(shardFacts),
    indexes: indexes.map(({ no, vitals }) => ({ no, sizeBytes: vitals?.sizeBytes ?? null })),
  };
  return { facts: { integrations, keys, ...databases, backup, dead, publicUrl: config.publicUrl }, complete };
}

const shardFacts = ({ no, vitals }: AskedShard): ShardFacts => ({
  no,
  vitals: vitals && {
    schemaIsOld: vitals.schema === null || vitals.schema < SCHEMA,
    sweptAt: vitals.sweptAt,
    sizeBytes: vitals.sizeBytes,
  },
});

/** False: it was not taken, and is told again by the next sweep. */
async function tell(on: Teller, targets: ReadonlyMap<string, AlertTarget>, message: AlertMessage): Promise<boolean> {
  const { event, rule, severity, workspace, causes } = message;
  const about = { trace: on.trace, rule, severity, workspace, causes: causes.length, cause: causes[0] };
  try {
    const target = targets.get(workspace ?? "");
    if (target) await on.tellWorkspace(target, message);
    else if (on.config.alertUrl !== null) await callAlertUrl(on, on.config.alertUrl, message);
    (event === "alert.raised" ? events.alertRaised : events.alertResolved)(about);
    return true;
  } catch (error) {
    events.alertNotTold({ ...about, error });
    return false;
  }
}

async function callAlertUrl({ callOut }: Teller, url: string, message: AlertMessage): Promise<void> {
  const { id, event, at, rule, severity, subject, text, causes } = message;
  const spoken = `${subject}\n${text}`;
  const data = { rule, severity, subject, text, causes };
  // Slack's incoming webhooks take a text and nothing that they don't know.
  const full = { type: event, timestamp: new Date(at).toISOString(), text: spoken, data };
  const body = JSON.stringify(new URL(url).hostname === "hooks.slack.com" ? { text: spoken } : full);
  const headers = { "content-type": "application/json", "webhook-id": await digest(id) };
  await call(callOut, url, { method: "POST", headers, body });
}

/** Throws an Error that says nothing of the address: a part of it may be secret. */
async function call(callOut: Teller["callOut"], url: string, init: RequestInit = {}): Promise<void> {
  const ask = async (signal: AbortSignal): Promise<Response> => {
    const answer = await callOut(new Request(url, { ...init, redirect: "manual", signal }));
    await answer.body?.cancel();
    return answer;
  };
  const answer = await withTimeLimit(TIMEOUT_MS, ask).catch(() => null);
  if (!answer) throw new Error("the address did not answer");
  if (!answer.ok) throw new Error(`the address answered ${answer.status}`);
}

/** An id of a message that says nothing of it: letters and digits. */
const digest = async (text: string): Promise<string> => `alert_${(await sha256(text)).slice(0, 32)}`;

/** The dead man's switch: tells a watcher that a sweep was good. It raises the alarm when this stops. Never fails. */
export async function pingDeadman({ callOut, trace }: Pick<Teller, "callOut" | "trace">, url: string): Promise<void> {
  try {
    await call(callOut, url);
  } catch (error) {
    events.deadmanNotPinged({ trace, error });
  }
}
