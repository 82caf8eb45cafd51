/** From when on something needs somebody. ops/alerts.yml has the same for Prometheus. */
export const LIMITS = {
  /** An integration is stopped by something that somebody must mend. */
  blockedSeconds: 300,
  /** The oldest entry waits, or so many do. */
  lagSeconds: 900,
  lagEntries: 50_000,
  /** Deliveries that were given up within an hour. */
  parkedAnHour: 20,
  /** Of the attempts of this hour and the one before: the share that fails, and how many at least. */
  errorRate: 0.25,
  errorsMin: 20,
  /** A key that is in use expires within this time. */
  keyDays: 7,
  /** The sweeper runs once a minute: later than this, it has stopped. */
  sweepSeconds: 300,
  /** D1 takes 10 GB a database. */
  shardBytes: 8e9,
  indexBytes: 8e9,
  /** A backup is begun each night: by then one night at least was missed. */
  backupSeconds: 36 * 3_600,
  /** A dead letter lies for so long: it was tried again since it is kept, and was not stored. */
  deadSeconds: 300,
} as const;

/** Hours before the one that has begun whose attempts count for the error rate. */
export const ERROR_HOURS = 1;
