/** Workspaces, keys and the audit log in the document. */
import * as z from "zod";
import { AUDIT_ACTIONS } from "../../../core/audit";
import { LOG_EVENTS, LOG_LEVELS } from "../../../core/log";
import { MetadataSchema } from "../../../core/metadata-schema";
import { KeyInputSchema, LinkInputSchema } from "../../../services/access-input";
import type { AuditView } from "../../../services/audit";
import type { createKey, createWorkspace, KeyView } from "../../../services/keys";
import type { LinkView } from "../../../services/links";
import type { LogView } from "../../../services/logs";
import type { Rotation } from "../../../services/rotation";
import { WorkspaceBody } from "../../routes/access";
import { body, listOf, Moment, view } from "../components";

const Secret = z.string().describe("The key itself. It is shown this once and not kept.");

export const NewWorkspace = view<Awaited<ReturnType<typeof createWorkspace>>>()(
  "WorkspaceMade",
  z.strictObject({ id: z.string(), key: Secret }),
);

const key = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  form: z.string().nullable().describe("The only form that the key is for; null: all of the workspace."),
  createdAt: Moment,
  expiresAt: Moment.nullable(),
  lastUsedAt: Moment.nullable().describe("To the hour."),
};
export const Key = view<KeyView>()("Key", z.strictObject(key));
export const KeyList = listOf("KeyList", Key);
export const NewKey = view<Awaited<ReturnType<typeof createKey>>>()("KeyMade", z.strictObject({ ...key, key: Secret }));

export const AuditEntry = view<AuditView>()(
  "AuditEntry",
  z.strictObject({
    id: z.string(),
    at: Moment,
    actor: z.string().describe("Id of the key, `root`, or `system`: Formlog itself."),
    action: z.enum(AUDIT_ACTIONS),
    object: z.string().describe("Id of what was changed."),
    detail: z
      .record(z.string(), z.unknown())
      .describe("Ids, counts and names. Never an answer, a secret, or a value of a config."),
  }),
);
export const AuditList = listOf("AuditList", AuditEntry);

export const LogEntry = view<LogView>()(
  "LogEntry",
  z.strictObject({
    at: Moment,
    level: z.enum(LOG_LEVELS),
    event: z.enum([...LOG_EVENTS, ...AUDIT_ACTIONS]),
    form: z.string().nullable(),
    integration: z.string().nullable(),
    requestId: z.string().nullable().describe("The request, or run of the sweeper, that it goes back to."),
    traceId: z.string().nullable().describe("trace-id of W3C Trace Context."),
    responses: z
      .strictObject({ first: z.string(), last: z.string() })
      .nullable()
      .describe("The responses that it is about lie between these two in the order of the form's log."),
    actor: z.string().nullable().describe("Of entries of the audit log: who did it."),
    object: z.string().nullable().describe("Of entries of the audit log: id of what was changed."),
    detail: z.record(z.string(), z.unknown()).describe("Counts, codes and reasons. Never an answer or a secret."),
  }),
);
export const LogList = listOf("LogList", LogEntry);

export const Link = view<LinkView>()(
  "Link",
  z.strictObject({
    id: z.string(),
    name: z.string().describe("The collector; stands in `metadata.collector` of what comes by the link."),
    metadata: MetadataSchema,
    createdAt: Moment,
    expiresAt: Moment.nullable(),
    responsesMax: z.int().nullable().describe("Responses that it may bring; null: as many as come."),
    responsesUsed: z.int().nullable().describe("Responses that it has brought, erased ones too; null: not counted."),
    url: z.string().describe("The hosted form by this link."),
  }),
);
export const LinkList = listOf("LinkList", Link);

body("NewLink", LinkInputSchema, {
  fields: { responsesMax: "Responses that it may bring; as many as come unless told." },
});
body("NewWorkspace", WorkspaceBody);
body("NewKey", KeyInputSchema, {
  fields: {
    scopes: "`admin` has all of them.",
    form: "The only form that the key is for.",
    expiresAt: "It works until then.",
  },
});

const count = z.int().min(0);

export const RotationView = view<Rotation>()(
  "Rotation",
  z.strictObject({
    current: z.string().describe("Id of the key that seals now."),
    resealed: count.describe("Credentials that were sealed again by this call."),
    left: count.describe("Those that an earlier key still seals."),
    lost: count.describe("Those whose key is not in FORMLOG_ENCRYPTION_KEY any more."),
  }),
);
