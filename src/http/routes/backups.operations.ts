import * as z from "zod";
import type { BackupView } from "../../services/backups";
import type { RestoreView } from "../../services/restore";
import { answer, body, view } from "../openapi/components";
import { operations } from "../openapi/operation";
import { BackupBody, RestoreBody } from "./backups";

const Time = z.iso.datetime();
const Backup = view<BackupView>()(
  "Backup",
  z.strictObject({
    id: z.string(),
    state: z.enum(["running", "complete", "failed"]),
    startedAt: Time,
    finishedAt: Time.nullable(),
    parts: z.int().min(0),
    rows: z.int().min(0),
    bytes: z.int().min(0).describe("Of its parts in the bucket, those of earlier backups too."),
    manifest: z.string().describe("Name of its manifest in the bucket."),
  }),
);
const Backups = answer(
  "Backups",
  z.strictObject({ kept: z.boolean().describe("Whether a bucket is bound."), items: z.array(Backup) }),
);
const Restore = view<RestoreView>()(
  "Restore",
  z.strictObject({
    backup: z.string(),
    state: z.enum(["running", "complete"]),
    parts: z.strictObject({ done: z.int().min(0), all: z.int().min(0) }),
    rows: z.int().min(0),
  }),
);

body("NewBackup", BackupBody);
body("NewRestore", RestoreBody);

export const backupOperations = operations(
  {
    method: "get",
    path: "/v1/backups",
    operationId: "listBackups",
    summary: "List backups",
    tag: "Service",
    scope: "root",
    answers: { 200: { description: "The newest hundred, newest first.", schema: Backups } },
  },
  {
    method: "post",
    path: "/v1/backups",
    operationId: "backUp",
    summary: "Back up now",
    description:
      "Begins a backup unless one is under way, and does a piece of it. Repeat it with its id until it is `complete`; the cron goes on with it too.",
    tag: "Service",
    scope: "root",
    body: BackupBody,
    bodyOptional: true,
    example: {},
    problems: ["conflict", "not_found"],
    answers: { 200: { description: "How far it is.", schema: Backup } },
  },
  {
    method: "put",
    path: "/v1/backups/objects/{object}",
    operationId: "writeBackupObject",
    summary: "Put an object of a backup into the bucket",
    tag: "Service",
    scope: "root",
    rawBody: "application/octet-stream",
    problems: ["conflict"],
    answers: { 204: { description: "It is there." } },
  },
  {
    method: "get",
    path: "/v1/backups/objects/{object}",
    operationId: "readBackupObject",
    summary: "Take an object of a backup out of the bucket",
    tag: "Service",
    scope: "root",
    problems: ["conflict"],
    answers: { 200: { description: "A manifest or a part, as it lies there.", type: "application/octet-stream" } },
  },
  {
    method: "post",
    path: "/v1/restores",
    operationId: "restoreBackup",
    summary: "Restore a backup into this installation",
    description:
      "Into an empty one only. Does a piece; repeat it until it is `complete`. Each part is held against its hashes, written, and read back.",
    tag: "Service",
    scope: "root",
    body: RestoreBody,
    example: { backup: "bak_20261129020000k3bt" },
    problems: ["conflict", "not_found"],
    answers: { 200: { description: "How far it is.", schema: Restore } },
  },
);
