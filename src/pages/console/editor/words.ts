/**
 * What question types and members of a definition are called on the pages of the editor, and what is wrong with them in
 * words.
 */
import type { Problem } from "../../../core/errors";
import type { QuestionType } from "../../../core/form";

export const TYPES: Readonly<Record<QuestionType, string>> = {
  short_text: "Short text",
  long_text: "Long text",
  number: "Number",
  integer: "Whole number",
  email: "E-mail address",
  phone_number: "Phone number",
  url: "Web address",
  yes_no: "Yes or no",
  single_choice: "One of several choices",
  multiple_choice: "Several choices",
  dropdown: "One choice, from a menu",
  rating: "Rating with stars",
  opinion_scale: "Opinion on a scale",
  date: "Date",
  time: "Time",
  datetime: "Date and time",
  location: "Location",
  statement: "Text without an answer (heads a group)",
};

export const typeName = (type: unknown): string =>
  typeof type === "string" && Object.hasOwn(TYPES, type) ? TYPES[type as QuestionType] : "Unknown type";

const MEMBERS: Readonly<Record<string, string>> = {
  title: "title",
  description: "help text",
  language: "language",
  choiceLists: "choice lists",
  rules: "rules",
  translations: "texts in other languages",
  required: "answer required",
  choices: "choices",
  choiceList: "choice list",
  min: "smallest number",
  max: "largest number",
  minLength: "fewest characters",
  maxLength: "most characters",
  pattern: "pattern",
  minChoices: "fewest choices",
  maxChoices: "most choices",
  visibleIf: "asked if",
  requiredIf: "required if",
  calculated: "calculated as",
  shown: "shown to the person",
  page: "page",
  indexed: "fast filter",
  metadata: "metadata",
  ref: "name in the data",
  type: "type",
};

export const memberName = (member: string): string =>
  Object.hasOwn(MEMBERS, member) ? (MEMBERS[member] ?? "") : member;

/**
 * A problem of a definition as a sentence. Those that zod finds by itself are said in our words; all others have their
 * own.
 */
export function sayProblem({ code, detail }: Problem): string {
  const most = /<=(\d+)/.exec(detail)?.[1];
  const least = />=(\d+)/.exec(detail)?.[1];
  const items = /expected array/.test(detail) ? " entries" : /expected string/.test(detail) ? " characters" : "";
  if (code === "too_small" && items && least === "1")
    return items === " entries" ? "Nothing is here yet." : "A text is missing.";
  if (code === "too_small" && least) return `At least ${least}${items}.`;
  if (code === "too_big" && most) return `At most ${most}${items}.`;
  if (code === "invalid_type" && detail.includes("received undefined")) return "Something is missing here.";
  if (code === "invalid_type" && /expected (number|int)/.test(detail)) return "A number is needed.";
  if (/needs choices$/.test(detail)) return "Add the choices that it has.";
  if (code === "unrecognized_keys") return `${detail}. Take it out in the JSON.`;
  return detail.endsWith(".") ? detail : `${detail[0]?.toUpperCase()}${detail.slice(1)}.`;
}
