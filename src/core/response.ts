/** What was answered: a response, its answers by question ref, and its place in the log of its form. */
import type { Flag } from "./flag";
import type { Metadata } from "./metadata";
import type { ReviewState } from "./review";

/** WGS 84 degrees; accuracy in metres. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracy?: number;
}

/** Strings for text, dates and single choices (the choice's id), arrays of choice ids for multiple_choice. */
export type Answer = string | number | boolean | readonly string[] | Location;
export type Answers = Readonly<Record<string, Answer>>;

/** A response as it stands now. Times are milliseconds since the epoch. */
export interface ResponseRecord {
  /** Opaque public id; lower-case letters and digits. */
  readonly id: string;
  /** `segment * 2^33 + seq`: its place in the log (DESIGN.md section 3). */
  readonly position: number;
  readonly version: number;
  readonly revision: number;
  readonly receivedAt: number;
  /** When the device says it was filled in; null when it did not say. */
  readonly submittedAt: number | null;
  readonly erasedAt: number | null;
  readonly answers: Answers;
  readonly metadata: Metadata;
  readonly flags: readonly Flag[];
  readonly review: ReviewState;
}

/** The entity tag of a response: its revision, which every change of what is shown raises. */
export const entityTag = (revision: number): string => `"${revision}"`;
