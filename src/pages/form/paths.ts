/**
 * Addresses of the hosted form. What it was opened with goes along on all of them, so that the next response is its
 * collector's too, in the same language, and in the same frame.
 */

/** A collector link, the language that was asked for, and whether the page is in a frame of another site. */
export interface Kept {
  readonly link?: string | undefined;
  readonly lang?: string | undefined;
  readonly embed?: boolean | undefined;
}

/** The form itself, or a page below it (`thanks/…`). */
export function formPath(form: string, { link, lang, embed }: Kept, below = ""): string {
  const query = Object.entries({ link, lang, embed: embed ? "1" : undefined }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `/f/${encodeURIComponent(form)}${below && `/${below}`}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}
