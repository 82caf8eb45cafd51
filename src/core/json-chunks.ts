/** Lists that statements read by `json_each`, in pieces that D1 takes. Pure. */

/**
 * Characters of a piece, unless one item alone is larger: D1 takes 2 MB for a value, and a character may have three
 * bytes.
 */
const CHUNK = 500_000;

/** A list as JSON arrays, each of a bounded length; none for an empty list. */
export function jsonChunks(list: readonly unknown[]): string[] {
  const chunks: string[][] = [];
  let size = CHUNK;
  for (const item of list) {
    const text = JSON.stringify(item);
    if (size + text.length > CHUNK) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(text);
    size += text.length;
  }
  return chunks.map((texts) => `[${texts.join()}]`);
}
