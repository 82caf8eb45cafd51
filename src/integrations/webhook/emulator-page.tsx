/** What a person sees of the emulated receiver: the events that came, newest first. */
import { EmulatorFrame } from "../../core/emulator-frame";
import type { Received } from "./emulator";

/** A browser has better things to do than a million events. */
const SHOWN_MAX = 200;

/** What events have beside the frame. */
export const STYLE = `
.events { list-style: none; } .events li + li { margin-top: 0.75rem; }
.events p { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 1rem; }
summary { margin-top: 0.35rem; padding: 0.2rem 0; cursor: pointer; }
pre { margin-top: 0.5rem; padding-top: 0.75rem; border-top: 1px solid var(--line); font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; }
`;

const EMULATES = "Emulated receiver";

interface PageProps {
  readonly received: readonly Received[];
  /** Seconds. */
  readonly follow: number;
}

export function EventsPage({ received, follow }: PageProps) {
  const times = new Map<string, number>();
  const numbered = received.map((one) => {
    const time = (times.get(one.id) ?? 0) + 1;
    times.set(one.id, time);
    return { one, time };
  });
  return (
    <EmulatorFrame
      emulates={EMULATES}
      title={EMULATES}
      beside={`${counted(times.size, "event")}, ${counted(received.length, "call")}`}
      follow={follow}
    >
      {received.length === 0 ? (
        <p class="empty">No event yet.</p>
      ) : (
        <ol class="events" aria-label="Events, newest first">
          {numbered
            .slice(-SHOWN_MAX)
            .toReversed()
            .map(({ one, time }) => (
              <EventItem one={one} time={time} />
            ))}
        </ol>
      )}
    </EmulatorFrame>
  );
}

const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`;

function EventItem({ one, time }: { one: Received; time: number }) {
  const { type, pretty } = readBody(one.body);
  return (
    <li class="card">
      <p>
        <strong>{type}</strong>
        <span class="soft small">{one.id}</span>
        <time class="soft small" datetime={new Date(one.at).toISOString()}>
          {new Date(one.at).toISOString().slice(0, 19).replace("T", " ")} UTC
        </time>
        <span class={one.verified ? "good" : "bad"}>
          {one.verified ? "signature verified" : "signature not checked"}
        </span>
        {time > 1 ? <span class="soft">received {time} times</span> : null}
      </p>
      <details>
        <summary class="soft small">Body</summary>
        <pre>{pretty}</pre>
      </details>
    </li>
  );
}

function readBody(body: string): { type: string; pretty: string } {
  try {
    const value: unknown = JSON.parse(body);
    const type = typeof value === "object" && value !== null && "type" in value ? String(value.type) : "event";
    return { type, pretty: JSON.stringify(value, null, 2) };
  } catch {
    return { type: "event", pretty: body };
  }
}
