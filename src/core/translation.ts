/**
 * Texts of a form in other languages: which tags are allowed, which language a reader gets, the definition in that
 * language, and the direction it is written in. Pure; used by the definition's schema and by what shows a form to
 * people.
 */
import type * as z from "zod";
import type { Definition, Question } from "./form";
import type { TranslationSchema } from "./translation-schema";

/** Scripts that run from right to left and that living languages are written in (Unicode, "Bidi_Class=R or AL"). */
const RIGHT_TO_LEFT = new Set("Adlm Arab Aran Hebr Mand Nkoo Rohg Samr Syrc Thaa Yezi".split(" "));

export type Translation = z.infer<typeof TranslationSchema>;

/** A language tag (BCP 47) in its usual writing; null: it is none. */
export function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/** Which way a language is written: by its script, or the script that it is usually written in. */
export function directionOf(tag: string): "ltr" | "rtl" {
  if (canonicalTag(tag) === null) return "ltr";
  return RIGHT_TO_LEFT.has(new Intl.Locale(tag).maximize().script ?? "") ? "rtl" : "ltr";
}

interface Mistake {
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Translations of what the form does not have: most likely a ref or a choice id with a mistake in it. */
export function findTranslationMistakes(definition: Definition): Mistake[] {
  const mistakes: Mistake[] = [];
  const questions = new Map(definition.questions.map((question) => [question.ref, question]));
  const rules = new Set(definition.rules?.map(({ name }) => name));
  for (const [tag, translation] of Object.entries(definition.translations ?? {})) {
    const at = ["translations", tag];
    if (tag === definition.language) mistakes.push({ path: at, message: "is the language of the form itself" });
    for (const [ref, texts] of Object.entries(translation.questions ?? {})) {
      const question = questions.get(ref);
      const path = [...at, "questions", ref];
      if (!question) mistakes.push({ path, message: `the form has no question ${ref}` });
      else {
        const list = question.choiceList === undefined ? undefined : definition.choiceLists?.[question.choiceList];
        mistakes.push(...unknownIds(idsOf(question.choices ?? list), texts.choices, [...path, "choices"]));
        if (texts.page && !question.page) {
          mistakes.push({ path: [...path, "page"], message: `no page begins with ${ref}` });
        }
      }
    }
    for (const [name, labels] of Object.entries(translation.choiceLists ?? {})) {
      const path = [...at, "choiceLists", name];
      const list = Object.hasOwn(definition.choiceLists ?? {}, name) ? definition.choiceLists?.[name] : undefined;
      if (!list) mistakes.push({ path, message: `the form has no choice list ${name}` });
      else mistakes.push(...unknownIds(idsOf(list), labels, path));
    }
    for (const name of Object.keys(translation.rules ?? {})) {
      const path = [...at, "rules", name];
      if (!rules.has(name)) mistakes.push({ path, message: `the form has no rule ${name}` });
    }
  }
  return mistakes;
}

const idsOf = (choices: Question["choices"]) => new Set(choices?.map((choice) => choice.id));

const unknownIds = (ids: ReadonlySet<string>, labels: object | undefined, path: PropertyKey[]): Mistake[] =>
  Object.keys(labels ?? {})
    .filter((id) => !ids.has(id))
    .map((id) => ({ path: [...path, id], message: `there is no choice ${id} here` }));

/** The one of these tags for a reader who wants such languages, most wanted first; null: none of them. */
export function chooseTag(tags: readonly string[], wanted: readonly string[]): string | null {
  for (const range of wanted) {
    // RFC 4647 section 3.4, "Lookup": fr-CA, then fr.
    for (let part = range.toLowerCase(); part !== ""; part = part.slice(0, Math.max(0, part.lastIndexOf("-")))) {
      const found = tags.find((tag) => tag.toLowerCase() === part);
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** The languages that a form is in, its own first. */
export const languagesOf = ({ language, translations }: Definition): string[] => [
  ...(language === undefined ? [] : [language]),
  ...Object.keys(translations ?? {}),
];

/** The language for a reader who wants these; null: none of them, so that of the form itself. */
export function chooseLanguage(definition: Definition, wanted: readonly string[]): string | null {
  const tag = chooseTag(languagesOf(definition), wanted);
  return tag === definition.language ? null : tag;
}

/** The languages of an Accept-Language header (RFC 9110 section 12.5.4), most wanted first. */
export function acceptedLanguages(header: string): string[] {
  const ranges = header.slice(0, 1_000).split(",").slice(0, 50);
  return ranges
    .map((part) => {
      const [range = "", q] = part.split(";q=");
      return { range: range.trim(), weight: q === undefined ? 1 : Number(q) };
    })
    .filter(({ range, weight }) => /^[A-Za-z0-9-]{1,35}$/.test(range) && weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

/** The definition with its texts in a language; what is not translated stays as it is. */
export function localize(definition: Definition, tag: string): Definition {
  const translation = definition.translations?.[tag];
  if (!translation) return definition;
  const questions = definition.questions.map((question) => localizeQuestion(question, translation));
  return { ...definition, ...pick(translation), questions };
}

function localizeQuestion(question: Question, { questions, choiceLists }: Translation): Question {
  const texts = questions && Object.hasOwn(questions, question.ref) ? questions[question.ref] : undefined;
  const labels = { ...(question.choiceList && choiceLists?.[question.choiceList]), ...texts?.choices };
  const label = (id: string) => (Object.hasOwn(labels, id) ? labels[id] : undefined);
  const choices = question.choices?.map((choice) => ({ ...choice, label: label(choice.id) ?? choice.label }));
  const page = question.page && { ...question.page, ...(texts?.page && pick(texts.page)) };
  return { ...question, ...(texts && pick(texts)), ...(choices && { choices }), ...(page && { page }) };
}

const pick = ({ title, description }: { title?: string | undefined; description?: string | undefined }) => ({
  ...(title !== undefined && { title }),
  ...(description !== undefined && { description }),
});
