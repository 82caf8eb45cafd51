/** The audit log: who changed what, newest first, narrowed by its address. */
import { AUDIT_ACTIONS } from "../../../core/audit";
import type { AuditView } from "../../../services/audit";
import { Page } from "../layout";
import { Input, Select } from "../parts/controls";
import { Entries, Narrow } from "../parts/entries";
import type { Column } from "../parts/table";
import { Time } from "../parts/time";
import { AUDIT, formPath, responsePath, withQuery } from "../paths";
import { ACTIONS, OTHERS, sayDetail } from "./words";

export interface AuditProps {
  readonly query: URLSearchParams;
  readonly entries: readonly AuditView[];
  /** The page looked through as many as it may before it was full. */
  readonly cut: boolean;
  readonly next: string | null;
  /** Of keys and forms, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Keys to choose from. */
  readonly keys: readonly { readonly id: string; readonly name: string }[];
}

export const AuditPage = (props: AuditProps) => {
  const { query, entries, cut, next } = props;
  return (
    <Page title="Audit log">
      <Filter {...props} />
      <Entries path={AUDIT} query={query} entries={entries} columns={columnsOf(props)} cut={cut} next={next}>
        <p>What people and keys change is noted here. Responses that are sent are not.</p>
      </Entries>
    </Page>
  );
};

const Filter = ({ query, keys, names }: AuditProps) => {
  const who = query.get("actor") ?? "";
  const known = keys.some(({ id }) => id === who) || who === "" || who in OTHERS;
  const actors = [
    { value: "", label: "Everybody" },
    ...keys.map(({ id, name }) => ({ value: id, label: name })),
    ...(known ? [] : [{ value: who, label: names.get(who) ?? who }]),
    ...Object.entries(OTHERS).map(([value, label]) => ({ value, label })),
  ];
  const actions = AUDIT_ACTIONS.map((value) => ({ value, label: ACTIONS[value] }));
  return (
    <Narrow path={AUDIT} query={query}>
      <Select label="Who" name="actor" value={who} options={actors} />
      <Select
        label="What"
        name="action"
        value={query.get("action") ?? ""}
        options={[{ value: "", label: "Everything" }, ...actions]}
      />
      <Input label="Id of what was changed" name="object" value={query.get("object") ?? ""} maxlength={200} />
    </Narrow>
  );
};

const columnsOf = ({ names }: AuditProps): readonly Column<AuditView>[] => [
  { title: "When (UTC)", tight: true, cell: ({ at }) => <Time at={at} seconds /> },
  { title: "What", cell: ({ action }) => ACTIONS[action] },
  {
    title: "Who",
    cell: ({ actor }) => <span dir="auto">{OTHERS[actor] ?? names.get(actor) ?? actor}</span>,
  },
  { title: "About", cell: (entry) => <Changed entry={entry} names={names} /> },
  {
    title: "Details",
    optional: true,
    cell: (entry) => sayDetail(entry) && <span class="soft small">{sayDetail(entry)}</span>,
  },
];

interface ChangedProps {
  readonly entry: AuditView;
  readonly names: AuditProps["names"];
}

/** What was changed, by its name where it has one, and the form that it belongs to. */
const Changed = ({ entry: { object, action, detail }, names }: ChangedProps) => {
  const form = typeof detail.form === "string" ? detail.form : undefined;
  const gone = action === "response.erased" || form === undefined;
  const path = object.startsWith("form_") ? formPath(object) : gone ? undefined : pathIn(form, object, action);
  const name = names.get(object);
  const text = name === undefined ? <code class="small">{object}</code> : <span dir="auto">{name}</span>;
  return (
    <>
      {path === undefined ? text : <a href={path}>{text}</a>}
      {form !== undefined && (
        <span class="soft small" dir="auto">
          {" "}
          {names.get(form) ?? form}
        </span>
      )}{" "}
      <a
        class="small"
        href={withQuery(AUDIT, new URLSearchParams({ object }))}
        aria-label={`All about ${name ?? object}`}
      >
        All
      </a>
    </>
  );
};

/** Where the console shows what belongs to a form. */
function pathIn(form: string, object: string, action: AuditView["action"]): string | undefined {
  if (action.startsWith("response.") || action === "correction_link.created") return responsePath(form, object);
  return action.startsWith("integration.") ? formPath(form, "integrations") : undefined;
}
