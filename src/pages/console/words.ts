/** What states are called on the pages of the console, and how urgent they look. */
import type { EntryEvent } from "../../core/integration";
import type { ReviewState } from "../../core/review";
import { type Attempts, errorRate } from "../../core/tally";
import type { DeliveryView } from "../../services/delivery-view";
import type { ShownState } from "../../services/form-view";
import type { IntegrationView } from "../../services/integration-view";

export type Tone = "good" | "plain" | "info" | "warn" | "bad";
export type Word = readonly [text: string, tone: Tone];

export const FORM_STATES: Readonly<Record<ShownState, Word>> = {
  open: ["Open", "good"],
  closed: ["Closed", "plain"],
  draft: ["Draft", "info"],
  archived: ["Archived", "plain"],
  deleted: ["Deleted", "warn"],
};

export const REVIEWS: Readonly<Record<ReviewState, Word>> = {
  received: ["Received", "plain"],
  flagged: ["Flagged", "warn"],
  corrected: ["Corrected", "info"],
  approved: ["Approved", "good"],
  rejected: ["Rejected", "bad"],
};

export const INTEGRATION_STATES: Readonly<Record<IntegrationView["state"], Word>> = {
  active: ["Active", "good"],
  paused: ["Paused", "plain"],
  waiting: ["Waiting", "warn"],
  blocked: ["Blocked", "bad"],
};

export const DELIVERY_STATES: Readonly<Record<DeliveryView["state"], Word>> = {
  pending: ["Pending", "plain"],
  sending: ["Sending", "info"],
  retrying: ["Retrying", "warn"],
  unknown: ["In doubt", "warn"],
  delivered: ["Delivered", "good"],
  skipped: ["Skipped", "plain"],
  parked: ["Parked", "bad"],
};

export const EVENTS: Readonly<Record<EntryEvent, string>> = {
  created: "Response",
  updated: "Edit",
  flagged: "Flags",
  reviewed: "Review",
  erased: "Erasure",
};

const NUMBER = new Intl.NumberFormat("en");
export const count = (n: number): string => NUMBER.format(n);
/** As in "1 response", "2 responses". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

const TENTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** What became of attempts, as in "1,240 delivered, 3 failed (0.2 %)"; nothing tried is said too. */
export function attempted({ delivered, failed }: Attempts): string {
  const rate = errorRate({ delivered, failed });
  if (rate === null) return "nothing tried";
  // Broken in two lines at most, between the two.
  const words = `${count(delivered)}\u00a0delivered, ${count(failed)}\u00a0failed`;
  if (failed === 0) return words;
  return `${words}\u00a0(${rate < 0.001 ? "less\u00a0than\u00a00.1" : TENTHS.format(rate * 100)}\u00a0%)`;
}

const UNITS = [
  ["day", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** A duration in its largest unit, in whole ones: "3 min", "2 h", "5 days". */
export function lasting(seconds: number): string {
  for (const [unit, size] of UNITS) {
    const n = Math.floor(seconds / size);
    if (n >= 1) return unit === "day" ? counted(n, unit) : `${n} ${unit}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}
