/** The page's own words: which language a page speaks, and how its sentences are filled in. Pure. */
import { chooseTag } from "../../../core/translation";
import { AR } from "./ar";
import { EN, type Words } from "./en";
import { ES } from "./es";
import { FR } from "./fr";
import { HI } from "./hi";
import { MR } from "./mr";
import { TA } from "./ta";
import { UR } from "./ur";

export type { RefusalCode, Words } from "./en";

/** By language tag, in the order of the docs. */
export const WORDS: Readonly<Record<string, Words>> = {
  en: EN,
  hi: HI,
  mr: MR,
  ta: TA,
  ur: UR,
  ar: AR,
  es: ES,
  fr: FR,
};

/** The words that a page speaks, and their language. */
export interface Speech {
  readonly tag: string;
  readonly words: Words;
}

export const ENGLISH: Speech = { tag: "en", words: EN };

/** The page's words for a reader who wants these languages, most wanted first; English when it has none of them. */
export function speechFor(wanted: readonly string[]): Speech {
  const tag = chooseTag(Object.keys(WORDS), wanted);
  const words = tag === null ? undefined : WORDS[tag];
  return tag !== null && words ? { tag, words } : ENGLISH;
}

/** A sentence with what stands between its braces. */
export const fillIn = (sentence: string, values: Readonly<Record<string, string | number | undefined>>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name] ?? whole) : whole,
  );

/** What the script says, as JSON for an attribute. */
export function sayToScript({ form, script, problems }: Words): string {
  const { page, sending } = form;
  const { locate: _, copied: __, ...rest } = script;
  const { error, notSent, look } = problems;
  return JSON.stringify({ ...rest, page, sending, error, look: `${notSent}: ${look}` });
}
