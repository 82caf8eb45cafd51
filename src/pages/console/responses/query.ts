/**
 * The address of a table of responses. It says all that is shown: filters as the API takes them, the columns, the
 * place. Forms without script can't write such names, so a condition comes in three fields, and is put into the address
 * by a redirect.
 */
import { isDate, isDatetime } from "../../../core/answer-formats";
import { AppError } from "../../../core/errors";
import { conditionsIn } from "../../../core/filter-query";
import type { Question } from "../../../core/form";
import { REVIEW_STATES } from "../../../core/review";
import type { BrowseInput } from "../../../services/browse-responses";

/** A condition as its form sends it. */
export const ADDED = { about: "about", key: "key", operator: "is", value: "value" } as const;
/** The choice of `about` that means an entry of metadata, named by `key`. No ref has a colon. */
export const METADATA = "metadata:";

const DAY_MS = 86_400_000;

/** The input of the list. Throws `invalid_parameter`. */
export function inputOf(query: URLSearchParams): Omit<BrowseInput, "form" | "limit"> {
  const byName = Map.groupBy(query, ([name]) => name);
  const values = Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value)]));
  const { filters, metadata } = conditionsIn(values);
  const cursor = query.get("cursor");
  const review = REVIEW_STATES.find((state) => state === query.get("review"));
  const since = query.get("since");
  return {
    filters,
    metadata,
    ...(cursor !== null && { cursor }),
    ...(review && { review }),
    ...(since !== null && { since: timeOf(since) }),
  };
}

/** A day (its begin in UTC) or a moment, in milliseconds. */
function timeOf(text: string): number {
  if (isDate(text)) return Math.floor(Date.parse(`${text}T00:00:00Z`) / DAY_MS) * DAY_MS;
  if (isDatetime(text)) return Date.parse(text.toUpperCase());
  throw new AppError("invalid_parameter", { detail: "“Received from” is a day, such as 2026-11-23." });
}

/** The refs that are chosen as columns, in the order of the form; none chosen: the first few. */
export function columnsOf(query: URLSearchParams, questions: readonly Question[]): readonly Question[] {
  const chosen = new Set(query.getAll("fields").flatMap((text) => text.split(",")));
  const found = questions.filter(({ ref }) => chosen.has(ref));
  return found.length > 0 ? found : questions.slice(0, COLUMNS);
}
const COLUMNS = 5;

/**
 * The address as it is to be: the added condition among the others, the columns in one value, nothing empty. Null: it
 * is so. A new condition begins at the front.
 */
export function tidied(query: URLSearchParams, questions: readonly Question[]): URLSearchParams | null {
  const next = new URLSearchParams();
  const own = new Set<string>(Object.values(ADDED));
  for (const [name, value] of query) if (!own.has(name) && name !== "fields" && value !== "") next.append(name, value);
  const fields = query
    .getAll("fields")
    .flatMap((text) => text.split(","))
    .filter((ref) => ref !== "");
  if (fields.length > 0) next.set("fields", [...new Set(fields)].join(","));
  const added = addedCondition(query, questions);
  if (added) {
    next.append(...added);
    next.delete("cursor");
  }
  const same = [...next].toSorted().join() === [...query].toSorted().join();
  return same ? null : next;
}

function addedCondition(query: URLSearchParams, questions: readonly Question[]): [name: string, value: string] | null {
  const [about, operator] = [query.get(ADDED.about) ?? "", query.get(ADDED.operator) ?? ""];
  const value = (query.get(ADDED.value) ?? "").trim();
  if (about === "" || operator === "" || value === "") return null;
  if (about === METADATA) {
    const key = (query.get(ADDED.key) ?? "").trim();
    return key === "" ? null : [`metadata[${key}][${operator}]`, value];
  }
  const question = questions.find(({ ref }) => ref === about);
  const values = operator === "in" ? value.split(",") : [value];
  return [`filter[${about}][${operator}]`, values.map((text) => asSent(question, text.trim())).join(",")];
}

/**
 * What somebody typed, as the API takes it: a choice by its label, yes and no in any case. Throws `invalid_parameter`.
 */
function asSent(question: Question | undefined, text: string): string {
  const typed = text.toLocaleLowerCase();
  if (question?.type === "yes_no") return { yes: "true", no: "false" }[typed] ?? typed;
  const { choices } = question ?? {};
  if (!choices || choices.some(({ id }) => id === text)) return text;
  const choice = choices.find(({ label }) => label.toLocaleLowerCase() === typed);
  if (choice) return choice.id;
  const labels = choices.slice(0, 10).map(({ label }) => label);
  const detail = `“${question?.title}” has no choice “${text}”. There are ${labels.join(", ")}${choices.length > 10 ? ", …" : "."}`;
  throw new AppError("invalid_parameter", { detail });
}

/** Something that the address narrows the table by, and the address without it. */
export interface Applied {
  readonly list: "filter" | "metadata" | "review" | "since";
  /** As it stands in the address. */
  readonly name: string;
  /** A ref or a key of metadata. */
  readonly subject: string;
  readonly operator: string;
  readonly value: string;
  readonly without: URLSearchParams;
}

/** What the address narrows the table by, one by one. */
export function appliedIn(query: URLSearchParams): readonly Applied[] {
  const pairs = [...query];
  return pairs.flatMap(([name, value], i) => {
    const [, list = name, subject = "", operator = ""] = CONDITION.exec(name) ?? [];
    if (list !== "filter" && list !== "metadata" && list !== "review" && list !== "since") return [];
    const without = new URLSearchParams(pairs.filter(([other], j) => j !== i && other !== "cursor"));
    return [{ list, name, subject, operator, value, without }];
  });
}

/** Whether a name of the address narrows the table, by answers or metadata. */
export const isCondition = (name: string): boolean => CONDITION.test(name);

const CONDITION = /^(filter|metadata)\[([^\]]+)\]\[([^\]]+)\]$/;
