/**
 * What the spreadsheets have, for a comparison with the log: every id of a segment as a number in one sorted array,
 * eight bytes a row and one more to tick it off. Reads; only `removeCopies` writes (copies.ts). Called by the engine.
 */
import { parseResponseId, responseId, SEGMENT_SIZE, segmentOf, segmentStart, seqOf } from "../../core/ids";
import type { Deps } from "../../core/integration";
import type {
  Finding,
  Inventory,
  InventoryRange,
  InventoryResult,
  SettledDelivery,
  Surplus,
} from "../../core/inventory";
import { booksOf, look, named, type Shelf } from "./books";
import { removeCopies } from "./copies";
import type { Failure } from "./errors";
import { idColumnOf, readIdColumn } from "./id-column";
import type { Config, Secrets } from "./manifest";

const DOUBLED_MAX = 100;

/** Reads the id columns of every configured spreadsheet, or says why it can't. */
export async function inventory(range: InventoryRange, deps: Deps<Config, Secrets>): Promise<InventoryResult> {
  const owner = { integration: deps.integration.id, segment: range.segment, feed: "responses" as const };
  const shelf: Shelf = { books: booksOf(deps), deps, owner };
  const found = await readKeys(shelf, range);
  if (!Array.isArray(found.keys)) return { halt: haltOf(found.keys) };
  const ids = new SortedIds(found.keys, range);
  const find = ({ response, expected }: SettledDelivery): Finding => {
    const present = ids.tick(response);
    if (present || !expected || deps.config.deletedRows === "leave") return { type: "present" };
    return { type: "missing", again: true };
  };
  const result: Inventory = {
    find,
    surplus: () => ids.surplus(range.isFirst ? found.nameless : 0),
    removeCopies: () => removeCopies(shelf, ids.doubled()),
  };
  return { inventory: result };
}

/** A comparison that could not read is no verdict: it waits, or is blocked as a page is. */
function haltOf(failure: Failure) {
  if (failure.type === "halt") return failure.halt;
  return { type: "retry" as const, reason: "The sheet changed while it was read.", afterSeconds: 60 };
}

/** Shard and place in the segment as one number below 2^53. */
const keyOf = (shard: number, position: number): number => shard * SEGMENT_SIZE + seqOf(position);

/** Keys of the segment's rows, as they come; `nameless`: texts in the column that are no ids, the header left out. */
async function readKeys(
  shelf: Shelf,
  { segment }: InventoryRange,
): Promise<{ keys: Float64Array[] | Failure; nameless: number }> {
  const keys: Float64Array[] = [];
  let nameless = 0;
  for (const book of shelf.books) {
    const seen = await look(shelf, book);
    if (!seen.ok) return { keys: named(shelf, book, seen.failure), nameless };
    const { tab } = seen.value.layout;
    const column = tab ? idColumnOf(tab, shelf.deps) : undefined;
    if (!tab || column === undefined) continue;
    const growing = new Growing();
    const read = await readIdColumn({ book, tab, column }, (id, row) => {
      const address = parseResponseId(id);
      if (!address) nameless += row > tab.headerRow ? 1 : 0;
      else if (segmentOf(address.position) === segment) growing.push(keyOf(address.shard, address.position));
    });
    if (!read.ok) return { keys: named(shelf, book, read.failure), nameless };
    keys.push(growing.filled());
  }
  return { keys, nameless };
}

/** Numbers without the objects of an array. */
class Growing {
  private items = new Float64Array(1024);
  private length = 0;

  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length] = item;
    this.length += 1;
  }

  filled(): Float64Array {
    return this.items.subarray(0, this.length);
  }
}

/** Ids of one segment, to be ticked off. */
class SortedIds {
  private readonly keys: Float64Array;
  private readonly ticked: Uint8Array;
  /** The shard of the log that is compared, known from the first id that is asked for. */
  private shard: number | undefined;

  constructor(
    parts: readonly Float64Array[],
    private readonly range: InventoryRange,
  ) {
    this.keys = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      this.keys.set(part, at);
      at += part.length;
    }
    this.keys.sort();
    this.ticked = new Uint8Array(this.keys.length);
  }

  /** Whether the id is there; it is accounted for from now on, however often it is there. */
  tick(id: string): boolean {
    const address = parseResponseId(id);
    if (!address) return false;
    this.shard = address.shard;
    const key = keyOf(address.shard, address.position);
    let at = this.firstOf(key);
    const found = this.keys[at] === key;
    while (this.keys[at] === key) {
      this.ticked[at] = 1;
      at += 1;
    }
    return found;
  }

  private firstOf(key: number): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Of this shard, and settled: what is past `through` may just be arriving. */
  private isOurs(key: number): boolean {
    const [shard, seq] = [Math.floor(key / SEGMENT_SIZE), key % SEGMENT_SIZE];
    return seq <= seqOf(this.range.through) && (this.shard === undefined || shard === this.shard);
  }

  /** Ids that are there more than once, in the order of the log. */
  *doubled(): Generator<string> {
    for (let at = 1; at < this.keys.length; at += 1) {
      const key = this.keys[at] ?? 0;
      if (key !== this.keys[at - 1] || key === this.keys[at - 2] || !this.isOurs(key)) continue;
      const position = segmentStart(this.range.segment) + (key % SEGMENT_SIZE);
      yield responseId({ shard: Math.floor(key / SEGMENT_SIZE), position });
    }
  }

  surplus(nameless: number): Surplus {
    const doubled: string[] = [];
    let doubledCount = 0;
    for (const id of this.doubled()) {
      doubledCount += 1;
      if (doubled.length < DOUBLED_MAX) doubled.push(id);
    }
    let strangers = nameless;
    for (const [at, key] of this.keys.entries()) if (!this.ticked[at] && this.isOurs(key)) strangers += 1;
    return { doubled, doubledCount, strangers };
  }
}
