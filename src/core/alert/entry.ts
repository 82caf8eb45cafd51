/**
 * What the log service tells of alerts (GET /v1/logs): each that began, was told again, and is over; whether anybody
 * was told or not. Pure.
 */
import { INSTALLATION, type LogEntry, type LogEvent, type LogLevel } from "../log";
import { ALERT_RULES, type OpenAlert, type Severity } from "./alert";

export type AlertLogEvent = Extract<LogEvent, `alert_${string}`>;

const LEVELS: Readonly<Record<Severity, LogLevel>> = { page: "error", ticket: "warn" };

/**
 * The entry of an alert, in the log of its workspace or of the installation. Its subject has titles that people gave:
 * it is left out.
 */
export function alertEntry(
  event: AlertLogEvent,
  { workspace, rule, cause, form, integration, since }: OpenAlert,
  { at, trace }: Pick<LogEntry, "at" | "trace">,
): LogEntry {
  const severity = ALERT_RULES[rule];
  return {
    workspace: workspace ?? INSTALLATION,
    at,
    level: event === "alert_recovered" ? "info" : LEVELS[severity],
    event,
    form: form ?? undefined,
    integration: integration ?? undefined,
    trace,
    detail: { rule, severity, cause, ...(at > since && { minutes: Math.round((at - since) / 60_000) }) },
  };
}
