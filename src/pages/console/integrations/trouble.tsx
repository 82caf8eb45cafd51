/** What keeps an integration from working, in the words of the kind: on its own page, and below its row in a table. */
import type { IntegrationView } from "../../../services/integration-view";
import { Ago, In } from "../parts/time";
import { count, counted } from "../words";

interface TroubleProps {
  readonly integration: Pick<IntegrationView, "state" | "lastError" | "failing" | "nextAttemptAt">;
  /** How often it stopped in the last day. */
  readonly stops: number;
  /** Milliseconds. */
  readonly now: number;
}

export const Trouble = (props: TroubleProps) => {
  const { state, lastError, failing } = props.integration;
  if (lastError === null && failing === null) return null;
  return (
    <section class={state === "blocked" ? "box bad" : "box warn"} aria-label="What is in the way">
      {lastError !== null && <p>{lastError}</p>}
      <p class="small">
        <Attempts {...props} />
      </p>
    </section>
  );
};

/** The same as a line of a table, also of one that stopped and works again; null: nothing to tell. */
export function troubleNote(props: TroubleProps) {
  const { lastError, failing, nextAttemptAt } = props.integration;
  if (lastError === null && failing === null && nextAttemptAt === null && props.stops === 0) return null;
  return (
    <>
      {lastError !== null && <span class="problem">{lastError} </span>}
      <Attempts {...props} />
    </>
  );
}

const Attempts = ({ integration: { failing, nextAttemptAt }, stops, now }: TroubleProps) => (
  <>
    {failing && (
      <>
        {failing.attempts === 1
          ? "The last attempt failed"
          : `${count(failing.attempts)} attempts in a row failed, the first`}{" "}
        <Ago at={failing.since} now={now} />.{" "}
      </>
    )}
    {stops > 0 && <>It stopped {counted(stops, "time")} in the last day. </>}
    {nextAttemptAt !== null && (
      <>
        It tries again by itself <In at={nextAttemptAt} now={now} />.
      </>
    )}
  </>
);
