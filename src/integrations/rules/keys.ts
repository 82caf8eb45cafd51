/**
 * What responses are found by: a digest of the answers that a rule compares. What people write differently and mean
 * alike has one digest. Digests alone are kept, never answers.
 */
import { answerOf } from "../../core/answer-sheet";
import { toE164 } from "../../core/phone";
import type { Answer, ResponseRecord } from "../../core/response";
import { toBase64Url } from "../../core/signed-text";
import type { Compared, Lookup } from "./lookups";

/**
 * One rule's key of a response. `seen`: digest of all its answers, for rules whose condition may look at any of them.
 */
export type Key = readonly [rule: string, key: string, at: number, seen: string];

/** What is kept of a response. */
export interface Kept {
  readonly receivedAt: number;
  readonly keys: readonly Key[];
}

export interface KeyMaking {
  readonly lookups: readonly Lookup[];
  /** Id of the integration: the same answer has another digest in another one. */
  readonly integration: string;
  readonly defaultCountry: string | undefined;
}

/** The keys of a response as it is now; of rules that do not look at it, or whose answers are missing, none. */
export async function keysOf(response: ResponseRecord, making: KeyMaking): Promise<Kept> {
  const { receivedAt, erasedAt, answers } = response;
  if (erasedAt !== null) return { receivedAt, keys: [] };
  const made = making.lookups.map(async (lookup): Promise<Key[]> => {
    const { rule, same, condition } = lookup;
    const at = lookup.timeOf(response);
    const values = same.map((one) => comparable(answerOf(answers, one.ref), one, making.defaultCountry));
    if (at === null || values.includes(null) || !lookup.takes(response)) return [];
    const key = await digest([making.integration, rule.name, ...values]);
    return [[rule.name, key, at, condition ? await digest(Object.entries(answers).toSorted(byName)) : ""]];
  });
  return { receivedAt, keys: (await Promise.all(made)).flat() };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

/** An answer in the one form of all that are the same; null: there is none. */
export function comparable(
  answer: Answer | null,
  { type, isCode }: Pick<Compared, "type" | "isCode">,
  defaultCountry?: string,
): string | null {
  if (answer === null) return null;
  if (Array.isArray(answer)) return JSON.stringify(answer.toSorted());
  if (typeof answer !== "string") return JSON.stringify(answer);
  const text = comparableOf(answer, { type, isCode, defaultCountry });
  return text === "" ? null : text;
}

function comparableOf(
  answer: string,
  { type, isCode, defaultCountry }: { type: Compared["type"]; isCode: boolean; defaultCountry: string | undefined },
): string {
  if (type === "datetime") return String(Date.parse(answer.toUpperCase()));
  if (type === "time") return `${answer}:00`.slice(0, 8);
  // What is no number of any country is still the same as the same digits.
  if (type === "phone_number") return toE164(answer, defaultCountry) ?? lettersAndDigits(folded(answer));
  return isCode ? lettersAndDigits(folded(answer)) : folded(answer);
}

const UNSEEN = /\p{Cf}|\p{Variation_Selector}/gu;

/** Without what is not seen, in one coding and one case, with single spaces. */
function folded(text: string): string {
  // Upper case in between takes ß to ss, as full case folding does.
  const inOneCase = text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
  return inOneCase.normalize("NFKC").replace(UNSEEN, "").replace(/\s+/gu, " ").trim();
}

const lettersAndDigits = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}]/gu, "");

/** 128 bits of SHA-256, as text. */
async function digest(value: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(value)));
  return toBase64Url(new Uint8Array(bytes, 0, 16));
}
