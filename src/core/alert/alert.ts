/**
 * Alerts: which rules there are, what one says, and what is told of it. Pure. What each means and what to do:
 * docs/operating.md.
 */

/**
 * `page`: somebody is to look at once; `ticket`: today. The names are those of ops/alerts.yml: `lag` is FormlogLag
 * there.
 */
export const ALERT_RULES = {
  integration_blocked: "ticket",
  lag: "ticket",
  parked_grows: "ticket",
  error_rate: "ticket",
  key_expires: "ticket",
  shard_not_ready: "page",
  sweeper_stopped: "page",
  shard_nearly_full: "ticket",
  indexes_nearly_full: "ticket",
  backup_old: "ticket",
  intake_dead: "ticket",
} as const satisfies Record<string, Severity>;

export type Severity = "page" | "ticket";
export type AlertRule = keyof typeof ALERT_RULES;

/** What needs somebody. One cause has one alert, however often it is seen. */
export interface Alert {
  /** Null: it is of the installation, and no workspace is told. */
  readonly workspace: string | null;
  /** The rule and what it is about: the same as long as it lasts. */
  readonly cause: string;
  readonly rule: AlertRule;
  /** A line. */
  readonly subject: string;
  /** What is wrong and what to do, without answers, phone numbers and secrets. */
  readonly text: string;
  readonly form: string | null;
  readonly integration: string | null;
}

/**
 * The text for a page that leads to the integration by a link: without its address, which is what the text ends with.
 */
export const withoutAddress = (text: string): string => text.replace(/ at \S*\/console\/forms\/\S+$/, ".");

/** An alert that is open. Times in milliseconds. */
export interface OpenAlert extends Alert {
  readonly since: number;
  /** How often it was told, and when last. */
  readonly told: number;
  readonly toldAt: number | null;
  /** Its cause was not seen since then. */
  readonly goneAt: number | null;
}

export const ALERT_EVENTS = ["alert.raised", "alert.resolved"] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

/** What is told at once: all alerts of one rule that are due in a workspace. */
export interface AlertMessage {
  /** The same when it is told again because nobody noted that it was. */
  readonly id: string;
  readonly event: AlertEvent;
  readonly rule: AlertRule;
  readonly severity: Severity;
  readonly workspace: string | null;
  readonly subject: string;
  readonly text: string;
  /** Milliseconds. */
  readonly at: number;
  readonly causes: readonly string[];
}
