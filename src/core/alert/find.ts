/**
 * Which alerts there are, from what is known of integrations, keys and shards. Pure: the same state has the same
 * causes.
 */
import type { Blocked } from "../notice";
import { attemptsSince, errorRate, sumAttempts, type Tally } from "../tally";
import type { Alert, AlertRule } from "./alert";
import { ERROR_HOURS, LIMITS } from "./limits";

/** What is known of one cursor of an integration. Times in milliseconds. */
export interface CursorFacts {
  readonly state: "active" | "waiting" | "blocked" | "paused";
  readonly blocked: Blocked | null;
  readonly lastError: string | null;
  /**
   * Entries that are not settled, but for those that it owes only since a short while; and since when the oldest is
   * owed.
   */
  readonly behind: number;
  readonly oldestAt: number | null;
  /** Its newest parked deliveries of the last hour, counted up to the limit. */
  readonly parkedLately: number;
  readonly tally: Tally;
}

export interface IntegrationFacts {
  readonly id: string;
  readonly workspace: string;
  readonly form: string;
  readonly formTitle: string;
  /** As people read it: "Google Sheets". */
  readonly kindTitle: string;
  readonly cursors: readonly CursorFacts[];
}

export interface KeyFacts {
  readonly id: string;
  readonly workspace: string;
  readonly form: string | null;
  readonly name: string;
  readonly expiresAt: number;
}

export interface ShardFacts {
  readonly no: number;
  /** Null: it can't be asked. `sweptAt` null: never yet. */
  readonly vitals: {
    readonly schemaIsOld: boolean;
    readonly sweptAt: number | null;
    readonly sizeBytes: number;
  } | null;
}

/** A database of indexes: 0 is SEARCH_DB. `sizeBytes` null: it can't be asked. */
export interface IndexDatabaseFacts {
  readonly no: number;
  readonly sizeBytes: number | null;
}

/** Submissions of one form that were answered 202 and could not be stored yet. */
export interface DeadFacts {
  /** Empty: they can't be read. */
  readonly form: string;
  /** Null: it is deleted, or not known. */
  readonly workspace: string | null;
  readonly formTitle: string | null;
  readonly count: number;
  /** Since when the oldest is kept; milliseconds. */
  readonly oldestAt: number;
}

export interface AlertFacts {
  readonly integrations: readonly IntegrationFacts[];
  readonly keys: readonly KeyFacts[];
  readonly shards: readonly ShardFacts[];
  readonly indexes: readonly IndexDatabaseFacts[];
  /**
   * When what the last good backup holds was read, or when the first key was made, if there is none; null: none are
   * made.
   */
  readonly backup: { readonly at: number; readonly none: boolean } | null;
  readonly dead: readonly DeadFacts[];
  /** Where the console is, without a trailing slash; null: paths alone. */
  readonly publicUrl: string | null;
}

/** The alerts of a state, one for each cause. `now`: milliseconds since the epoch. */
export function findAlerts(facts: AlertFacts, now: number): Alert[] {
  const base = facts.publicUrl ?? "";
  return [
    ...facts.shards.flatMap((shard) => ofShard(shard, now)),
    ...ofIndexes(facts.indexes),
    ...ofBackup(facts.backup, now),
    ...ofDead(facts.dead, now),
    ...facts.integrations.flatMap((integration) => ofIntegration(integration, base, now)),
    ...facts.keys.flatMap((key) => ofKey(key, base, now)),
  ];
}

function ofIntegration(integration: IntegrationFacts, base: string, now: number): Alert[] {
  const { id, workspace, form, formTitle, kindTitle } = integration;
  const name = `${kindTitle} of “${shorten(formTitle)}”`;
  const link = `${base}/console/forms/${form}/integrations/${id}`;
  const cursors = integration.cursors.filter(({ state }) => state !== "paused");
  const make = (rule: AlertRule, subject: string, text: string): Alert => ({
    workspace,
    cause: `${rule}/${id}`,
    rule,
    subject,
    text,
    form,
    integration: id,
  });
  const alerts: Alert[] = [];
  const blocked = cursors.find((one) => one.state === "blocked" && stoppedFor(one, now) >= LIMITS.blockedSeconds);
  if (blocked) {
    const since = blocked.blocked ? ` since ${time(blocked.blocked.since)}` : "";
    const text = `${name} has been stopped${since}. ${blocked.lastError ?? "It can't go on."} Nothing is lost: mend this, then resume it at ${link}`;
    alerts.push(make("integration_blocked", `Stopped: ${name}`, text));
  }
  const moving = cursors.filter(({ state }) => state !== "blocked");
  const behind = moving.reduce((sum, one) => sum + one.behind, 0);
  const oldest = Math.min(...moving.map(({ oldestAt }) => oldestAt ?? Number.POSITIVE_INFINITY));
  const waits = Number.isFinite(oldest) ? Math.floor((now - oldest) / 1000) : 0;
  if (waits >= LIMITS.lagSeconds || behind >= LIMITS.lagEntries) {
    const error = moving.find(({ lastError }) => lastError !== null)?.lastError;
    const why = error ? ` Its last error: ${error}` : "";
    const text = `${name} is behind: ${number(behind)} entries wait, the oldest for ${Math.floor(waits / 60)} minutes.${why} Look what holds it up at ${link}`;
    alerts.push(make("lag", `Behind: ${name}`, text));
  }
  if (cursors.some(({ parkedLately }) => parkedLately >= LIMITS.parkedAnHour)) {
    const text = `${LIMITS.parkedAnHour} or more deliveries of ${name} were given up within an hour. Read the reasons, mend them, then retry all that is parked at ${link}`;
    alerts.push(make("parked_grows", `Deliveries parked: ${name}`, text));
  }
  const lately = sumAttempts(cursors.map(({ tally }) => attemptsSince(tally, now, ERROR_HOURS)));
  const rate = errorRate(lately) ?? 0;
  if (lately.failed >= LIMITS.errorsMin && rate >= LIMITS.errorRate) {
    const text = `${Math.round(rate * 100)} % of the attempts of ${name} failed in this hour and the one before: ${number(lately.failed)} of ${number(lately.failed + lately.delivered)}. Read what they failed by at ${link}`;
    alerts.push(make("error_rate", `Failing: ${name}`, text));
  }
  return alerts;
}

/** Seconds; what was never told to be blocked has been so for long enough. */
const stoppedFor = ({ blocked }: CursorFacts, now: number): number =>
  blocked ? (now - blocked.since) / 1000 : Number.POSITIVE_INFINITY;

function ofKey({ id, workspace, form, name, expiresAt }: KeyFacts, base: string, now: number): Alert[] {
  if (expiresAt <= now || expiresAt > now + LIMITS.keyDays * 86_400_000) return [];
  const subject = `A key in use expires: “${shorten(name)}”`;
  const text = `The key “${shorten(name)}” expires at ${time(expiresAt)} and is in use. Make another one at ${base}/console/keys and give it to whoever uses this one.`;
  return [{ workspace, cause: `key_expires/${id}`, rule: "key_expires", subject, text, form, integration: null }];
}

function ofShard({ no, vitals }: ShardFacts, now: number): Alert[] {
  const make = (rule: AlertRule, subject: string, text: string): Alert => ({
    workspace: null,
    cause: `${rule}/${no}`,
    rule,
    subject,
    text,
    form: null,
    integration: null,
  });
  if (vitals === null) {
    return [
      make(
        "shard_not_ready",
        `Database ${no} can't be asked`,
        `Database ${no} can't be asked. Look at Cloudflare's status page, and at the error shard_unreachable in the log. Submissions are spooled meanwhile.`,
      ),
    ];
  }
  const alerts: Alert[] = [];
  if (vitals.schemaIsOld) {
    const text = `Database ${no} is older than the code: run npm run deploy, which applies the migrations.`;
    alerts.push(make("shard_not_ready", `Database ${no} is older than the code`, text));
  }
  const late = vitals.sweptAt === null ? 0 : Math.floor((now - vitals.sweptAt) / 1000);
  if (late >= LIMITS.sweepSeconds) {
    const text = `Database ${no} was not swept for ${Math.floor(late / 60)} minutes: lost wake-ups were not found meanwhile. If it goes on, look for sweep_failed in the log.`;
    alerts.push(make("sweeper_stopped", `Database ${no} was not swept`, text));
  }
  if (vitals.sizeBytes >= LIMITS.shardBytes) {
    const text = `Database ${no} has ${(vitals.sizeBytes / 1e9).toFixed(1)} of D1's 10 GB. Add a database for what comes, or erase forms that nobody needs.`;
    alerts.push(make("shard_nearly_full", `Database ${no} is nearly full`, text));
  }
  return alerts;
}

/** New responses go into whichever has room: only when none has, somebody is needed. */
function ofIndexes(indexes: readonly IndexDatabaseFacts[]): Alert[] {
  const sizes = indexes.flatMap(({ sizeBytes }) => sizeBytes ?? []);
  if (sizes.length === 0 || sizes.some((bytes) => bytes < LIMITS.indexBytes)) return [];
  const subject = "The databases of indexes are nearly full";
  const text = `No database of indexes (search, summary, slang, rules) has less than ${(Math.min(...sizes) / 1e9).toFixed(1)} of D1's 10 GB. At 10 GB these stop where they are; submissions and all other integrations go on. Add a database: npm run shards add -- --index. docs/operating.md says more.`;
  const of = { workspace: null, form: null, integration: null };
  return [{ ...of, cause: "indexes_nearly_full", rule: "indexes_nearly_full", subject, text }];
}

function ofBackup(backup: AlertFacts["backup"], now: number): Alert[] {
  if (backup === null || now - backup.at < LIMITS.backupSeconds * 1000) return [];
  const hours = Math.floor((now - backup.at) / 3_600_000);
  const what = backup.none ? "There is no good backup" : `The last good backup is ${hours} hours old`;
  const text = `${what}. One is to be made each night from 02:00 UTC. GET /v1/backups says what became of the last ones; backup_failed and backup_given_up in the log say why.`;
  const of = { workspace: null, form: null, integration: null };
  return [{ ...of, cause: "backup_old", rule: "backup_old", subject: what, text }];
}

/** One for the installation, and one for each form whose workspace would miss its responses. */
function ofDead(dead: readonly DeadFacts[], now: number): Alert[] {
  const late = dead.filter(({ oldestAt }) => now - oldestAt >= LIMITS.deadSeconds * 1000);
  if (late.length === 0) return [];
  const total = late.reduce((sum, { count }) => sum + count, 0);
  const since = time(Math.min(...late.map(({ oldestAt }) => oldestAt)));
  const all: Alert = {
    workspace: null,
    cause: "intake_dead",
    rule: "intake_dead",
    subject: `${number(total)} accepted submissions can't be stored`,
    text: `${number(total)} submissions that were answered 202 can't be stored, the oldest since ${since}. They are kept and tried again. npm run dead-letters says why each failed; when the cause is mended, npm run dead-letters retry stores them at once.`,
    form: null,
    integration: null,
  };
  return [all, ...late.flatMap(ofDeadForm)];
}

function ofDeadForm({ form, workspace, formTitle, count, oldestAt }: DeadFacts): Alert[] {
  if (workspace === null) return [];
  const name = `“${shorten(formTitle ?? "")}”`;
  const subject = `Responses of ${name} are not stored yet`;
  const text = `${number(count)} responses of ${name} were accepted and can't be stored, the oldest since ${time(oldestAt)}: they are in no list and no export yet. They are kept and tried again; whoever runs this installation is told too.`;
  return [{ workspace, cause: `intake_dead/${form}`, rule: "intake_dead", subject, text, form, integration: null }];
}

const TITLE_MAX = 60;
const shorten = (text: string): string => (text.length > TITLE_MAX ? `${text.slice(0, TITLE_MAX - 1)}…` : text);
const NUMBER = new Intl.NumberFormat("en");
const number = (n: number): string => NUMBER.format(n);
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
