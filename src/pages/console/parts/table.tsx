/**
 * A table of the console. The first column names the row. On a narrow screen it either scrolls within itself, its first
 * column staying, or (`stack`) each row becomes a block with the titles of the columns beside the values.
 */
import type { Child } from "hono/jsx";

export interface Column<T> {
  readonly title: Child;
  readonly cell: (row: T) => Child;
  /** Numbers, at the end of their cell. */
  readonly end?: true;
  /** Takes no more room than its content. */
  readonly tight?: true;
  /** Left out where no row has anything in it. */
  readonly optional?: true;
  /** Left out on narrow screens. */
  readonly wide?: true;
}

interface TableProps<T> {
  /** What it lists; said to those who can't see it. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly stack?: boolean;
  /** What stands below a row over its whole width; null: nothing. */
  readonly note?: (row: T) => Child | null;
}

export const Table = <T,>(props: TableProps<T>) =>
  props.stack ? (
    <div class="table stack">
      <Rows {...props} />
    </div>
  ) : (
    // What scrolls must be reached by the keyboard.
    <section class="table" aria-label={props.label} tabindex={0}>
      <Rows {...props} />
    </section>
  );

/** Some browsers forget that a table is one when its display changes: then it is said to them. */
const roleOf = (stack: boolean | undefined) => (role: string) => (stack ? { role } : {});

const Rows = <T,>({ label, columns, rows, stack, note }: TableProps<T>) => {
  const as = roleOf(stack);
  const shown = columns.filter((column) => !column.optional || rows.some((row) => !isEmpty(column.cell(row))));
  return (
    <table {...as("table")} aria-label={label}>
      <thead {...as("rowgroup")}>
        <tr {...as("row")}>
          {shown.map((column) => (
            <th {...as("columnheader")} scope="col" class={classOf(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      {rows.map((row) => (
        <tbody {...as("rowgroup")}>
          <tr {...as("row")}>
            {shown.map((column, i) => (
              <Cell column={column} row={row} first={i === 0} stack={stack} />
            ))}
          </tr>
          <Note of={note?.(row)} span={shown.length} stack={stack} />
        </tbody>
      ))}
    </table>
  );
};

interface CellProps<T> {
  readonly column: Column<T>;
  readonly row: T;
  readonly first: boolean;
  readonly stack: boolean | undefined;
}

const Cell = <T,>({ column, row, first, stack }: CellProps<T>) => {
  const as = roleOf(stack);
  const content = column.cell(row);
  if (first) {
    return (
      <th {...as("rowheader")} scope="row" class={classOf(column)}>
        {content}
      </th>
    );
  }
  return (
    <td {...as("cell")} class={classOf(column, content ?? null)}>
      {stack && (
        <span class="titled" aria-hidden="true">
          {column.title}
        </span>
      )}
      {content}
    </td>
  );
};

interface NoteProps {
  readonly of: Child;
  readonly span: number;
  readonly stack: boolean | undefined;
}

const Note = ({ of, span, stack }: NoteProps) => {
  if (isEmpty(of)) return null;
  const as = roleOf(stack);
  return (
    <tr {...as("row")} class="note">
      <td {...as("cell")} colspan={span}>
        {of}
      </td>
    </tr>
  );
};

const isEmpty = (content: Child) => content === null || content === undefined || content === false || content === "";

function classOf({ end, tight, wide }: Pick<Column<never>, "end" | "tight" | "wide">, content: Child = true) {
  const names = [end && "end", tight && "tight", wide && "wide", isEmpty(content) && "none"];
  return names.filter(Boolean).join(" ") || undefined;
}
