/** What needs somebody now: on top of the health of a workspace. */
import { withoutAddress } from "../../../core/alert/alert";
import type { AlertView } from "../../../services/alerts";
import { Ago } from "../parts/time";
import { integrationPath } from "../paths";
import { counted } from "../words";

/** More stand in the table below. */
const SHOWN = 10;

interface OpenAlertsProps {
  readonly alerts: readonly AlertView[];
  /** Milliseconds. */
  readonly now: number;
}

export const OpenAlerts = ({ alerts, now }: OpenAlertsProps) =>
  alerts.length === 0 ? null : (
    <section class="box bad" aria-label="Alerts">
      <strong>{counted(alerts.length, "alert")}</strong>
      <ul>
        {alerts.slice(0, SHOWN).map((alert) => (
          <li>
            <Subject alert={alert} />, <Ago at={alert.since} now={now} />.{" "}
            <span dir="auto">{withoutAddress(alert.text)}</span>
            {alert.toldAt === null && <span class="soft"> Nobody has been told yet.</span>}
          </li>
        ))}
      </ul>
      {alerts.length > SHOWN && <p class="small">And {alerts.length - SHOWN} more.</p>}
    </section>
  );

const Subject = ({ alert: { subject, form, integration } }: { readonly alert: AlertView }) =>
  form !== null && integration !== null ? (
    <a href={integrationPath(form, integration)} dir="auto">
      {subject}
    </a>
  ) : (
    <span dir="auto">{subject}</span>
  );
