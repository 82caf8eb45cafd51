/** Asks every shard, and every database of indexes, how it is. */
import type { Trace } from "../core/trace";
import type { Shards } from "../store/shards";
import { type DatabaseVitals, readVitals, type Vitals } from "../store/vitals";
import * as events from "../telemetry/events";
import { askVitals } from "./index-client";
import type { KindWorker } from "./kind-worker";

export interface AskedShard {
  readonly no: number;
  /** Null: it could not be asked. */
  readonly vitals: Vitals | null;
}

/**
 * What each shard says, side by side: at most two round trips for each. One that can't be asked fails nothing, and is
 * logged.
 */
export function askShards({ all }: Shards, trace?: Trace): Promise<AskedShard[]> {
  const ask = ({ no, db }: Shards["all"][number]): Promise<AskedShard> =>
    readVitals(db).then(
      (vitals) => ({ no, vitals }),
      (error) => {
        events.shardUnreachable({ trace, shard: no, error });
        return { no, vitals: null };
      },
    );
  return Promise.all(all.map(ask));
}

/** A database of indexes: 0 is SEARCH_DB. */
export interface AskedIndex {
  readonly no: number;
  /** Null: it could not be asked. */
  readonly vitals: DatabaseVitals | null;
}

/**
 * What the databases of indexes say. The API worker is bound to none, so the workers of their kinds are asked, one
 * after the other until one answers; with no worker there is no database. If none answers, it is the first one that
 * can't be asked.
 */
export async function askIndexes(workers: readonly KindWorker[], trace?: Trace): Promise<AskedIndex[]> {
  for (const worker of workers) {
    try {
      return (await askVitals(worker)).map((vitals, no) => ({ no, vitals }));
    } catch (error) {
      events.indexUnreachable({ trace, database: null, error });
    }
  }
  return workers.length > 0 ? [{ no: 0, vitals: null }] : [];
}
