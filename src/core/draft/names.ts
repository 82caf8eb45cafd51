/**
 * Names that people need not think of: refs of questions, names of rules, ids of choices, made of what they are called.
 * Pure.
 */
import { RefSchema } from "../form-schema";

/** Leaves room for a number behind it. */
const LENGTH_MAX = 40;

/**
 * A title in the letters of a name: "Monthly income (₹)" is monthly_income; "" where none of it is left, as of
 * Devanagari.
 */
export const wordsOf = (title: string): string =>
  title
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, LENGTH_MAX)
    .replace(/_+$/, "");

/** A name that is not taken: of the title, else of `otherwise`, with a number behind it where it must have one. */
export function freshName(title: string, otherwise: string, taken: ReadonlySet<string>): string {
  const words = wordsOf(title);
  const name = [words, `${otherwise}_${words}`].find((one) => words !== "" && RefSchema.safeParse(one).success);
  return numbered(name ?? otherwise, taken);
}

/** The id of a choice: unlike a ref it may begin with a digit. */
export const freshId = (label: string, taken: ReadonlySet<string>): string =>
  numbered(wordsOf(label) || "choice", taken);

function numbered(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) if (!taken.has(`${name}_${n}`)) return `${name}_${n}`;
}

/** Texts in quotes, and names that are no members of something. */
const TOKENS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\.?\s*[A-Za-z_]\w*/g;

/** An expression (CEL) in which a question is called otherwise. What stands in quotes stays. */
export const renameIn = (expression: string, from: string, to: string): string =>
  expression.replaceAll(TOKENS, (token) => (token === from ? to : token));
