/**
 * The contract of a reconciliation: what the provider has now, compared with what the log says it should have. The
 * engine walks the log and asks; the kind reads the provider, and mends what only it can mend.
 */
import type { Halt } from "./integration";

/** A delivery that the log says is settled. Times in milliseconds. */
export interface SettledDelivery {
  readonly position: number;
  /** Public id of the response. */
  readonly response: string;
  /** False: left out by the filter, skipped, parked or erased; what the provider has of it is not missed. */
  readonly expected: boolean;
  /** Its row, if it has one (always, for kinds with a ledger). */
  readonly row: {
    readonly state: "sending" | "unknown" | "retrying" | "delivered" | "skipped" | "parked";
    readonly reference: string | null;
    readonly status: string | null;
    readonly content: unknown;
    readonly triedAt: number;
  } | null;
}

/** What the provider has of one delivery. */
export type Finding =
  | { readonly type: "present" }
  /** `again`: it may be delivered again without danger; otherwise it is reported, and a person decides. */
  | { readonly type: "missing"; readonly again: boolean }
  /** The provider's word for it is another than ours: noted as a report of it. */
  | {
      readonly type: "changed";
      readonly reference: string;
      readonly status: string;
      readonly rank: number;
      /** Null: it was delivered; else why not. */
      readonly failure: string | null;
    };

/** What the provider holds beyond the deliveries that were asked for. Asked once, after the last `find`. */
export interface Surplus {
  /** Public ids of responses that are there more than once (the first hundred). */
  readonly doubled: readonly string[];
  readonly doubledCount: number;
  /** Things there that look like ours and that no delivery accounts for. */
  readonly strangers: number;
}

/** What the provider has, read once at the beginning of a reconciliation. */
export interface Inventory {
  find(delivery: SettledDelivery): Finding;
  surplus(): Surplus;
  /** Takes away copies that are exact repeats of what is kept. Returns how many, or why it could not. */
  removeCopies?(): Promise<{ readonly removed: number } | { readonly halt: Halt }>;
}

/** What is compared: one segment's settled deliveries up to a position; `since`: only those tried after it count. */
export interface InventoryRange {
  readonly segment: number;
  readonly through: number;
  /** Milliseconds; 0: from the beginning. Kinds without a ledger are always compared whole. */
  readonly since: number;
  /** The form's first segment: what names no response is counted with it, once. */
  readonly isFirst: boolean;
}

export type InventoryResult = { readonly inventory: Inventory } | { readonly halt: Halt };
