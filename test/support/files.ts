/** Reads back what an export writes, with nothing of the code that wrote it: CSV, ZIP, worksheets. */

/** The records of a CSV text by RFC 4180; throws where it is not one. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new Error(`not CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    records.push(record);
    record = [];
  }
  if (record.length > 0) throw new Error("the last record has no line end");
  return records;
}

const bytesOf = async (stream: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(stream).arrayBuffer());

/** The files of an archive by name, found through its central directory, unpacked, their checksums compared. */
export async function unzip(archive: Uint8Array): Promise<Map<string, string>> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = archive.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error("no end of the central directory");
  const files = new Map<string, string>();
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n -= 1) {
    const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
    const nameLength = view.getUint16(at + 28, true);
    const start = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    const packedBytes = archive.slice(from, from + (packed ?? 0));
    const bytes = await bytesOf(new Blob([packedBytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
    if (bytes.length !== size || slowCrc(bytes) !== crc) throw new Error(`${name} is damaged`);
    files.set(name, new TextDecoder().decode(bytes));
    at += 46 + nameLength;
  }
  return files;
}

function slowCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A cell as it stands in a worksheet: its kind, and its text as Excel shows it. */
export interface SheetCell {
  readonly type: "text" | "number" | "boolean";
  readonly style: number;
  readonly value: string;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
const plain = (xml: string) =>
  xml
    .replace(/&(amp|lt|gt|quot);/g, (_, name: string) => ENTITIES[name] ?? "")
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The rows of a worksheet, cells by their letters. */
export function readSheet(xml: string): Record<string, SheetCell>[] {
  return [...xml.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)].map(([, number, cells = ""]) =>
    Object.fromEntries(
      [...cells.matchAll(/<c r="([A-Z]+)(\d+)"(?: s="(\d)")?(?: t="(\w+)")?>(.*?)<\/c>/gs)].map(
        ([, letters, row, style = "0", type, inner = ""]) => {
          if (row !== number) throw new Error(`cell ${letters}${row} stands in row ${number}`);
          const value = plain(inner.replace(/<[^>]+>/g, ""));
          const kind = type === "inlineStr" ? "text" : type === "b" ? "boolean" : "number";
          return [letters, { type: kind, style: Number(style), value }];
        },
      ),
    ),
  );
}
