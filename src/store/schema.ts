/**
 * The control tables of migrations/, mirrored for drizzle's typed queries and row types; those of the shards are in
 * store/schema-shard.ts. The SQL is the truth; a test compares names, types, nullability and keys of the two.
 */
import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AuditAction, AuditDetail } from "../core/audit";
import { ACCESS } from "../core/form";
import type { FormSettings } from "../core/form-settings";
import type { Budget } from "../core/integration";
import type { Metadata } from "../core/metadata";
import type { SealedTurnstile } from "./form-reads";

export * from "./schema-backup";

export const workspaces = sqliteTable("workspaces", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
  alerts: text("alerts"),
});

export const alerts = sqliteTable(
  "alerts",
  {
    workspace: text("workspace").notNull(),
    cause: text("cause").notNull(),
    rule: text("rule").notNull(),
    subject: text("subject").notNull(),
    text: text("text").notNull(),
    form: text("form"),
    about: text("about"),
    since: integer("since").notNull(),
    told: integer("told").notNull(),
    toldAt: integer("told_at"),
    goneAt: integer("gone_at"),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.cause] })],
);

export const deadLetters = sqliteTable("dead_letters", {
  id: text("id").primaryKey(),
  form: text("form").notNull(),
  body: text("body").notNull(),
  keptAt: integer("kept_at").notNull(),
  attempts: integer("attempts").notNull(),
  nextAt: integer("next_at").notNull(),
  reason: text("reason"),
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
  form: text("form"),
  expiresAt: integer("expires_at"),
  lastUsedAt: integer("last_used_at"),
});

export const forms = sqliteTable("forms", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  title: text("title").notNull(),
  state: text("state", { enum: ["open", "closed"] }).notNull(),
  version: integer("version").notNull(),
  metadata: text("metadata", { mode: "json" }).$type<Metadata>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  access: text("access", { enum: ACCESS }).notNull(),
  turnstile: text("turnstile", { mode: "json" }).$type<SealedTurnstile>(),
  settings: text("settings", { mode: "json" }).$type<FormSettings>().notNull().default({}),
  archivedAt: integer("archived_at"),
  deletedAt: integer("deleted_at"),
  eraseAt: integer("erase_at"),
  erasingAt: integer("erasing_at"),
});

export const formDrafts = sqliteTable("form_drafts", {
  form: text("form").primaryKey(),
  revision: integer("revision").notNull(),
  content: text("content"),
  updatedAt: integer("updated_at").notNull(),
});

export const links = sqliteTable("links", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  form: text("form").notNull(),
  name: text("name").notNull(),
  metadata: text("metadata", { mode: "json" }).$type<Metadata>().notNull(),
  expiresAt: integer("expires_at"),
  createdAt: integer("created_at").notNull(),
  revokedAt: integer("revoked_at"),
  responsesMax: integer("responses_max"),
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
    settled: integer("settled").notNull(),
  },
  (t) => [primaryKey({ columns: [t.form, t.ordinal] })],
);

export const shards = sqliteTable("shards", {
  no: integer("no").primaryKey(),
  state: text("state", { enum: ["open", "closed"] }).notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  measuredAt: integer("measured_at").notNull(),
});

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
  budget: text("budget", { mode: "json" }).$type<Budget>(),
  command: integer("command").notNull(),
  obeyed: integer("obeyed").notNull(),
  paused: integer("paused"),
  resumed: integer("resumed").notNull(),
  renewed: integer("renewed").notNull(),
  places: text("places"),
  idempotencyKey: text("idempotency_key"),
  fingerprint: text("fingerprint"),
});

export const deletedIntegrations = sqliteTable("deleted_integrations", {
  no: integer("no").primaryKey(),
  deletedAt: integer("deleted_at").notNull(),
  erasedAt: integer("erased_at"),
  kind: text("kind"),
});

export const audit = sqliteTable("audit", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  at: integer("at").notNull(),
  actor: text("actor").notNull(),
  action: text("action").$type<AuditAction>().notNull(),
  object: text("object").notNull(),
  detail: text("detail", { mode: "json" }).$type<AuditDetail>().notNull(),
});

export const budgets = sqliteTable("budgets", {
  name: text("name").primaryKey(),
  tokens: real("tokens").notNull(),
  granted: integer("granted").notNull(),
  at: integer("at").notNull(),
});

export const lexicons = sqliteTable("lexicons", {
  workspace: text("workspace").primaryKey(),
  revision: integer("revision").notNull(),
  entries: integer("entries").notNull(),
  spellings: integer("spellings").notNull(),
  changedAt: integer("changed_at").notNull(),
});

export const lexiconEntries = sqliteTable("lexicon_entries", {
  no: integer("no").primaryKey(),
  id: text("id").notNull(),
  workspace: text("workspace").notNull(),
  term: text("term").notNull(),
  termKey: text("term_key").notNull(),
  language: text("language").notNull(),
  city: text("city"),
  cityKey: text("city_key").notNull(),
  variants: text("variants", { mode: "json" }).$type<string[]>().notNull(),
  meaning: text("meaning"),
  partOfSpeech: text("part_of_speech"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
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

export const endedSessions = sqliteTable(
  "ended_sessions",
  {
    until: integer("until").notNull(),
    id: text("id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.until, t.id] })],
);

export const counters = sqliteTable(
  "counters",
  {
    name: text("name").notNull(),
    labels: text("labels").notNull(),
    value: integer("value").notNull(),
  },
  (t) => [primaryKey({ columns: [t.name, t.labels] })],
);

export const recheckRequests = sqliteTable("recheck_requests", {
  form: text("form").primaryKey(),
  version: integer("version").notNull(),
  askedAt: integer("asked_at").notNull(),
  startAt: integer("start_at").notNull(),
});
