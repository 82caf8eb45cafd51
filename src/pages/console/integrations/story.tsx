/** What happened to an integration, newest first. */
import type { AuditAction } from "../../../core/audit";
import type { Happening } from "../../../services/integration-story";
import { useMay } from "../env";
import { Card } from "../parts/card";
import { Ago } from "../parts/time";
import { counted } from "../words";

interface StoryProps {
  readonly happenings: readonly Happening[];
  /** Milliseconds. */
  readonly now: number;
}

const WORDS: Partial<Record<AuditAction, string>> = {
  "integration.created": "Added",
  "integration.updated": "Changed",
  "integration.paused": "Paused",
  "integration.resumed": "Told to go on",
  "integration.replayed": "Replay",
  "integration.retried": "Retry of all parked",
  "integration.reconciled": "Comparison asked for",
  "integration.blocked": "Stopped",
  "integration.recovered": "Delivers again",
};

/** What Formlog did by itself, and, for whoever may read the audit log, what people did. */
export const Story = ({ happenings, now }: StoryProps) => {
  const all = useMay("admin");
  const shown = happenings.filter(({ by }) => all || by === null);
  if (shown.length === 0) return null;
  return (
    <Card title="What happened" id="story">
      <ol class="history">
        {shown.map((one) => (
          <li>
            <strong>{WORDS[one.action] ?? one.action}</strong>
            {detailOf(one)}
            <span class="soft small">
              {" "}
              <Ago at={one.at} now={now} />
              {one.by !== null && `, by ${one.by}`}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
};

function detailOf({ action, detail }: Happening): string {
  if (action === "integration.retried" && typeof detail.retried === "number") {
    return `: ${counted(detail.retried, "delivery", "deliveries")}`;
  }
  if (action !== "integration.replayed") return "";
  if (typeof detail.since === "string") return `: since ${detail.since}`;
  return typeof detail.from === "string" ? `: from ${detail.from}` : ": chosen responses";
}
