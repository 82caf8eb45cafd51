/** The bytes of a backup's objects: lines of JSON, gzipped, with the SHA-256 of both. */
import { sha256 } from "../core/sha256";

export interface Packed {
  readonly bytes: ArrayBuffer;
  readonly sha256: string;
  readonly contentSha256: string;
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

export const hashLines = (lines: readonly string[]): Promise<string> => sha256(textOf(lines));

export async function packLines(lines: readonly string[]): Promise<Packed> {
  const content = new TextEncoder().encode(textOf(lines));
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  return { bytes, sha256: await sha256(bytes), contentSha256: await sha256(content) };
}

/** The lines of an object. Throws when it is no gzip. */
export async function unpackLines(bytes: ArrayBuffer): Promise<string[]> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
