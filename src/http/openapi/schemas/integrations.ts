/** Integrations, deliveries, reconciliations and connections in the document. */
import * as z from "zod";
import type { Preview as PreviewOf, TestResult as ResultOfTest } from "../../../core/integration";
import { NOTICE_EVENTS } from "../../../core/notice";
import { ConnectionInputSchema, ConnectionPatchSchema } from "../../../services/access-input";
import type { ConnectionView, MadeSecrets } from "../../../services/connections";
import type { AttemptView } from "../../../services/deliveries";
import type { DeliveryView } from "../../../services/delivery-view";
import type { ReplayView } from "../../../services/integration-replay";
import type { IntegrationView, PositionView } from "../../../services/integration-view";
import type { WorkspaceIntegrationView } from "../../../services/integrations";
import type { ReconciliationView } from "../../../services/reconciliations";
import type { ResponseDeliveryView } from "../../../services/response-deliveries";
import { IntegrationBody, IntegrationPatchBody, PreviewBody, ReplayBody, SkipBody } from "../../routes/integrations";
import { answer, body, listOf, Moment, view } from "../components";

const Position = view<PositionView>()(
  "Position",
  z.strictObject({
    segment: z.int(),
    position: z.int().describe("Every response up to here is settled."),
    high: z.int().describe("The furthest that was ever settled: up to here, a delivery is a replay."),
    head: z.int().describe("The newest response."),
  }),
  { description: "How far it has come in one segment of the log, in numbers of responses." },
);

const Config = z.record(z.string(), z.unknown());
const count = () => z.int().min(0);

const integration = {
  id: z.string(),
  form: z.string(),
  kind: z.string(),
  state: z.enum(["active", "paused", "waiting", "blocked"]).describe("`blocked`: `lastError` says what to do."),
  config: Config.describe("By kind."),
  filter: z.string().nullable().describe("CEL over the answers: only responses that it lets pass are delivered."),
  lag: z
    .strictObject({ entries: count(), seconds: count() })
    .describe("Entries that are not settled yet, and for how long the oldest has been waiting."),
  positions: z.array(Position),
  parked: count().describe("Deliveries that wait for a person; 10,000 is that many or more."),
  budget: z
    .strictObject({ left: z.int(), capacity: z.number(), perMinute: z.int() })
    .nullable()
    .describe(
      "Calls that may be made now, shared by all integrations with the same credential; null until the first one.",
    ),
  lastError: z.string().nullable(),
  failing: z
    .strictObject({ since: Moment, attempts: count() })
    .nullable()
    .describe("Since when every attempt failed, and how many in a row."),
  lastDay: z
    .strictObject({ delivered: count(), failed: count() })
    .describe(
      "Attempts of the last 24 hours and the hour that has begun. `failed`: refused, put off by the provider or in doubt; one that stopped a whole page counts once.",
    ),
  lastSuccessAt: Moment.nullable(),
  nextAttemptAt: Moment.nullable(),
  createdAt: Moment,
  updatedAt: Moment,
};
export const Integration = view<IntegrationView>()("Integration", z.strictObject(integration));
const made = {
  secrets: z
    .record(z.string(), z.string())
    .optional()
    .describe("Credentials that Formlog made itself (a webhook's keys), shown this once."),
};
export const CreatedIntegration = view<IntegrationView & MadeSecrets>()(
  "CreatedIntegration",
  z.strictObject({ ...integration, ...made }),
);
export const IntegrationList = listOf("IntegrationList", Integration);
export const WorkspaceIntegrationList = listOf(
  "WorkspaceIntegrationList",
  view<WorkspaceIntegrationView>()(
    "WorkspaceIntegration",
    z.strictObject({ ...integration, formTitle: z.string().describe("The title of its form.") }),
  ),
);

export const Replayed = view<ReplayView>()(
  "Replayed",
  z.strictObject({
    ...integration,
    skipped: count().optional().describe("From `now`: responses that were given up."),
    underWay: count().optional().describe("From `now`: deliveries that are brought to their end."),
    responses: z
      .strictObject({
        scheduled: count().describe("Due now."),
        ahead: count().describe("The cursor comes to them by itself."),
        underWay: count(),
        delivered: count().describe("Delivered, and never sent twice by this kind."),
        leftOut: z.array(z.string()).describe("Ids that the filter leaves out."),
      })
      .optional()
      .describe("What becomes of chosen responses."),
  }),
);

export const TestResult = view<ResultOfTest>()(
  "TestResult",
  z.strictObject({ ok: z.boolean(), detail: z.string().describe("What is missing, and what to do about it.") }),
);

export const Preview = view<PreviewOf>()(
  "Preview",
  z.strictObject({
    text: z.string(),
    segments: count().describe("Messages that it is billed as."),
    encoding: z.string(),
  }),
);

const delivery = {
  id: z.string(),
  response: z.string().nullable().describe("Null: it is of a notice."),
  notice: z
    .strictObject({ event: z.enum(NOTICE_EVENTS), integration: z.string() })
    .optional()
    .describe("What happened to which other integration of the form."),
  state: z.enum(["pending", "sending", "retrying", "unknown", "delivered", "skipped", "parked"]),
  attempts: count().optional(),
  reference: z.string().optional().describe("The provider's id of what was made."),
  status: z.string().optional().describe("The provider's own word for its state."),
  reason: z.string().optional(),
  nextAttemptAt: Moment.optional(),
};
export const Delivery = view<DeliveryView>()("Delivery", z.strictObject(delivery));
export const DeliveryList = listOf("DeliveryList", Delivery);
export const ResponseDeliveryList = listOf(
  "ResponseDeliveryList",
  view<ResponseDeliveryView>()(
    "ResponseDelivery",
    z.strictObject({
      ...delivery,
      integration: z.string(),
      kind: z.string(),
      event: z
        .enum(["created", "updated", "flagged", "reviewed", "erased"])
        .describe("`created`: the response itself; the others tell of changes to it."),
    }),
  ),
);

const Attempt = view<AttemptView>()(
  "Attempt",
  z.strictObject({
    at: Moment,
    milliseconds: count(),
    status: z.int().nullable().describe("HTTP; null: there was no answer."),
    answer: z
      .string()
      .nullable()
      .describe(
        "The first bytes of the answer, or what happened instead of one. When it says something of the response, a first line says what became of that.",
      ),
  }),
);
export const AttemptList = listOf("AttemptList", Attempt);

export const Retried = answer("Retried", z.strictObject({ retried: count() }));
export const ReconciliationAsked = answer("ReconciliationAsked", z.strictObject({ requestedAt: Moment }));

const Reconciliation = view<ReconciliationView>()(
  "Reconciliation",
  z.strictObject({
    startedAt: Moment,
    finishedAt: Moment.nullable().describe("null: it is under way, or its worker died and another will begin anew."),
    checked: count(),
    missing: count().describe("Deliveries that the provider does not have."),
    doubled: count(),
    strangers: count().describe("Things there that no delivery accounts for."),
    changed: count().describe("Deliveries of which the provider says something else than we did."),
    repaired: count().describe("Of all these, how many were put right."),
    examples: z.record(z.string(), z.array(z.string())),
    error: z.string().nullable(),
  }),
);
export const ReconciliationList = listOf("ReconciliationList", Reconciliation);

const connection = { id: z.string(), kind: z.string(), name: z.string(), createdAt: Moment };
export const Connection = view<ConnectionView>()("Connection", z.strictObject(connection));
export const CreatedConnection = view<ConnectionView & MadeSecrets>()(
  "CreatedConnection",
  z.strictObject({ ...connection, ...made }),
);
export const ConnectionList = listOf("ConnectionList", Connection);

body("NewIntegration", IntegrationBody, {
  byKind: "config",
  fields: {
    filter: 'CEL over the answers, as `city == "pune"`.',
    start:
      "`beginning`: the responses that are there already are delivered too. `now` unless told; kinds that keep an index (`summary`) have them all.",
  },
});
body("IntegrationPatch", IntegrationPatchBody, { fields: { config: "What is left out stays." } });
body("PreviewRequest", PreviewBody, { fields: { answers: "None is required." } });
body("Replay", ReplayBody, {
  description: "Exactly one of the three.",
  fields: {
    from: "`beginning`, `now` (the backlog is given up), or the id of the first response to be delivered again.",
    since: "From the first response that was received then or later.",
    responses: "Ids of the responses to be delivered again.",
  },
});
body("Skip", SkipBody);
body("NewConnection", ConnectionInputSchema, { byKind: "secrets" });
body("ConnectionPatch", ConnectionPatchSchema, {
  fields: { secrets: "All that the kind needs (`GET /v1/kinds`), in the place of those that are stored." },
});
