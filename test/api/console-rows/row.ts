/** What the access matrix of the console knows of a route. */
import type { Scope } from "../../../src/services/access";

/** A page of the console, or something that is done there. */
export interface Row {
  readonly scope: Scope | null;
  /** Of the whole workspace: not for a key of one form. */
  readonly whole?: true;
  /** What it answers: a page unless told. */
  readonly status?: number;
  /** The page that has its form, what is typed there, and the entry that it leaves in the audit log. */
  readonly on?: string;
  readonly typed?: Readonly<Record<string, string>>;
  readonly audit?: string;
}
