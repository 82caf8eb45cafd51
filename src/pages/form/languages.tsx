/**
 * The switch between the languages of a form: links, each in its own language. The script takes what was typed along.
 */
import { directionOf } from "../../core/translation";
import type { ShownForm } from "./language";
import { formPath, type Kept } from "./paths";

/** A language in its own words: हिन्दी, العربية. Its tag, where nobody knows them. */
export function nameOf(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language", languageDisplay: "standard" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** Of the form, or of a page below it. Nothing, for a form in one language. */
export const Languages = ({ form, languages, speech, kept, below }: ShownForm & { kept: Kept; below?: string }) =>
  languages.length < 2 ? null : (
    <nav class="languages" aria-label={speech.words.form.language} data-languages>
      <ul>
        {languages.map((tag) => (
          <li>
            <a
              href={formPath(form.id, { ...kept, lang: tag }, below)}
              lang={tag}
              dir={directionOf(tag)}
              hreflang={tag}
              aria-current={tag === form.definition.language ? "true" : undefined}
            >
              {nameOf(tag)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
