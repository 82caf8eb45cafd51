/** What the log tells, in words. */
import { LOG_EVENTS, type LogEvent, type LogLevel } from "../../../core/log";
import type { LogView } from "../../../services/logs";
import { ACTIONS } from "../audit/words";
import type { Word } from "../words";

export const EVENTS: Readonly<Record<LogEvent, string>> = {
  page_settled: "Deliveries",
  reconciled: "Compared with its other side",
  alert_raised: "Alert",
  alert_repeated: "Alert goes on",
  alert_recovered: "Alert is over",
  swept: "Work that was found by the sweeper",
  dead_letter_deleted: "Accepted submission given up",
};

export const LEVELS: Readonly<Record<LogLevel, Word>> = {
  info: ["info", "plain"],
  warn: ["warning", "warn"],
  error: ["error", "bad"],
};

const isLogEvent = (event: LogView["event"]): event is LogEvent => (LOG_EVENTS as readonly string[]).includes(event);

export const sayEvent = ({ event }: Pick<LogView, "event">): string =>
  isLogEvent(event) ? EVENTS[event] : ACTIONS[event];
