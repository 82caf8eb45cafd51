/** The log: what happened in the last days, newest first, narrowed by its address. */
import { LOG_EVENTS, LOG_LEVELS } from "../../../core/log";
import type { LogView } from "../../../services/logs";
import { OTHERS, sayDetail } from "../audit/words";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Input, Select } from "../parts/controls";
import { Entries, Narrow } from "../parts/entries";
import type { Column } from "../parts/table";
import { Time } from "../parts/time";
import { AUDIT, formPath, integrationPath, LOG, responsePath, withQuery } from "../paths";
import { EVENTS, LEVELS, sayEvent } from "./words";

export interface LogProps {
  readonly query: URLSearchParams;
  readonly entries: readonly LogView[];
  /** The page looked through as many as it may before it was full. */
  readonly cut: boolean;
  readonly next: string | null;
  /** Of forms and keys, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly days: number;
}

export const LogPage = ({ query, entries, cut, next, names, days }: LogProps) => (
  <Page title="Log">
    <p class="soft">
      What happened to deliveries in the last {days} days, and between it what people changed, which the{" "}
      <a href={AUDIT}>audit log</a> keeps for good.
    </p>
    <Filter query={query} />
    <Entries path={LOG} query={query} entries={entries} columns={columnsOf(names)} cut={cut} next={next}>
      <p>A page of deliveries is one entry, however many responses it was.</p>
    </Entries>
  </Page>
);

const Filter = ({ query }: Pick<LogProps, "query">) => {
  const typed = (name: string) => query.get(name) ?? "";
  const levels = LOG_LEVELS.map((value) => ({ value, label: LEVELS[value][0] }));
  const kinds = LOG_EVENTS.map((value) => ({ value, label: EVENTS[value] }));
  return (
    <Narrow path={LOG} query={query}>
      <Select
        label="Level"
        name="level"
        value={typed("level")}
        options={[{ value: "", label: "Every level" }, ...levels]}
      />
      <Select
        label="What"
        name="event"
        value={typed("event")}
        options={[{ value: "", label: "Everything" }, ...kinds]}
      />
      <Input label="Id of a form" name="form" value={typed("form")} maxlength={200} />
      <Input label="Id of an integration" name="integration" value={typed("integration")} maxlength={200} />
      <Input label="Id of a response" name="response" value={typed("response")} maxlength={200} />
      <Input label="Request" name="request" value={typed("request")} maxlength={200} />
    </Narrow>
  );
};

const columnsOf = (names: LogProps["names"]): readonly Column<LogView>[] => [
  { title: "When (UTC)", tight: true, cell: ({ at }) => <Time at={at} seconds /> },
  { title: "Level", tight: true, cell: ({ level }) => <Badge word={LEVELS[level]} /> },
  { title: "What", cell: sayEvent },
  { title: "About", cell: (entry) => entry.form !== null && <About entry={entry} form={entry.form} names={names} /> },
  { title: "Details", cell: (entry) => <Details entry={entry} names={names} /> },
];

interface EntryProps {
  readonly entry: LogView;
  readonly names: LogProps["names"];
}

/** The form, the integration and the responses that it is about. */
const About = ({ entry: { integration, responses }, form, names }: EntryProps & { readonly form: string }) => (
  <>
    <a href={formPath(form)}>
      <span dir="auto">{names.get(form) ?? form}</span>
    </a>{" "}
    {integration !== null && (
      <a class="small" href={integrationPath(form, integration)}>
        Integration
      </a>
    )}{" "}
    {responses !== null && (
      <span class="small">
        <a href={responsePath(form, responses.first)}>{responses.first}</a>
        {responses.last !== responses.first && (
          <>
            {" to "}
            <a href={responsePath(form, responses.last)}>{responses.last}</a>
          </>
        )}
      </span>
    )}
  </>
);

/** Counts and reasons, who did it, and the request that it goes back to. */
const Details = ({ entry, names }: EntryProps) => {
  const { actor, requestId } = entry;
  return (
    <span class="soft small">
      {sayDetail(entry)}
      {actor !== null && (
        <>
          {" by "}
          <span dir="auto">{OTHERS[actor] ?? names.get(actor) ?? actor}</span>
        </>
      )}{" "}
      {requestId !== null && (
        <a href={withQuery(LOG, new URLSearchParams({ request: requestId }))}>request {requestId}</a>
      )}
    </span>
  );
};
