/**
 * A ZIP archive as a stream (PKWARE APPNOTE): each entry deflated as it comes, its sizes and checksum after it in a
 * data descriptor, so that nothing is held back. Without ZIP64: nothing in it may pass 4 GB. Pure.
 */
import { encode } from "./pieces";

type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ZipEntry {
  readonly name: string;
  readonly content: Bytes;
}

interface Written {
  readonly name: Uint8Array;
  readonly offset: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** The largest size or offset of 32 bits; one more means "see ZIP64". */
const SIZE_MAX = 0xffff_fffe;
const VERSION = 20;
/** Sizes follow in a data descriptor (bit 3); names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1980-01-01, the first day there is: the same content makes the same archive. */
const DOS_DATE = 0x0021;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ 0xedb8_8320 : c >>> 1;
  return c;
});

/** CRC-32 of what came before (0 at first) followed by these bytes. */
export function crc32(before: number, bytes: Uint8Array): number {
  let c = ~before;
  for (const byte of bytes) c = (CRC_TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return ~c >>> 0;
}

/** After so many bytes the packer waits until what it made was taken out. */
const TURN_BYTES = 256 * 1024;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Deflates chunk by chunk; the next one is asked for when what came of those before was given out. A CompressionStream
 * of workerd takes whatever it is given and is emptied 4 KB at a time: without the turns it would hold most of a fast
 * source.
 */
export async function* deflate(source: Bytes): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new CompressionStream("deflate-raw");
  const writer = writable.getWriter();
  const ready: Uint8Array[] = [];
  const drained = (async () => {
    for await (const chunk of readable) ready.push(chunk);
  })();
  // Awaited at the end; a failure before that shows in write().
  drained.catch(() => {});
  let waiting = 0;
  try {
    for await (const chunk of source) {
      await writer.write(chunk);
      waiting += chunk.length;
      if (waiting >= TURN_BYTES) {
        await turn();
        waiting = 0;
      }
      yield* ready.splice(0);
    }
    await writer.close();
    await drained;
    yield* ready.splice(0);
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/** The archive of these entries, in their order. Throws a RangeError past 4 GB. */
export async function* zip(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = encode(entry.name);
    const header = localHeader(name);
    yield header;
    const meter = { crc: 0, size: 0 };
    let packed = 0;
    for await (const chunk of deflate(measured(entry.content, meter))) {
      packed += chunk.length;
      checkSize(Math.max(meter.size, offset + packed));
      yield chunk;
    }
    const done = { name, offset, crc: meter.crc, packed, size: meter.size };
    written.push(done);
    const end = descriptor(done);
    yield end;
    offset += header.length + packed + end.length;
    checkSize(offset);
  }
  const directory = written.map(directoryHeader);
  yield* directory;
  const size = directory.reduce((n, header) => n + header.length, 0);
  checkSize(offset + size);
  yield record(
    [4, 0x0605_4b50],
    [2, 0],
    [2, 0],
    [2, written.length],
    [2, written.length],
    [4, size],
    [4, offset],
    [2, 0],
  );
}

async function* measured(content: Bytes, meter: { crc: number; size: number }): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    meter.crc = crc32(meter.crc, chunk);
    meter.size += chunk.length;
    yield chunk;
  }
}

function checkSize(size: number): void {
  if (size > SIZE_MAX) throw new RangeError("an archive without ZIP64 ends at 4 GB");
}

/** Little-endian numbers: how many bytes each has, and its value. */
function record(...fields: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((n, [size]) => n + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

function withName(head: Uint8Array, name: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + name.length);
  bytes.set(head);
  bytes.set(name, head.length);
  return bytes;
}

const COMMON = [
  [2, VERSION],
  [2, FLAGS],
  [2, DEFLATE],
  [2, 0],
  [2, DOS_DATE],
] as const;

function localHeader(name: Uint8Array): Uint8Array {
  return withName(record([4, 0x0403_4b50], ...COMMON, [4, 0], [4, 0], [4, 0], [2, name.length], [2, 0]), name);
}

function descriptor({ crc, packed, size }: Written): Uint8Array {
  return record([4, 0x0807_4b50], [4, crc], [4, packed], [4, size]);
}

function directoryHeader({ name, offset, crc, packed, size }: Written): Uint8Array {
  const sizes = [
    [4, crc],
    [4, packed],
    [4, size],
  ] as const;
  const rest = [
    [2, name.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, offset],
  ] as const;
  return withName(record([4, 0x0201_4b50], [2, VERSION], ...COMMON, ...sizes, ...rest), name);
}
