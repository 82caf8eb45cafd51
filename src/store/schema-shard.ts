/** The shard tables of migrations/, mirrored as store/schema.ts mirrors the control tables. */
import { customType, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { LOG_EVENTS, LOG_LEVELS } from "../core/log";
import { NOTICE_EVENTS } from "../core/notice";
import { REVIEW_STATES } from "../core/review";

export const segments = sqliteTable("segments", {
  no: integer("no").primaryKey(),
  form: text("form").notNull(),
  version: integer("version").notNull(),
  state: text("state", { enum: ["open", "closed"] }).notNull(),
  openedAt: integer("opened_at").notNull(),
  responsesMax: integer("responses_max"),
  notices: integer("notices").notNull(),
  retiredAt: integer("retired_at"),
  changesAfter: integer("changes_after").notNull(),
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
  submittedAt: integer("submitted_at"),
  storedAt: integer("stored_at"),
  review: text("review", { enum: REVIEW_STATES }).notNull(),
  flags: text("flags"),
  link: text("link"),
});

export const linkUses = sqliteTable(
  "link_uses",
  {
    segment: integer("segment").notNull(),
    link: text("link").notNull(),
    used: integer("used").notNull(),
    counted: integer("counted").notNull(),
  },
  (t) => [primaryKey({ columns: [t.segment, t.link] })],
);

export const receipts = sqliteTable("receipts", {
  nonce: text("nonce").primaryKey(),
  response: integer("response").notNull(),
  refusal: text("refusal", { enum: ["idempotency_key_reused"] }),
  settledAt: integer("settled_at").notNull(),
  shard: integer("shard"),
});

export const revisions = sqliteTable("revisions", {
  id: integer("id").primaryKey(),
  response: integer("response").notNull(),
  event: text("event", { enum: ["updated", "flagged", "reviewed", "erased"] }).notNull(),
  revision: integer("revision").notNull(),
  previous: text("previous"),
  createdAt: integer("created_at").notNull(),
  review: text("review", { enum: REVIEW_STATES }),
  comment: text("comment"),
  author: text("author"),
});

export const indexedQuestions = sqliteTable(
  "indexed_questions",
  {
    segment: integer("segment").notNull(),
    ref: text("ref").notNull(),
    type: text("type").notNull(),
    position: integer("position").notNull(),
    dropped: integer("dropped").notNull(),
  },
  (t) => [primaryKey({ columns: [t.segment, t.ref] })],
);

const any = customType<{ data: string | number }>({ dataType: () => "any" });

export const answerIndex = sqliteTable(
  "answer_index",
  {
    segment: integer("segment").notNull(),
    ref: text("ref").notNull(),
    value: any("value").notNull(),
    id: integer("id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.segment, t.ref, t.value, t.id] })],
);

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
    reconcileAt: integer("reconcile_at"),
    compareFrom: integer("compare_from").notNull(),
    passed: text("passed").notNull(),
    stateBefore: text("state_before"),
    failingSince: integer("failing_since"),
    failedAt: integer("failed_at"),
    blocked: text("blocked"),
    tally: text("tally").notNull(),
    follows: text("follows"),
    checked: integer("checked").notNull(),
    checkAt: integer("check_at"),
    owedAt: integer("owed_at").notNull(),
    asked: integer("asked").notNull(),
    obeyed: integer("obeyed").notNull(),
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

export const attempts = sqliteTable(
  "attempts",
  {
    integration: integer("integration").notNull(),
    feed: integer("feed").notNull(),
    position: integer("position").notNull(),
    at: integer("at").notNull(),
    milliseconds: integer("milliseconds").notNull(),
    status: integer("status"),
    answer: text("answer"),
  },
  (t) => [primaryKey({ columns: [t.integration, t.feed, t.position, t.at] })],
);

export const notices = sqliteTable("notices", {
  id: integer("id").primaryKey(),
  integration: integer("integration").notNull(),
  event: text("event", { enum: NOTICE_EVENTS }).notNull(),
  reason: text("reason").notNull(),
  since: integer("since").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const reconciliations = sqliteTable("reconciliations", {
  no: integer("no").primaryKey(),
  segment: integer("segment").notNull(),
  integration: integer("integration").notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  checked: integer("checked").notNull(),
  missing: integer("missing").notNull(),
  doubled: integer("doubled").notNull(),
  strangers: integer("strangers").notNull(),
  changed: integer("changed").notNull(),
  repaired: integer("repaired").notNull(),
  examples: text("examples").notNull(),
  error: text("error"),
});

export const rechecks = sqliteTable("rechecks", {
  segment: integer("segment").primaryKey(),
  version: integer("version").notNull(),
  position: integer("position").notNull(),
  through: integer("through").notNull(),
  flagged: integer("flagged").notNull(),
  cleared: integer("cleared").notNull(),
  epoch: integer("epoch").notNull(),
  leaseUntil: integer("lease_until").notNull(),
  nextAt: integer("next_at").notNull(),
  askedAt: integer("asked_at").notNull(),
  finishedAt: integer("finished_at"),
});

export const heartbeats = sqliteTable("heartbeats", {
  name: text("name").primaryKey(),
  at: integer("at").notNull(),
  oldestAt: integer("oldest_at"),
});

export const logs = sqliteTable(
  "logs",
  {
    workspace: text("workspace").notNull(),
    at: integer("at").notNull(),
    n: integer("n").notNull(),
    level: text("level", { enum: LOG_LEVELS }).notNull(),
    event: text("event", { enum: LOG_EVENTS }).notNull(),
    form: text("form"),
    integration: text("integration"),
    request: text("request"),
    trace: text("trace"),
    first: integer("first"),
    last: integer("last"),
    detail: text("detail").notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspace, t.at, t.n] })],
);
