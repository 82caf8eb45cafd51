/**
 * Public ids. Random ones for things that people make (forms, keys), Sqids for rows of the log, which route to their
 * row without a directory or an index. Lower-case letters and digits only: a spreadsheet compares ids without case.
 */
import { decode, encode } from "./sqids";

/** Rows of a segment in the log: 2^33 positions each, so that 2^20 segments of a shard stay below 2^53. */
export const SEGMENT_SIZE = 2 ** 33;
/** Segments of a shard are numbered below this: positions of later ones would be rounded, and two responses be one. */
export const SEGMENT_NUMBERS = 2 ** 20;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A random id of 80 bits, or of as many characters as told (5 bits each). `random` fills the array it is given. */
export function newId(prefix: string, random: (bytes: Uint8Array) => Uint8Array, length = 16): string {
  let id = `${prefix}_`;
  for (const byte of random(new Uint8Array(length))) id += ALPHABET[byte & 31];
  return id;
}

/** Whether an id that says who did something is an integration's. */
export const isIntegrationId = (id: string | null | undefined): boolean => id?.startsWith("int_") === true;

export const segmentOf = (position: number): number => Math.floor(position / SEGMENT_SIZE);
export const seqOf = (position: number): number => position % SEGMENT_SIZE;
/** The position before the first row of a segment. */
export const segmentStart = (segment: number): number => segment * SEGMENT_SIZE;

export interface LogAddress {
  readonly shard: number;
  readonly position: number;
}

/** The public id of a response. */
export function responseId({ shard, position }: LogAddress): string {
  return encode([shard, segmentOf(position), seqOf(position)]);
}

/** Where a response's row is, or null when this is no response id. */
export function parseResponseId(id: string): LogAddress | null {
  const [shard, segment, seq] = decode(id, 3) ?? [];
  if (shard === undefined || segment === undefined || seq === undefined || seq >= SEGMENT_SIZE) return null;
  return { shard, position: segmentStart(segment) + seq };
}

/** Logs of a segment that integrations follow, by the numbers that deliveries name them by. */
export const FEEDS = { responses: 0, revisions: 1, notices: 2 } as const;
export type Feed = keyof typeof FEEDS;
export type FeedNumber = (typeof FEEDS)[Feed];

export interface DeliveryAddress extends LogAddress {
  readonly integration: number;
  readonly feed: FeedNumber;
}

/** The public id of a delivery: stable over all attempts. */
export function deliveryId({ shard, integration, feed, position }: DeliveryAddress): string {
  return encode([shard, integration, feed, segmentOf(position), seqOf(position)]);
}

/** Which delivery a public id names, or null. */
export function parseDeliveryId(id: string): DeliveryAddress | null {
  const [shard, integration, feed, segment, seq] = decode(id, 5) ?? [];
  if (shard === undefined || integration === undefined || segment === undefined || seq === undefined) return null;
  if ((feed !== 0 && feed !== 1 && feed !== 2) || seq >= SEGMENT_SIZE) return null;
  return { shard, integration, feed, position: segmentStart(segment) + seq };
}

/** The opaque `next` of a list: numbers that say where the next page starts. */
export const pageToken = (numbers: readonly number[]): string => encode(numbers);
/** The numbers of a `next`, or null when somebody made it up. */
export const parsePageToken = (token: string, length: number): number[] | null => decode(token, length);

/** The `next` of a list in the order of texts. */
export function textToken(texts: readonly string[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The texts of a `next`, or null when somebody made it up. */
export function parseTextToken(token: string, length: number): string[] | null {
  try {
    const bytes = Uint8Array.from(atob(token.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const texts: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    const fits = Array.isArray(texts) && texts.length === length && texts.every((text) => typeof text === "string");
    return fits ? texts : null;
  } catch {
    return null;
  }
}
