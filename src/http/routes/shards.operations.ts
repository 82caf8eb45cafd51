/** The operations of shards, described. */
import { operations } from "../openapi/operation";
import { ShardList } from "../openapi/schemas/shards";

export const shardOperations = operations(
  {
    method: "get",
    path: "/v1/shards",
    operationId: "listShards",
    summary: "List the databases that hold responses",
    description: "How large each is, and what lies there. Counts the segments of all forms.",
    tag: "Service",
    scope: "root",
    answers: { 200: { description: "All of them.", schema: ShardList } },
  },
  {
    method: "post",
    path: "/v1/shards/{shard}/close",
    operationId: "closeShard",
    summary: "Open no more segments on a shard",
    description: "What lies there stays, and forms that write there go on until it is full.",
    tag: "Service",
    scope: "root",
    problems: ["not_found"],
    answers: { 200: { description: "All shards as they are now.", schema: ShardList } },
  },
  {
    method: "post",
    path: "/v1/shards/{shard}/open",
    operationId: "openShard",
    summary: "Let a shard take new segments",
    tag: "Service",
    scope: "root",
    problems: ["not_found"],
    answers: { 200: { description: "All shards as they are now.", schema: ShardList } },
  },
);
