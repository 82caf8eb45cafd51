/** Conditions of a list as SQL. Names and values are always bound; the text is made of the fixed pieces below. */
import type { AnswerCondition, MetadataCondition, Operator } from "../core/filter";

/** A piece of SQL with the values of its `?`, in order. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

export const sql = (text: string, ...values: readonly unknown[]): Sql => ({ text, values });

/** All of them hold. */
export function and(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return sql("true");
  return sql(conditions.map(({ text }) => `(${text})`).join(" AND "), ...conditions.flatMap(({ values }) => values));
}

/** An answer as it is compared where its JSON would not do: 14:05 is 14:05:00, and a datetime is an instant. */
const COMPARED: Readonly<Record<string, (value: string) => string>> = {
  time: (value) => `substr(${value} || ':00', 1, 8)`,
  datetime: (value) => `unixepoch(upper(${value}), 'subsec')`,
};

/** Characters of a text that an index entry holds: whoever finds it compares the whole answer. */
export const INDEXED_CHARACTERS = 200;

/**
 * The value of an index entry, from a question's `type` and an element `value` of its answer (both names of columns).
 */
export const indexedValue = (type: string, value: string): string =>
  `CASE ${type} ${Object.entries(COMPARED)
    .map(([name, of]) => `WHEN '${name}' THEN ${of(value)}`)
    .join(" ")}
   ELSE CASE typeof(${value}) WHEN 'text' THEN substr(${value}, 1, ${INDEXED_CHARACTERS}) ELSE ${value} END END`;

const COMPARISONS: Readonly<Record<Operator, string>> = {
  eq: "= ?",
  // Who did not answer did not answer that: null is unlike any value.
  ne: "IS NOT ?",
  gt: "> ?",
  ge: ">= ?",
  lt: "< ?",
  le: "<= ?",
  in: "IN (SELECT value FROM json_each(?))",
  contains: "",
  startswith: "",
};

function compare(left: Sql, operator: Operator, values: readonly (string | number)[]): Sql {
  const [value] = values;
  if (operator === "in") return sql(`${left.text} ${COMPARISONS.in}`, ...left.values, JSON.stringify(values));
  if (operator === "contains") return sql(`instr(${left.text}, ?) > 0`, ...left.values, value);
  if (operator === "startswith") return sql(`substr(${left.text}, 1, length(?)) = ?`, ...left.values, value, value);
  return sql(`${left.text} ${COMPARISONS[operator]}`, ...left.values, value);
}

/** A condition on an answer, over the column `answers`. */
export function answerSql({ ref, type, operator, values }: AnswerCondition): Sql {
  const path = `$."${ref}"`;
  if (type === "multiple_choice") {
    const picked = "SELECT 1 FROM json_each(answers, ?) WHERE value";
    return sql(`EXISTS (${picked} ${COMPARISONS.in})`, path, JSON.stringify(values));
  }
  const answer = "json_extract(answers, ?)";
  return compare(sql(COMPARED[type]?.(answer) ?? answer, path), operator, values);
}

const ORDERS: ReadonlySet<Operator> = new Set(["gt", "ge", "lt", "le"]);

/** A condition on an entry of the column `metadata`. */
export function metadataSql({ key, operator, values }: MetadataCondition): Sql {
  // Not a path: a key may hold any character, and a path knows no way to write all of them.
  const entry = "FROM json_each(metadata) WHERE key = ?";
  const [value = ""] = values;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (ORDERS.has(operator) && Number.isFinite(number)) {
    return compare(sql(`(SELECT atom ${entry} AND type IN ('integer', 'real'))`, key), operator, [number]);
  }
  const text = `CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(atom AS TEXT) END`;
  const only = ORDERS.has(operator) ? " AND type = 'text'" : "";
  return compare(sql(`(SELECT ${text} ${entry}${only})`, key), operator, values);
}
