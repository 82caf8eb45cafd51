/** Asks every shard how it is. */
import type { Trace } from "../core/trace";
import type { Shards } from "../store/shards";
import { readVitals, type Vitals } from "../store/vitals";
import * as events from "../telemetry/events";

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
