/**
 * The tables of migrations/, mirrored for drizzle's typed queries and row types. The SQL is the truth; a test compares
 * names, types, nullability and keys of the two.
 */
import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Metadata } from "../core/form";

export const workspaces = sqliteTable("workspaces", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const keys = sqliteTable("keys", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  hash: text("hash").notNull(),
  workspace: text("workspace").notNull(),
  name: text("name").notNull(),
  scopes: text("scopes", { mode: "json" }).$type<string[]>().notNull(),
  createdAt: integer("created_at").notNull(),
  revokedAt: integer("revoked_at"),
});

export const forms = sqliteTable("forms", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  title: text("title").notNull(),
  state: text("state", { enum: ["open", "closed"] }).notNull(),
  access: text("access", { enum: ["public", "key"] }).notNull(),
  version: integer("version").notNull(),
  metadata: text("metadata", { mode: "json" }).$type<Metadata>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const formVersions = sqliteTable(
  "form_versions",
  {
    form: text("form").notNull(),
    version: integer("version").notNull(),
    definition: text("definition").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.form, t.version] })],
);

export const directory = sqliteTable(
  "directory",
  {
    form: text("form").notNull(),
    ordinal: integer("ordinal").notNull(),
    shard: integer("shard").notNull(),
    segment: integer("segment").notNull(),
    openedAt: integer("opened_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.form, t.ordinal] })],
);

export const connections = sqliteTable("connections", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  kind: text("kind").notNull(),
  name: text("name").notNull(),
  sealed: text("sealed").notNull(),
  keyId: text("key_id").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const integrations = sqliteTable("integrations", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  form: text("form").notNull(),
  kind: text("kind").notNull(),
  config: text("config", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
  connection: text("connection"),
  filter: text("filter"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const budgets = sqliteTable("budgets", {
  name: text("name").primaryKey(),
  tokens: real("tokens").notNull(),
  granted: integer("granted").notNull(),
  at: integer("at").notNull(),
});

export const suppressions = sqliteTable(
  "suppressions",
  {
    scope: text("scope").notNull(),
    recipient: text("recipient").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.scope, t.recipient] })],
);

export const quotas = sqliteTable(
  "quotas",
  {
    day: integer("day").notNull(),
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    count: integer("count").notNull(),
    granted: integer("granted").notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.scope, t.key] })],
);

export const segments = sqliteTable("segments", {
  no: integer("no").primaryKey(),
  form: text("form").notNull(),
  version: integer("version").notNull(),
  state: text("state", { enum: ["open", "closed"] }).notNull(),
  openedAt: integer("opened_at").notNull(),
});

export const responses = sqliteTable("responses", {
  id: integer("id").primaryKey(),
  nonce: text("nonce").notNull(),
  version: integer("version").notNull(),
  revision: integer("revision").notNull(),
  receivedAt: integer("received_at").notNull(),
  erasedAt: integer("erased_at"),
  answers: text("answers").notNull(),
  metadata: text("metadata").notNull(),
  idempotencyKey: text("idempotency_key"),
  fingerprint: text("fingerprint"),
});

export const receipts = sqliteTable("receipts", {
  nonce: text("nonce").primaryKey(),
  response: integer("response").notNull(),
  refusal: text("refusal", { enum: ["idempotency_key_reused"] }),
  settledAt: integer("settled_at").notNull(),
});

export const revisions = sqliteTable("revisions", {
  id: integer("id").primaryKey(),
  response: integer("response").notNull(),
  event: text("event", { enum: ["updated", "erased"] }).notNull(),
  revision: integer("revision").notNull(),
  previous: text("previous"),
  createdAt: integer("created_at").notNull(),
});

export const cursors = sqliteTable(
  "cursors",
  {
    segment: integer("segment").notNull(),
    integration: integer("integration").notNull(),
    kind: text("kind").notNull(),
    state: text("state", { enum: ["active", "paused", "waiting", "blocked"] }).notNull(),
    position: integer("position").notNull(),
    revisionPosition: integer("revision_position"),
    high: integer("high").notNull(),
    epoch: integer("epoch").notNull(),
    leaseUntil: integer("lease_until").notNull(),
    wakeAt: integer("wake_at").notNull(),
    nextAt: integer("next_at").notNull(),
    failures: integer("failures").notNull(),
    flight: text("flight"),
    lastError: text("last_error"),
    lastSuccessAt: integer("last_success_at"),
  },
  (t) => [primaryKey({ columns: [t.segment, t.integration] })],
);

export const DELIVERY_STATES = ["sending", "unknown", "retrying", "delivered", "skipped", "parked"] as const;

export const deliveries = sqliteTable(
  "deliveries",
  {
    integration: integer("integration").notNull(),
    feed: integer("feed").notNull(),
    position: integer("position").notNull(),
    state: text("state", { enum: DELIVERY_STATES }).notNull(),
    attempts: integer("attempts").notNull(),
    looks: integer("looks").notNull(),
    triedAt: integer("tried_at").notNull(),
    nextAt: integer("next_at"),
    reference: text("reference"),
    status: text("status"),
    rank: integer("rank").notNull(),
    reason: text("reason"),
    content: text("content"),
  },
  (t) => [primaryKey({ columns: [t.integration, t.feed, t.position] })],
);
