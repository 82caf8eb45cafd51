/** What the script says: the words come with the form, in the language of the page (words/index.ts). */
export interface ScriptWords {
  readonly zone: string;
  readonly locating: string;
  readonly located: string;
  readonly notLocated: string;
  readonly unreadable: string;
  readonly restored: string;
  readonly discard: string;
  readonly page: string;
  readonly sending: string;
  readonly error: string;
  readonly look: string;
}

export const wordsOf = (form: HTMLFormElement): ScriptWords => JSON.parse(form.dataset.words ?? "{}") as ScriptWords;

/** A sentence with what stands between its braces. */
export const fillIn = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
