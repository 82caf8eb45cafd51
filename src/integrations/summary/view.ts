/** Makes the summary that people read of the rows that are kept. Pure. */
import { CHOICE_TYPES, NUMBER_TYPES, TEXT_TYPES } from "../../core/form";
import { DAYS } from "../../core/opening-hours";
import { REVIEW_STATES } from "../../core/review";
import type { QuestionSummary, Summary } from "../../core/summary";
import type { Asked } from "./asked";
import { lengthEnd, monthName } from "./buckets";
import { FORM } from "./contribution";
import { viewNumbers } from "./numbers";
import type { CountRow } from "./tables";

/** Counts by what they count: of a subject, those of a facet in the order of their keys. */
type Counts = (subject: string, facet: string) => readonly CountRow[];

export function viewSummary(rows: readonly CountRow[], asked: readonly Asked[], timeZone: string): Summary {
  const nameOf = (subject: string, facet: string) => `${subject} ${facet}`;
  const groups = Map.groupBy(rows, ({ subject, facet }) => nameOf(subject, facet));
  const counts: Counts = (subject, facet) => groups.get(nameOf(subject, facet)) ?? [];
  const reviews = new Map(counts(FORM, "review").map(({ key, n }) => [key, n]));
  return {
    total: sumOf(counts(FORM, "day")),
    erased: sumOf(counts(FORM, "erased")),
    timeZone,
    days: counts(FORM, "day").map(({ key, n }) => ({ day: String(key), count: n })),
    hours: counts(FORM, "hour").map(({ key, n }) => ({
      weekday: DAYS[Math.floor(Number(key) / 24)] ?? DAYS[0],
      hour: Number(key) % 24,
      count: n,
    })),
    review: REVIEW_STATES.map((state) => ({ state, count: reviews.get(state) ?? 0 })),
    versions: counts(FORM, "version").map(({ key, n }) => ({ version: Number(key), count: n })),
    flags: counts(FORM, "flag").map(({ key, n }) => ({ rule: String(key), count: n })),
    flaggedBy: counts(FORM, "flagged_by").map(({ key, n }) => ({ integration: String(key), count: n })),
    questions: asked
      .map((one) => viewQuestion(one, counts))
      .filter(({ type, removed, answered }) => type !== "statement" && (!removed || answered > 0)),
  };
}

const sumOf = (rows: readonly CountRow[]): number => rows.reduce((sum, { n }) => sum + n, 0);

function viewQuestion({ question, choices, removed }: Asked, counts: Counts): QuestionSummary {
  const { ref, title, type } = question;
  const of = (facet: string) => counts(ref, facet).map(({ key, n }) => ({ key: Number(key), n }));
  const hasChoices = CHOICE_TYPES.has(type) || type === "yes_no";
  const hasMonths = type === "date" || type === "datetime";
  return {
    ref,
    title,
    type,
    ...(removed && { removed }),
    answered: sumOf(counts(ref, "answered")),
    ...(hasChoices && { choices: viewChoices(choices, counts(ref, "choice")) }),
    ...(type === "multiple_choice" && { picked: of("picked").map(({ key, n }) => ({ choices: key, count: n })) }),
    ...(NUMBER_TYPES.has(type) && { numbers: viewNumbers(of) }),
    ...(TEXT_TYPES.has(type) && {
      lengths: of("length").map(({ key, n }) => ({ from: key, to: lengthEnd(key), count: n })),
    }),
    ...(hasMonths && { months: of("month").map(({ key, n }) => ({ month: monthName(key), count: n })) }),
    ...((type === "time" || type === "datetime") && {
      hours: of("hour").map(({ key, n }) => ({ hour: key, count: n })),
    }),
  };
}

function viewChoices(choices: Asked["choices"], rows: readonly CountRow[]): QuestionSummary["choices"] {
  const chosen = new Map(rows.map(({ key, n }) => [String(key), n]));
  return [...choices].flatMap(([id, { label, removed }]) => {
    const count = chosen.get(id) ?? 0;
    return removed && count === 0 ? [] : [{ id, label, count, ...(removed && { removed }) }];
  });
}
