/** The conditions in the query of an address: `filter[age][ge]=18`, `metadata[device][eq]=t1`. Pure. */
import { AppError } from "./errors";
import type { RawCondition } from "./filter";
import { toNfc } from "./nfc";

/** A condition binds up to three values, and D1 takes 100 in a statement. */
const CONDITIONS_MAX = 20;
/** Values of one `in`. */
const VALUES_MAX = 100;

const NAME = /^(filter|metadata)\[([^\]]+)\]\[([^\]]+)\]$/;

export interface QueriedConditions {
  readonly filters: readonly RawCondition[];
  readonly metadata: readonly RawCondition[];
  /** The names that are no conditions. */
  readonly others: readonly string[];
}

/** Takes the conditions out of a query: values by name, in the order of the address. Throws `invalid_parameter`. */
export function conditionsIn(query: Readonly<Record<string, readonly string[]>>): QueriedConditions {
  const found = { filter: [] as RawCondition[], metadata: [] as RawCondition[] };
  const others: string[] = [];
  for (const [name, texts] of Object.entries(query)) {
    const [, list, subject = "", operator = ""] = NAME.exec(name) ?? [];
    if (list === "filter" || list === "metadata") {
      const sent = { name, subject: toNfc(subject), operator, texts: texts.map(toNfc) };
      found[list].push(...conditionsOf(sent));
    } else others.push(name);
  }
  if (found.filter.length + found.metadata.length > CONDITIONS_MAX) {
    throw refuse(`A list takes at most ${CONDITIONS_MAX} conditions.`);
  }
  return { filters: found.filter, metadata: found.metadata, others };
}

/** `in` takes a list with commas; any other operator sent twice makes two conditions, which both must hold. */
function conditionsOf(sent: {
  name: string;
  subject: string;
  operator: string;
  texts: readonly string[];
}): RawCondition[] {
  const { name, subject, operator, texts } = sent;
  if (operator !== "in") return texts.map((text) => ({ name, subject, operator, values: [text] }));
  const values = texts.flatMap((text) => text.split(","));
  if (values.length > VALUES_MAX) throw refuse(`\`${name}\`: at most ${VALUES_MAX} values.`);
  return [{ name, subject, operator, values }];
}

const refuse = (detail: string) => new AppError("invalid_parameter", { detail });
