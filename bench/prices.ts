/**
 * What Cloudflare asks for, in dollars, beyond what the plan includes. Data with its date: when it changes, change it
 * here and run `npx vitest run --project repo test/repo/cost.test.ts`, which says what the table in docs/operating.md
 * must be.
 */
export const PRICES = {
  /**
   * When it was read: developers.cloudflare.com, workers/platform/pricing, d1/platform/pricing,
   * queues/platform/pricing.
   */
  date: "2026-11-23",
  perMillion: { requests: 0.3, cpuMilliseconds: 0.02, rowsWritten: 1, rowsRead: 0.001, queueOperations: 0.4 },
  /** Workers Logs, from 1 December 2026. A million kilobytes is a gigabyte. */
  logsPerGigabyte: 0.25,
  /** D1, a month. */
  storagePerGigabyte: 0.75,
  /** Workers Paid, a month, with what it includes. */
  base: 5,
  included: { requests: 10e6, cpuMilliseconds: 30e6, rowsWritten: 50e6, rowsRead: 25e9, queueOperations: 1e6 },
} as const;
