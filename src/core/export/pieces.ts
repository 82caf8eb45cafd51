/** Texts on their way out: encoded in pieces, so that what is in memory does not grow with what is written. Pure. */

const PIECE_CHARACTERS = 64 * 1024;
const encoder = new TextEncoder();

/** UTF-8. */
export const encode = (text: string): Uint8Array => encoder.encode(text);

/** The items as texts one after the other, in pieces of about 64 KB. */
export function* pieces<T>(items: Iterable<T>, write: (item: T) => string): Generator<Uint8Array> {
  let text = "";
  for (const item of items) {
    text += write(item);
    if (text.length < PIECE_CHARACTERS) continue;
    yield encode(text);
    text = "";
  }
  if (text !== "") yield encode(text);
}
