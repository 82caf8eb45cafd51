/** What the pages of both logs are made of: a form that narrows them, and a page of what it leaves. */
import type { Child } from "hono/jsx";
import { withQuery } from "../paths";
import { Button, Input } from "./controls";
import { Empty } from "./empty";
import { Pager } from "./pager";
import { type Column, Table } from "./table";

interface NarrowProps {
  /** Of the page, without what narrows it. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Its inputs, before those for the days. */
  readonly children: Child;
}

export const Narrow = ({ path, query, children }: NarrowProps) => (
  <search>
    <form method="get" action={path} class="toolbar wrap">
      {children}
      <Input label="From (UTC)" name="from" type="date" value={query.get("from") ?? ""} />
      <Input label="To (UTC)" name="to" type="date" value={query.get("to") ?? ""} />
      <div class="buttons">
        <Button tone="quiet">Apply</Button>
        {query.size > 0 && (
          <a class="button quiet" href={path}>
            Show all
          </a>
        )}
      </div>
    </form>
  </search>
);

interface EntriesProps<T> extends Omit<NarrowProps, "children"> {
  readonly entries: readonly T[];
  readonly columns: readonly Column<T>[];
  /** The page looked through as many as it may before it was full. */
  readonly cut: boolean;
  /** The cursor of the next page; null: there is none. */
  readonly next: string | null;
  /** What is said where there are none: what would stand here. */
  readonly children: Child;
}

export const Entries = <T,>({ path, query, entries, columns, cut, next, children }: EntriesProps<T>) => (
  <>
    {entries.length > 0 ? (
      <Table stack label="Entries" rows={entries} columns={columns} />
    ) : (
      !cut && <Empty title={query.size > 0 ? "No entry is like that" : "Nothing has happened yet"}>{children}</Empty>
    )}
    {cut && (
      <p class="box">
        {entries.length === 0 ? "Nothing found yet. " : ""}5,000 entries were looked through. The search goes on with
        the next page.
      </p>
    )}
    <Pager
      older={next === null ? undefined : withQuery(path, query, { cursor: next })}
      newest={query.has("cursor") ? withQuery(path, query, { cursor: undefined }) : undefined}
    />
  </>
);
