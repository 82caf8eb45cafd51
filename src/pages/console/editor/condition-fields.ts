/** A condition as inputs: none, put together row by row, or an expression; and back. Pure. */
import { COMPARISONS, type Comparison, readCondition, type Term, writeCondition } from "../../../core/draft/condition";
import { type Sent, sentText, shownAs } from "../../../core/draft/fields";
import { type JsonObject, memberOf, withMember } from "../../../core/draft/json";
import type { Definition } from "../../../core/form";
import { type Fields, isAsStored } from "./inputs";

export type ConditionMode = "none" | "rows" | "expression";
/** Rows of a page: those that there are, and so many empty ones, at least three in all. */
const EMPTY_ROWS = 1;

export const rowsOf = (terms: number): number => Math.max(3, terms + EMPTY_ROWS);

/** The fields of a member that holds an expression. `mode`: of one that is not there yet. */
export function conditionFields(
  object: unknown,
  member: string,
  definition: Pick<Definition, "questions">,
  mode: ConditionMode = "none",
): Fields {
  const source = memberOf(object, member);
  const condition = typeof source === "string" ? readCondition(source, definition) : null;
  const terms = condition?.terms ?? [];
  const chosen = source === undefined ? mode : condition ? "rows" : "expression";
  const rows = Array.from({ length: rowsOf(terms.length) }, (_, i): [string, string][] => {
    const { ref = "", is = "is", value = "", other = "" } = terms[i] ?? {};
    const at = `${member}.${i}.`;
    return [
      [`${at}ref`, ref],
      [`${at}is`, is],
      [`${at}other`, other],
      [`${at}value`, value],
    ];
  });
  return {
    [`${member}.mode`]: chosen,
    [`${member}.join`]: condition?.join ?? "all",
    ...Object.fromEntries(rows.flat()),
    [`${member}.expression`]: shownAs(source, "text"),
  };
}

export type ConditionChange = { readonly object: JsonObject; readonly mistake?: string };

/** The object after its condition was sent. A mistake: the rows can't be put together, and nothing is changed. */
export function applyCondition(
  object: JsonObject,
  member: string,
  { sent, definition, none }: { sent: Sent; definition: Pick<Definition, "questions">; none?: ConditionMode },
): ConditionChange {
  const mode = sentText(sent, `${member}.mode`);
  const stored = conditionFields(object, member, definition, none);
  if (mode === null || isAsStored(stored, sent)) return { object };
  if (mode === "none") return { object: withMember(object, member, undefined) };
  if (mode === "expression") {
    const source = (sentText(sent, `${member}.expression`) ?? "").replaceAll("\r\n", "\n").trim();
    // The rows were touched, and then left.
    if (source === shownAs(memberOf(object, member), "text").replaceAll("\r\n", "\n").trim()) return { object };
    return { object: withMember(object, member, source || undefined) };
  }
  const terms = termsOf(member, sent);
  if (terms.length === 0) return { object: withMember(object, member, undefined) };
  const written = writeCondition(
    { join: sentText(sent, `${member}.join`) === "any" ? "any" : "all", terms },
    definition,
  );
  return written.ok ? { object: withMember(object, member, written.expression) } : { object, mistake: written.mistake };
}

/** The rows that name a question. */
function termsOf(member: string, sent: Sent): Term[] {
  const terms: Term[] = [];
  for (let i = 0; sent.has(`${member}.${i}.ref`); i += 1) {
    const field = (name: string) => sentText(sent, `${member}.${i}.${name}`) ?? "";
    const is = field("is");
    if (field("ref") !== "")
      terms.push({ ref: field("ref"), is: isComparison(is) ? is : "is", value: field("value"), other: field("other") });
  }
  return terms;
}

const isComparison = (text: string): text is Comparison => Object.hasOwn(COMPARISONS, text);
