/** Shards in the document. */
import * as z from "zod";
import type { ShardsView } from "../../../services/shards";
import { view } from "../components";

export const ShardList = view<ShardsView>()(
  "ShardList",
  z.strictObject({
    capBytes: z.int().describe("FORMLOG_SHARD_CAP_BYTES: a shard of this size is full."),
    items: z.array(
      z.strictObject({
        shard: z.int(),
        state: z.enum(["open", "full", "closed"]).describe("Only an open one takes new segments of forms."),
        sizeBytes: z.int().nullable().describe("Null: it can't be asked."),
        segments: z.int(),
        forms: z.int().describe("Forms with a segment there."),
      }),
    ),
    indexes: z
      .array(
        z.strictObject({
          database: z.int().describe("0 is SEARCH_DB."),
          sizeBytes: z.int().nullable().describe("Null: it can't be asked."),
        }),
      )
      .describe("The databases of indexes (search, summary, slang, rules)."),
  }),
);
