/** What a person sees of the emulator: a list of spreadsheets, and a spreadsheet's visible tabs as grids. */
import { EmulatorFrame } from "../../core/emulator-frame";
import { columnLetters } from "./emulator-a1";
import { formatCell } from "./emulator-render";
import { type Doc, hasValue, type Row, type Tab } from "./emulator-state";

/** A grid shows the newest rows of a long tab: a browser has better things to do than a million cells. */
const ROWS_SHOWN_MAX = 1000;

/** What a grid has beside the frame. */
export const STYLE = `
.tab + .tab { margin-top: 1.5rem; } .tab h2 { margin-bottom: 0.5rem; } .tab h2 .soft { font-weight: 400; }
.grid { overflow: auto; max-height: 75vh; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
table { border-collapse: separate; border-spacing: 0; font-size: 0.9375rem; }
th, td { min-width: 3rem; max-width: 26rem; padding: 0.35rem 0.7rem; border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); white-space: pre-wrap; text-align: start; vertical-align: top; font-weight: 400; overflow-wrap: break-word; }
thead > tr > *, tbody th { position: sticky; background: var(--raised); color: var(--soft); }
tbody th, thead > tr > :first-child { left: 0; text-align: center; z-index: 1; }
thead tr:first-child > * { top: 0; height: 2.1rem; text-align: center; z-index: 2; } thead tr + tr > * { top: 2.1rem; z-index: 2; }
thead tr + tr th:not(:first-child) { color: var(--ink); font-weight: 600; } thead > tr > :first-child { z-index: 3; }
td.number { text-align: end; font-variant-numeric: tabular-nums; } td.formula { color: var(--bad); }
`;

const EMULATES = "Emulated Google Sheets";

/** Every spreadsheet, with a link. */
export const ListPage = ({ docs }: { docs: readonly Doc[] }) => (
  <EmulatorFrame emulates={EMULATES} title={EMULATES} narrow>
    {docs.length === 0 ? (
      <p class="empty">No spreadsheet yet: POST /_emulator/spreadsheets makes one.</p>
    ) : (
      <ul class="card list">
        {docs.map((doc) => (
          <li>
            <a href={`/sheets/${encodeURIComponent(doc.id)}`}>
              <strong dir="auto">{doc.title}</strong> <span class="soft small">{doc.id}</span>
            </a>
          </li>
        ))}
      </ul>
    )}
  </EmulatorFrame>
);

/** A spreadsheet: every visible tab. `follow`: seconds. */
export const SheetPage = ({ doc, follow }: { doc: Doc; follow: number }) => (
  <EmulatorFrame emulates={EMULATES} title={doc.title} follow={follow}>
    {doc.tabs
      .filter((tab) => !tab.hidden)
      .map((tab) => (
        <Grid tab={tab} />
      ))}
  </EmulatorFrame>
);

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
    <section class="tab">
      <h2 dir="auto">
        {tab.title}{" "}
        <span class="soft">
          {rows} rows{shown.length < others.length ? `, the last ${shown.length} shown` : ""}
        </span>
      </h2>
      {/* What scrolls must be reached by the keyboard. */}
      <section class="grid" aria-label={tab.title} tabindex={0}>
        <table>
          <thead>
            <tr>
              <td />
              {columns.map((c) => (
                <th scope="col">{columnLetters(c)}</th>
              ))}
            </tr>
            {first ? (
              <tr>
                <th scope="row">1</th>
                {columns.map((c) => (
                  <Titled text={formatCell(first.row[c])} />
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
      </section>
    </section>
  );
}

/** The title of a column; one without is no heading. */
const Titled = ({ text }: { text: string }) =>
  text === "" ? (
    <td />
  ) : (
    <th scope="col" dir="auto">
      {text}
    </th>
  );

function classOf(row: Row, column: number): string | undefined {
  const value = row[column]?.userEnteredValue;
  if (value?.formulaValue !== undefined) return "formula";
  return value?.numberValue === undefined ? undefined : "number";
}
