/** What a form of the console sent, as the verbs take it. */

/** What was typed into an input, without the spaces around it; undefined: nothing. */
export const typedIn = (sent: URLSearchParams, name: string): string | undefined => sent.get(name)?.trim() || undefined;

/** The end of a day in UTC, as the API takes a moment: something that is good until a day is good on that day too. */
export const endOfDay = (day: string | undefined): string | undefined => day && `${day}T23:59:59Z`;
