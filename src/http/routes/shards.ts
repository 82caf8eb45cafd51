/** /v1/shards, for the root key. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { changeShard, listShards } from "../../services/shards";
import { withRoot } from "../auth";

export const shardRoutes = new Hono<AppEnv>()
  .get("/shards", withRoot, async (c) => c.json(await listShards(c.get("ctx"))))
  .post("/shards/:shard/open", withRoot, async (c) =>
    c.json(await changeShard(c.get("ctx"), { shard: c.req.param("shard"), state: "open" })),
  )
  .post("/shards/:shard/close", withRoot, async (c) =>
    c.json(await changeShard(c.get("ctx"), { shard: c.req.param("shard"), state: "closed" })),
  );
