/** What all integrations share about recipients: who asked to be left alone, and how much each got today. */

/** Recipients that asked to be left alone, by scope: a kind and an account (`twilio-sms:AC…`). */
export interface OptOuts {
  find(scope: string, recipients: readonly string[]): Promise<ReadonlySet<string>>;
  add(scope: string, recipient: string): Promise<void>;
  remove(scope: string, recipient: string): Promise<void>;
}

/** So many uses of something that has a limit for each day, by scope and key (a recipient, a workspace). */
export interface QuotaUse {
  readonly scope: string;
  readonly key: string;
  readonly want: number;
  readonly limit: number;
}

/** Daily counts (UTC), shared by everything that takes them. `at`: milliseconds; its day is the one that counts. */
export interface Quotas {
  /** How many of each are granted (0 to `want`), in the same order. A scope and key may be named once. */
  take(at: number, uses: readonly QuotaUse[]): Promise<readonly number[]>;
  /** Takes back `want` of each: granted at `at`, and then not used. */
  giveBack(at: number, uses: readonly QuotaUse[]): Promise<void>;
}
