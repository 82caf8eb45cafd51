/**
 * How far an index is: a bar while it is behind, why it stands still, and which one is shown where a form has several.
 */
import type { Child } from "hono/jsx";
import type { IntegrationView } from "../../../services/integration-view";
import { formPath, withQuery } from "../paths";
import { count, counted, INTEGRATION_STATES, lasting } from "../words";

interface IndexStateProps {
  readonly chosen: IntegrationView;
  readonly indexes: readonly IntegrationView[];
  /** Of the page that shows it. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export const IndexState = ({ chosen, indexes, path, query }: IndexStateProps) => (
  <>
    {indexes.length > 1 && (
      <nav class="switch" aria-label="Which one">
        {indexes.map(({ id, filter }, i) => (
          <a
            href={withQuery(path, query, { integration: id, cursor: undefined })}
            aria-current={id === chosen.id ? "page" : undefined}
          >
            {filter === null ? `All responses${i === 0 ? "" : ` (${i + 1})`}` : <code dir="auto">{filter}</code>}
          </a>
        ))}
      </nav>
    )}
    <Behind index={chosen} again={withQuery(path, query)} />
  </>
);

const STOPPED: Partial<Record<IntegrationView["state"], string>> = {
  paused: "It is paused and learns nothing new until somebody resumes it.",
  blocked: "It is blocked and learns nothing new until that is mended.",
};

/** Nothing at all while it is up to date. */
const Behind = ({ index, again }: { readonly index: IntegrationView; readonly again: string }) => {
  const { state, lag, lastError, form } = index;
  const stopped = STOPPED[state];
  if (lag.entries === 0 && !stopped) return null;
  return (
    <div class="box behind" role="status">
      {lag.entries > 0 && <Progress index={index} again={again} />}
      {stopped && (
        <p>
          {stopped} {lastError} <a href={formPath(form, "integrations")}>Integrations</a>
        </p>
      )}
      {state === "waiting" && lastError && (
        <p>
          {INTEGRATION_STATES.waiting[0]}: {lastError}
        </p>
      )}
    </div>
  );
};

const Progress = ({
  index: { positions, lag },
  again,
}: {
  readonly index: IntegrationView;
  readonly again: string;
}) => {
  const sum = (of: "position" | "high" | "head") => positions.reduce((total, one) => total + one[of], 0);
  const [done, all] = [sum("position"), sum("head")];
  const look: Child = <a href={again}>Look again</a>;
  if (done >= all) {
    return (
      <p>
        {counted(lag.entries, "change")} of the last {lasting(lag.seconds)} may not be in yet. {look}
      </p>
    );
  }
  return (
    <>
      <p id="behind">
        {count(done)} of {counted(all, "response")}{" "}
        {sum("high") > done
          ? "are gone through again."
          : `are in; the oldest that is not has waited for ${lasting(lag.seconds)}.`}{" "}
        {look}
      </p>
      <progress value={done} max={all} aria-labelledby="behind" />
    </>
  );
};
