/** The keys of a workspace: what each may do, and whether it is in use. */
import type { KeyView } from "../../../services/keys";
import { useVisit } from "../env";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Pager } from "../parts/pager";
import { type Column, Table } from "../parts/table";
import { Ago, Time } from "../parts/time";
import { formPath, KEYS, keyPath, withQuery } from "../paths";
import { sayScopes } from "./scopes";

export interface KeysProps {
  readonly keys: readonly KeyView[];
  /** Of forms, by id. */
  readonly titles: ReadonlyMap<string, string>;
  readonly next: string | null;
  readonly first: boolean;
  /** Milliseconds. */
  readonly now: number;
}

export const KeysPage = ({ keys, titles, next, first, now }: KeysProps) => (
  <Page
    title="Keys"
    actions={
      <a class="button" href={`${KEYS}/new`}>
        New key
      </a>
    }
  >
    <p class="soft">
      People sign in here with a key; apps, devices and scripts call the <a href="/docs">API</a> with one.
    </p>
    <Table stack label="Keys" rows={keys} columns={columnsOf({ titles, now, own: useVisit()?.key.id })} />
    <Pager
      older={next === null ? undefined : withQuery(KEYS, new URLSearchParams(), { cursor: next })}
      newest={first ? undefined : KEYS}
    />
  </Page>
);

interface ColumnsOf extends Pick<KeysProps, "titles" | "now"> {
  /** The key of this session. */
  readonly own: string | undefined;
}

const columnsOf = ({ titles, now, own }: ColumnsOf): readonly Column<KeyView>[] => [
  {
    title: "Name",
    cell: (key) => (
      <>
        <span dir="auto">{key.name}</span>
        {key.id === own && <span class="soft"> (yours)</span>}
      </>
    ),
  },
  { title: "May", cell: ({ scopes }) => sayScopes(scopes) },
  {
    title: "For",
    cell: ({ form }) =>
      form === null ? (
        <span class="soft">All forms</span>
      ) : (
        <a href={formPath(form)} dir="auto">
          {titles.get(form) ?? form}
        </a>
      ),
  },
  {
    title: "Last used",
    tight: true,
    cell: ({ lastUsedAt }) =>
      lastUsedAt === null ? <span class="soft">Never</span> : <Ago at={lastUsedAt} now={now} />,
  },
  { title: "Ends", tight: true, cell: ({ expiresAt }) => <Ends at={expiresAt} now={now} /> },
  {
    title: <span class="sr">What to do</span>,
    tight: true,
    cell: ({ id, name }) => (
      <a href={keyPath(id, "revoke")} aria-label={`Revoke ${name}`}>
        Revoke…
      </a>
    ),
  },
];

/** When a key or a link ends to work; null: never by itself. `now`: milliseconds. */
export const Ends = ({ at, now }: { readonly at: string | null; readonly now: number }) => {
  if (at === null) return <span class="soft">Never</span>;
  return Date.parse(at) <= now ? <Badge word={["Expired", "bad"]} /> : <Time at={at} />;
};
