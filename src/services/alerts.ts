/** Verbs on alerts: which are open, and where they are told. */

import * as z from "zod";
import type { Context } from "../context";
import { ALERT_RULES, type AlertRule, type OpenAlert, type Severity } from "../core/alert/alert";
import { AppError } from "../core/errors";
import { toE164 } from "../core/phone";
import { findKind } from "../integrations/kinds";
import * as store from "../store/alerts";
import { ALERT_FORM, PHONES } from "./alert-form";
import { checkWith } from "./check";
import { createConnection, type MadeSecrets } from "./connections";
import { createForm } from "./form-verbs";
import type { IntegrationView } from "./integration-view";
import { listIntegrations } from "./integrations";
import { createIntegration, type IntegrationInput } from "./new-integration";

export interface AlertView {
  readonly cause: string;
  readonly rule: AlertRule;
  readonly severity: Severity;
  readonly subject: string;
  readonly text: string;
  readonly form: string | null;
  readonly integration: string | null;
  readonly since: string;
  /** When it was told last; null: nobody was told. */
  readonly toldAt: string | null;
}

/** Alerts that a list shows at most. */
const SHOWN_MAX = 500;

/** The open alerts of a workspace, oldest first; of a key of one form those of its form. */
export async function listAlerts(ctx: Context, workspace: string, form: string | null): Promise<AlertView[]> {
  const open = await store.listAlerts(ctx.shards.control, workspace, { form, limit: SHOWN_MAX });
  return open.map(viewOf);
}

const viewOf = ({ cause, rule, subject, text, form, integration, since, toldAt }: OpenAlert): AlertView => ({
  cause,
  rule,
  severity: ALERT_RULES[rule],
  subject,
  text,
  form,
  integration,
  since: new Date(since).toISOString(),
  toldAt: toldAt === null ? null : new Date(toldAt).toISOString(),
});

const Address = z.string().trim().min(1).max(2_000);
const Mail = z.email().max(320);
/** Where alerts are to go, in the words of whoever wants them. */
export const DestinationSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("webhook"), url: Address }),
  z.strictObject({ type: z.literal("slack"), url: Address }),
  z.strictObject({
    type: z.literal("email"),
    url: Address,
    authorization: z.string().trim().min(1).max(1_000),
    from: z.string().trim().min(3).max(320),
    to: z.array(Mail).min(1).max(20),
  }),
  z.strictObject({
    type: z.literal("sms"),
    number: z.string().transform((text, context) => {
      const number = toE164(text);
      if (number !== null) return number;
      context.addIssue({ code: "custom", message: "a number with its country, as +14155552671" });
      return z.NEVER;
    }),
    from: z.string().optional(),
    connection: z.string().optional(),
  }),
]);
export type Destination = z.output<typeof DestinationSchema>;

/** An integration of the alert form that somebody is told by. */
export interface DestinationView extends Pick<IntegrationView, "id" | "form" | "kind" | "state" | "lastError"> {
  readonly type: Destination["type"] | "other";
  /** Where it goes, as far as that is no secret: a host, addresses, the end of a number; null: of another kind. */
  readonly to: string | null;
}

/**
 * Adds a destination: an integration of the workspace's alert form, which is made with the first. Throws
 * `invalid_request`.
 */
export async function addDestination(
  ctx: Context,
  workspace: string,
  input: unknown,
): Promise<DestinationView & MadeSecrets> {
  const destination = checkWith(DestinationSchema, input);
  const target = await alertForm(ctx, workspace);
  const integration =
    destination.type === "sms"
      ? await addNumber(ctx, workspace, { target, destination })
      : await createIntegration(ctx, workspace, {
          form: target.form,
          ...(await webhookOf(ctx, workspace, destination)),
        });
  const { phones } = (await findTarget(ctx, workspace)) ?? target;
  return { ...destinationOf(integration, phones), ...(integration.secrets && { secrets: integration.secrets }) };
}

/** The integrations of the alert form. */
export async function listDestinations(ctx: Context, workspace: string): Promise<DestinationView[]> {
  const target = await findTarget(ctx, workspace);
  if (!target) return [];
  const all = await listIntegrations(ctx, workspace, target.form);
  return all.map((integration) => destinationOf(integration, target.phones));
}

const destinationOf = (
  { id, form, kind, state, lastError, config }: IntegrationView,
  phones: store.AlertTarget["phones"],
): DestinationView => ({
  id,
  form,
  type: typeOf(kind, config.payload),
  to: goesTo(config, phones),
  kind,
  state,
  lastError,
});

function goesTo({ url, to, payload }: IntegrationView["config"], phones: store.AlertTarget["phones"]): string | null {
  if (typeof to === "string") return phones[to] ? `…${phones[to].slice(-4)}` : null;
  const mails = (payload as { to?: unknown } | undefined)?.to;
  if (Array.isArray(mails)) return mails.join(", ");
  return typeof url === "string" && URL.canParse(url) ? new URL(url).host : null;
}

function typeOf(kind: string, payload: unknown): DestinationView["type"] {
  if (kind === "twilio-sms") return "sms";
  if (kind !== "webhook") return "other";
  const names = Object.keys((payload as object | undefined) ?? {});
  if (names.includes("type")) return "webhook";
  return names.includes("subject") ? "email" : names.includes("text") ? "slack" : "other";
}

const findTarget = async (ctx: Context, workspace: string): Promise<store.AlertTarget | null> =>
  (await store.readAlertTargets(ctx.shards.control, [workspace])).get(workspace) ?? null;

/** The alert form of a workspace; made when there is none, or none any more. */
async function alertForm(ctx: Context, workspace: string): Promise<store.AlertTarget> {
  const known = await findTarget(ctx, workspace);
  if (known) return known;
  const { id } = await createForm(ctx, workspace, { definition: ALERT_FORM, access: "key", metadata: {} });
  const made = { form: id, phones: {} };
  const taken = await store.startAlertTarget(ctx.shards.control, workspace, made);
  // Somebody else was faster: theirs counts, and this one is a form without responses.
  return taken ? made : ((await findTarget(ctx, workspace)) ?? made);
}

/** An integration that sends texts to a number, which stands in a question that no other one uses. */
async function addNumber(
  ctx: Context,
  workspace: string,
  { target, destination }: { target: store.AlertTarget; destination: Extract<Destination, { type: "sms" }> },
) {
  const { number, type: _, ...config } = destination;
  const used = (await listIntegrations(ctx, workspace, target.form)).map(({ config: { to } }) => to);
  const to = PHONES.find((ref) => !used.includes(ref));
  if (!to)
    throw new AppError("conflict", { detail: `Texts go to ${PHONES.length} numbers at most: delete one first.` });
  const made = await createIntegration(ctx, workspace, {
    form: target.form,
    kind: "twilio-sms",
    config: { to, body: "Formlog: {{subject}} {{text}}", ...config },
  });
  await store.setAlertPhone(ctx.shards.control, workspace, { question: to, number });
  return made;
}

/** A webhook of the shape that the other side takes. */
async function webhookOf(
  ctx: Context,
  workspace: string,
  destination: Exclude<Destination, { type: "sms" }>,
): Promise<Pick<IntegrationInput, "kind" | "config">> {
  const { type, url } = destination;
  const common = { url, events: ["response.created"] };
  const webhook = (config: object) => ({ kind: "webhook", config: { ...common, ...config } });
  if (type === "webhook") return webhook({ payload: STANDARD });
  if (type === "slack") return webhook({ payload: { text: "{{subject}}\n{{text}}" } });
  const { from, to, authorization } = destination;
  const keys = (await findKind("webhook")?.credentials?.generate(ctx.random)) as object;
  const name = "Mail service of alerts";
  const secrets = { ...keys, headers: { Authorization: authorization } };
  const { id: connection } = await createConnection(ctx, workspace, { kind: "webhook", name, secrets });
  return webhook({ connection, payload: { from, to, subject: "{{subject}}", text: "{{text}}" } });
}

const STANDARD = {
  type: "{{event}}",
  timestamp: "{{at}}",
  data: { id: "{{response_id}}", rule: "{{rule}}", severity: "{{severity}}", subject: "{{subject}}", text: "{{text}}" },
};
