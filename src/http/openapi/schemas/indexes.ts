/** Indexes in the document. */
import * as z from "zod";
import { QUESTION_TYPES } from "../../../core/form";
import { DAYS } from "../../../core/opening-hours";
import { REVIEW_STATES } from "../../../core/review";
import type { SearchMatch } from "../../../core/search";
import type { ChoiceSummary, NumbersSummary, QuestionSummary, Summary } from "../../../core/summary";
import type { IndexState } from "../../../services/index-query";
import type { SearchPage } from "../../../services/search";
import { view } from "../components";
import { Response } from "./responses";

const count = () => z.int().min(0);

export const State = view<IndexState>()(
  "IndexState",
  z.strictObject({
    integration: z.string().describe("Id of the integration that keeps the index."),
    state: z.enum(["active", "paused", "waiting", "blocked"]),
    lag: z
      .strictObject({ entries: count(), seconds: count() })
      .describe("Responses and changes that may not be in it yet, and for how long the oldest has been waiting."),
  }),
);

const removed = () => z.boolean().optional();

const ChoiceCount = view<ChoiceSummary>()(
  "ChoiceSummary",
  z.strictObject({
    id: z.string(),
    label: z.string().describe("As the newest version that has it calls it."),
    count: count(),
    removed: removed().describe("The newest version that has the question does not have it."),
  }),
);

const Numbers = view<NumbersSummary>()(
  "NumbersSummary",
  z.strictObject({
    mean: z.number().nullable().describe("Of the numbers as they were answered, rounded once."),
    standardDeviation: z.number().nullable().describe("Of all of them, not of a sample; rounded once."),
    min: z.number().nullable().describe("To two digits, as in the histogram."),
    max: z.number().nullable().describe("To two digits, as in the histogram."),
    histogram: z
      .array(z.strictObject({ value: z.number(), count: count() }))
      .describe("By the number rounded to two digits, smallest first. Below 0.000001 it is 0, from 1e16 on 1e16."),
  }),
);

const Question = view<QuestionSummary>()(
  "QuestionSummary",
  z.strictObject({
    ref: z.string(),
    title: z.string(),
    type: z.enum(QUESTION_TYPES),
    removed: removed().describe("The newest version does not ask it any more."),
    answered: count().describe("Responses that have an answer."),
    choices: z
      .array(ChoiceCount)
      .optional()
      .describe("Of questions with choices, all in their order, then removed ones that were chosen; of yes_no."),
    picked: z
      .array(z.strictObject({ choices: count(), count: count() }))
      .optional()
      .describe("Of multiple_choice: how many responses picked so many choices."),
    numbers: Numbers.optional().describe("Of number, integer, rating and opinion_scale."),
    lengths: z
      .array(z.strictObject({ from: count(), to: count().nullable(), count: count() }))
      .optional()
      .describe("Of short_text and long_text, in characters."),
    months: z
      .array(z.strictObject({ month: z.string().nullable(), count: count() }))
      .optional()
      .describe("Of date and datetime, as `2026-11`; null: before 1900 or after 2099."),
    hours: z
      .array(z.strictObject({ hour: count().max(23), count: count() }))
      .optional()
      .describe("Of time and datetime, by the hour as it was written."),
  }),
);

export const SummaryAnswer = view<Summary & { readonly index: IndexState }>()(
  "Summary",
  z.strictObject({
    total: count().describe("Responses, without erased ones."),
    erased: count(),
    timeZone: z.string().describe("Of `days` and `hours`."),
    days: z
      .array(z.strictObject({ day: z.iso.date(), count: count() }))
      .describe("By the day on which they were received, oldest first."),
    hours: z
      .array(z.strictObject({ weekday: z.enum(DAYS), hour: count().max(23), count: count() }))
      .describe("By the hour of the week at which they were received, from Monday on."),
    review: z.array(z.strictObject({ state: z.enum(REVIEW_STATES), count: count() })),
    versions: z
      .array(z.strictObject({ version: count(), count: count() }))
      .describe("By the version of the form that they answer."),
    flags: z
      .array(z.strictObject({ rule: z.string(), count: count() }))
      .describe("Responses by the rules of the form that flag them; one may be there several times."),
    flaggedBy: z
      .array(z.strictObject({ integration: z.string(), count: count() }))
      .describe("Responses by the integrations that flag them."),
    questions: z.array(Question).describe("All of the newest version, then removed ones that have answers."),
    index: State,
  }),
);

const Match = view<SearchMatch>()(
  "SearchMatch",
  z.strictObject({
    question: z.string(),
    snippet: z
      .array(z.strictObject({ text: z.string(), match: z.literal(true).optional() }))
      .describe("The answer, or the part of it around what was found, in pieces; `match` marks what was looked for."),
  }),
);

export const Found = z.strictObject({ response: Response, matches: z.array(Match) });

export const SearchAnswer = view<SearchPage>()(
  "SearchPage",
  z.strictObject({
    items: z.array(Found),
    next: z.string().nullable().describe("The `cursor` of the next page; null: this is the last one."),
    index: State,
  }),
);
