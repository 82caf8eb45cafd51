/** Alerts in the document. */
import * as z from "zod";
import { ALERT_RULES, type AlertRule } from "../../../core/alert/alert";
import { type AlertView, DestinationSchema, type DestinationView } from "../../../services/alerts";
import type { MadeSecrets } from "../../../services/connections";
import { body, listOf, Moment, view } from "../components";

const Alert = view<AlertView>()(
  "Alert",
  z.strictObject({
    cause: z.string().describe("The rule and what it is about: one cause has one alert."),
    rule: z.enum(Object.keys(ALERT_RULES) as [AlertRule, ...AlertRule[]]),
    severity: z.enum(["page", "ticket"]),
    subject: z.string(),
    text: z.string().describe("What is wrong and what to do."),
    form: z.string().nullable(),
    integration: z.string().nullable(),
    since: Moment,
    toldAt: Moment.nullable().describe("null: nobody was told. Alerts are told again while they last."),
  }),
);
export const AlertList = listOf("AlertList", Alert);

const destination = {
  id: z.string().describe("Of the integration that tells: change, pause and delete it as any other."),
  form: z.string().describe("The alert form of the workspace."),
  type: z.enum(["webhook", "slack", "email", "sms", "other"]),
  to: z
    .string()
    .nullable()
    .describe("Where it goes, as far as that is no secret: a host, addresses, the end of a number."),
  kind: z.string(),
  state: z.enum(["active", "paused", "waiting", "blocked"]),
  lastError: z.string().nullable(),
};
const AlertDestination = view<DestinationView>()("AlertDestination", z.strictObject(destination));
export const AlertDestinationList = listOf("AlertDestinationList", AlertDestination);
export const CreatedAlertDestination = view<DestinationView & MadeSecrets>()(
  "CreatedAlertDestination",
  z.strictObject({
    ...destination,
    secrets: z
      .record(z.string(), z.string())
      .optional()
      .describe("Keys that Formlog made and signs its calls with, shown this once."),
  }),
);

body("NewAlertDestination", DestinationSchema, { description: "By type." });
