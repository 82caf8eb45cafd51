/** What becomes of alerts from one look to the next: which begin, are to be told, were not seen, and are over. Pure. */
import { ALERT_RULES, type Alert, type AlertEvent, type AlertMessage, type AlertRule, type OpenAlert } from "./alert";

/** A cause that is not seen for so long is over: one that comes and goes is one alert. */
export const SETTLED_MS = 300_000;

/** Told only when it has lasted for so long: who resumes an integration knows that it is behind. Others at once. */
const TOLD_AFTER_MS: Partial<Record<AlertRule, number>> = { lag: 300_000 };

export interface Look {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** An alert that lasts is told again after so long. */
  readonly repeatMs: number;
  /** False: not everything could be looked at, and what is missing of workspaces may be there all the same. */
  readonly complete: boolean;
}

export interface Course {
  readonly begun: readonly OpenAlert[];
  /** Seen again before they were over. */
  readonly back: readonly OpenAlert[];
  /** Not seen from now on. */
  readonly gone: readonly OpenAlert[];
  readonly over: readonly OpenAlert[];
  /** In the words of this look. */
  readonly due: readonly OpenAlert[];
}

const keyOf = ({ workspace, cause }: Pick<Alert, "workspace" | "cause">): string => `${workspace ?? ""} ${cause}`;

/** The course of what is open, by what was found. */
export function courseOf(
  open: readonly OpenAlert[],
  found: readonly Alert[],
  { now, repeatMs, complete }: Look,
): Course {
  const known = new Map(open.map((alert) => [keyOf(alert), alert]));
  const seen = new Map(found.map((alert) => [keyOf(alert), alert]));
  const begun = [...seen].flatMap(([key, alert]): OpenAlert[] =>
    known.has(key) ? [] : [{ ...alert, since: now, told: 0, toldAt: null, goneAt: null }],
  );
  const there = open.flatMap((alert): OpenAlert[] => {
    const again = seen.get(keyOf(alert));
    return again ? [{ ...alert, ...again }] : [];
  });
  const missing = open.filter(
    (alert) => !seen.has(keyOf(alert)) && (complete || alert.workspace === null || alert.goneAt !== null),
  );
  const isDue = ({ toldAt, rule, since }: OpenAlert) =>
    toldAt === null ? since <= now - (TOLD_AFTER_MS[rule] ?? 0) : toldAt <= now - repeatMs;
  return {
    begun,
    back: there.filter(({ goneAt }) => goneAt !== null),
    gone: missing.filter(({ goneAt }) => goneAt === null),
    over: complete ? missing.filter(({ goneAt }) => goneAt !== null && goneAt <= now - SETTLED_MS) : [],
    due: [...begun, ...there].filter(isDue),
  };
}

/** Alerts that a message names one by one; of more, their number. */
const NAMED_MAX = 5;

/**
 * What is to be told, together with the alerts that each message tells of: those of one workspace and rule are told at
 * once.
 */
export function messagesOf(
  event: AlertEvent,
  alerts: readonly OpenAlert[],
  now: number,
): { readonly message: AlertMessage; readonly alerts: readonly OpenAlert[] }[] {
  const groups = Map.groupBy(alerts, ({ workspace, rule }) => `${workspace ?? ""} ${rule}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { workspace, rule } = first;
    const ordered = group.toSorted((a, b) => (a.cause < b.cause ? -1 : 1));
    const words = event === "alert.raised" ? raised(ordered) : resolved(ordered);
    // Made of what it tells, so that the same message has the same id.
    const id = ordered.map(({ cause, since, told }) => `${cause} ${since} ${told}`).join("\n");
    const causes = ordered.map(({ cause }) => cause);
    const message = { id: `${event}\n${id}`, event, rule, severity: ALERT_RULES[rule], workspace, at: now, causes };
    return [{ message: { ...message, ...words }, alerts: ordered }];
  });
}

const raised = (alerts: readonly OpenAlert[]) => ({
  subject: subjectOf(alerts, ""),
  text: listed(alerts.map(({ text }) => text)),
});

const resolved = (alerts: readonly OpenAlert[]) => ({
  subject: subjectOf(alerts, "Over: "),
  text: listed(
    alerts.map(({ subject, since, goneAt }) => {
      const minutes = Math.max(1, Math.round(((goneAt ?? since) - since) / 60_000));
      return `Over after ${minutes} min: ${subject}.`;
    }),
  ),
});

const subjectOf = (alerts: readonly OpenAlert[], before: string): string => {
  const rest = alerts.length > 1 ? `, and ${alerts.length - 1} more` : "";
  return `${before}${alerts[0]?.subject ?? ""}${rest}`;
};

function listed(texts: readonly string[]): string {
  const rest = texts.length - NAMED_MAX;
  return [...texts.slice(0, NAMED_MAX), ...(rest > 0 ? [`And ${rest} more: the console has them all.`] : [])].join(
    "\n",
  );
}
