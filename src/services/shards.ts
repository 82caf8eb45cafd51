/**
 * The shards of an installation, for those who run it: how large each is, what lies there, and whether it takes new
 * segments.
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { askShards } from "../dispatch/vitals";
import { countSegments, readShards, setShardState } from "../store/placement";

export interface ShardView {
  readonly shard: number;
  /** `full`: larger than the cap. Only an open one takes new segments. */
  readonly state: "open" | "full" | "closed";
  /** Null: it can't be asked. */
  readonly sizeBytes: number | null;
  readonly segments: number;
  /** Forms with a segment there. */
  readonly forms: number;
}

export interface IndexDatabaseView {
  /** 0 is SEARCH_DB. */
  readonly database: number;
  /** Null: it can't be asked. */
  readonly sizeBytes: number | null;
}

export interface ShardsView {
  readonly capBytes: number;
  readonly items: readonly ShardView[];
  /** The databases of indexes. */
  readonly indexes: readonly IndexDatabaseView[];
}

/** Every shard, in their order. Reads the whole directory. */
export async function listShards({ shards, config, askIndexes }: Context): Promise<ShardsView> {
  const { shardCapBytes: capBytes } = config;
  const [asked, rows, counts, askedIndexes] = await Promise.all([
    askShards(shards),
    readShards(shards),
    countSegments(shards),
    askIndexes(),
  ]);
  const items = rows.map(({ no, state, sizeBytes: noted }): ShardView => {
    const sizeBytes = asked.find((one) => one.no === no)?.vitals?.sizeBytes ?? null;
    const isFull = (sizeBytes ?? noted) >= capBytes;
    const { segments = 0, forms = 0 } = counts.get(no) ?? {};
    return { shard: no, state: state === "open" && isFull ? "full" : state, sizeBytes, segments, forms };
  });
  const indexes = askedIndexes.map(({ no, vitals }) => ({ database: no, sizeBytes: vitals?.sizeBytes ?? null }));
  return { capBytes, items, indexes };
}

/** Lets a shard take new segments, or no more; what is there stays and goes on. Throws `not_found`. */
export async function changeShard(
  ctx: Context,
  { shard, state }: { shard: string; state: "open" | "closed" },
): Promise<ShardsView> {
  const known = ctx.shards.all.find(({ no }) => String(no) === shard);
  if (!known) throw new AppError("not_found", { detail: `There is no shard ${shard}: GET /v1/shards lists them.` });
  await setShardState(ctx.shards, known.no, state);
  return listShards(ctx);
}
