/**
 * In which language a page is shown: the form's texts, and the page's own words with them. Pure. Used by routes.tsx.
 */
import { acceptedLanguages, chooseLanguage, languagesOf, localize } from "../../core/translation";
import type { PublicForm } from "./services";
import { ENGLISH, type Speech, speechFor } from "./words";

/** A form as somebody reads it. */
export interface ShownForm {
  /** With its texts in one language; `definition.language` says which. */
  readonly form: PublicForm;
  /** All that it is in. */
  readonly languages: readonly string[];
  readonly speech: Speech;
}

/** What a reader asks for: by `?lang=`, then as the browser prefers. */
export const wantedLanguages = (lang: string | undefined, header: string | undefined): string[] => [
  ...(lang === undefined ? [] : [lang]),
  ...acceptedLanguages(header ?? ""),
];

/** A form whose language nobody named has the page speak English. */
export function inLanguage(form: PublicForm, wanted: readonly string[]): ShownForm {
  const { definition } = form;
  const chosen = chooseLanguage(definition, wanted);
  const language = chosen ?? definition.language;
  const shown = chosen === null ? definition : { ...localize(definition, chosen), language: chosen };
  return {
    form: { ...form, definition: shown },
    languages: languagesOf(definition),
    speech: language === undefined ? ENGLISH : speechFor([language]),
  };
}
