/**
 * The summary of a form's responses, as `GET …/summary` answers it. Lists leave out what has no count, unless told
 * otherwise.
 */
import type { QuestionType } from "./form";
import type { DAYS } from "./opening-hours";
import type { ReviewState } from "./review";

export interface ChoiceSummary {
  readonly id: string;
  /** As the newest version that has it calls it. */
  readonly label: string;
  readonly count: number;
  /** The newest version that has the question does not have it. */
  readonly removed?: boolean;
}

/** All null when there is no answer. */
export interface NumbersSummary {
  /** Of the numbers as they were answered, rounded once. The deviation is that of all of them (not of a sample). */
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  /** To two digits, as in the histogram. */
  readonly min: number | null;
  readonly max: number | null;
  /** By the number rounded to two digits, smallest first. */
  readonly histogram: readonly { readonly value: number; readonly count: number }[];
}

export interface QuestionSummary {
  readonly ref: string;
  readonly title: string;
  readonly type: QuestionType;
  /** The newest version does not ask it any more. */
  readonly removed?: boolean;
  /** Responses that have an answer. */
  readonly answered: number;
  /** Of questions with choices, all in their order, then removed ones; of yes_no, `true` and `false`. */
  readonly choices?: readonly ChoiceSummary[];
  /** Of multiple_choice: how many responses picked so many choices. */
  readonly picked?: readonly { readonly choices: number; readonly count: number }[];
  readonly numbers?: NumbersSummary;
  /** Of short_text and long_text, in characters; the last bucket has no end (null). */
  readonly lengths?: readonly { readonly from: number; readonly to: number | null; readonly count: number }[];
  /** Of date and datetime; null: before 1900 or after 2099. */
  readonly months?: readonly { readonly month: string | null; readonly count: number }[];
  /** Of time and datetime, by the hour as it was written. */
  readonly hours?: readonly { readonly hour: number; readonly count: number }[];
}

export interface Summary {
  /** Responses, without erased ones. */
  readonly total: number;
  readonly erased: number;
  /** Of `days` and `hours`. */
  readonly timeZone: string;
  /** By the day on which they were received, oldest first. */
  readonly days: readonly { readonly day: string; readonly count: number }[];
  /** By the hour of the week, from Monday 0 on. */
  readonly hours: readonly { readonly weekday: (typeof DAYS)[number]; readonly hour: number; readonly count: number }[];
  /** Every state, also without a response. */
  readonly review: readonly { readonly state: ReviewState; readonly count: number }[];
  /** By the version that they answer. */
  readonly versions: readonly { readonly version: number; readonly count: number }[];
  /** Responses by the rules of the form that flag them; one may be there several times. */
  readonly flags: readonly { readonly rule: string; readonly count: number }[];
  /** Responses by the integrations that flag them. */
  readonly flaggedBy: readonly { readonly integration: string; readonly count: number }[];
  /** All of the newest version, then removed ones that have answers. */
  readonly questions: readonly QuestionSummary[];
}
