/** What a person sees of the emulator: a list of spreadsheets, and a spreadsheet's visible tabs as grids. */
import type { Child } from "hono/jsx";
import { columnLetters } from "./emulator-a1";
import { formatCell } from "./emulator-render";
import { type Doc, hasValue, type Row, type Tab } from "./emulator-state";

/** A grid shows the newest rows of a long tab: a browser has better things to do than a million cells. */
const ROWS_SHOWN_MAX = 1000;

const CSS = `
:root { color-scheme: light dark; --line: light-dark(#d9dce0, #3a3f45); --head: light-dark(#f4f6f8, #23272c);
  --page: light-dark(#fff, #181b1f); --text: light-dark(#1c2126, #e6e9ec); --soft: light-dark(#5a646e, #9aa4ae); --go: #188038; }
* { box-sizing: border-box } body { margin: 0; padding: 1.5rem; font: 14px/1.45 system-ui, sans-serif; background: var(--page); color: var(--text) }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1rem } h1 { font-size: 1.25rem; margin: 0 }
h1::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 2px; background: var(--go) }
h2 { font-size: 1rem; margin: 1.25rem 0 .5rem } a { color: inherit } .soft { color: var(--soft) }
.grid { overflow: auto; max-height: 78vh; border: 1px solid var(--line); border-radius: 6px } table { border-collapse: separate; border-spacing: 0 }
th, td { border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .25rem .5rem; max-width: 26rem; white-space: pre-wrap; overflow-wrap: anywhere; text-align: left; vertical-align: top }
thead th, tbody th { background: var(--head); color: var(--soft); font-weight: 400; text-align: center; position: sticky } thead tr:first-child th { top: 0; z-index: 3 }
thead tr + tr th { top: 1.95rem; z-index: 2; color: var(--text); font-weight: 600; text-align: left } thead tr + tr th:first-child, tbody th { left: 0; color: var(--soft); font-weight: 400; text-align: center }
tbody th { z-index: 1 } td.number { text-align: right; font-variant-numeric: tabular-nums } td.formula { color: #c5221f } li { margin: .25rem 0 }`;

function Frame({ title, refreshSeconds, children }: { title: string; refreshSeconds?: number; children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {refreshSeconds ? <meta http-equiv="refresh" content={String(refreshSeconds)} /> : null}
        <title>{title}</title>
        <style>{CSS}</style>
      </head>
      <body>{children}</body>
    </html>
  );
}

/** Every spreadsheet, with a link. */
export function ListPage({ docs }: { docs: readonly Doc[] }) {
  return (
    <Frame title="Emulated Google Sheets">
      <header>
        <h1>Emulated Google Sheets</h1>
      </header>
      {docs.length === 0 ? <p class="soft">No spreadsheet yet: POST /_emulator/spreadsheets makes one.</p> : null}
      <ul>
        {docs.map((doc) => (
          <li>
            <a href={`/sheets/${encodeURIComponent(doc.id)}`}>{doc.title}</a> <span class="soft">{doc.id}</span>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

/** A spreadsheet: every visible tab. */
export function SheetPage({ doc, refreshSeconds }: { doc: Doc; refreshSeconds?: number }) {
  return (
    <Frame title={doc.title} {...(refreshSeconds && { refreshSeconds })}>
      <header>
        <h1>{doc.title}</h1>
        <a class="soft" href="/">
          all spreadsheets
        </a>
        <a class="soft" href={refreshSeconds ? "?" : "?refresh=2"}>
          {refreshSeconds ? "stop refreshing" : "refresh every 2 s"}
        </a>
      </header>
      {doc.tabs
        .filter((tab) => !tab.hidden)
        .map((tab) => (
          <Grid tab={tab} />
        ))}
    </Frame>
  );
}

function Grid({ tab }: { tab: Tab }) {
  const rows = tab.rows.filter((row) => row.some(hasValue)).length;
  const width = Math.max(
    1,
    tab.rows.reduce((most, row) => Math.max(most, row.findLastIndex(hasValue) + 1), 0),
  );
  const columns = Array.from({ length: width }, (_, c) => c);
  const numbered = tab.rows.map((row, r) => ({ row, r }));
  const [first, ...others] = numbered;
  const shown = others.slice(-ROWS_SHOWN_MAX);
  return (
    <section>
      <h2>
        {tab.title}{" "}
        <span class="soft">
          {rows} rows{shown.length < others.length ? `, the last ${shown.length} shown` : ""}
        </span>
      </h2>
      <div class="grid">
        <table>
          <thead>
            <tr>
              <th />
              {columns.map((c) => (
                <th scope="col">{columnLetters(c)}</th>
              ))}
            </tr>
            {first ? (
              <tr>
                <th>1</th>
                {columns.map((c) => (
                  <th scope="col">{formatCell(first.row[c])}</th>
                ))}
              </tr>
            ) : null}
          </thead>
          <tbody>
            {shown.map(({ row, r }) => (
              <tr>
                <th scope="row">{r + 1}</th>
                {columns.map((c) => (
                  <td class={classOf(row, c)}>{formatCell(row[c])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function classOf(row: Row, column: number): string | undefined {
  const value = row[column]?.userEnteredValue;
  if (value?.formulaValue !== undefined) return "formula";
  return value?.numberValue === undefined ? undefined : "number";
}
