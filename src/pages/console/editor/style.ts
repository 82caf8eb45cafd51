/** What the editor adds to the console's stylesheet. */
export const EDITOR_STYLE = `
.column { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.25rem; align-content: start; min-width: 0; }
.column > .card + .card { margin-top: 0; }
.stacked > * + * { margin-top: 1.25rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr)); gap: 0.9rem; }
.card > .field + *, .card > form + *, .card > .condition + * { margin-top: 0.9rem; }
.card > details > summary, details.card > summary, details.field > summary { font-weight: 600; cursor: pointer; }
details[open] > summary { margin-bottom: 0.75rem; }
details .field + .field { margin-top: 0.9rem; }
.standing { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.75rem; }
ul.plain { display: grid; gap: 0.45rem; list-style: none; margin-bottom: 0.9rem; }
ul.plain:last-child { margin-bottom: 0; }
.grid + .field, .grid + .hint { margin-top: 0.9rem; }
.hint + ul.plain, .hint + .button, .hint + form { margin-top: 0.6rem; }
.outline { list-style: none; counter-reset: question; }
.outline > li { counter-increment: question; border-top: 1px solid var(--line); }
.outline > li:first-child { border-top: 0; }
.outline .one { display: flex; align-items: center; justify-content: space-between; gap: 0.75rem; padding: 0.65rem 1.25rem; }
.outline .one::before { content: counter(question); flex: none; min-width: 1.5rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.outline .what { flex: 1; min-width: 0; }
.outline .what a { font-weight: 600; text-decoration: none; }
.outline .what a:hover { text-decoration: underline; }
.outline .heads .what a { font-size: 1.0625rem; }
.outline .buttons { flex: none; gap: 0.25rem; }
.page-break { padding: 0.5rem 1.25rem; background: var(--raised); color: var(--soft); font-size: 0.8125rem; font-weight: 600; }
.icon { min-width: 2.4rem; padding: 0.35rem; }
button:disabled { opacity: 0.35; cursor: default; }
ol.choices { list-style: none; display: grid; gap: 0.4rem; margin-bottom: 0.9rem; }
ol.choices li { display: flex; gap: 0.25rem; }
ol.choices input:not([type=hidden]) { flex: 1; margin-top: 0; }
.condition + .condition { margin-top: 1.5rem; }
.condition legend { padding: 0; }
.term:has(select[name$=other] > option:not([value=""]):checked) > input { visibility: hidden; }
.modes { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
.condition:has(input[value=none]:checked) > :is(.of-rows, .of-expression),
.condition:has(input[value=rows]:checked) > .of-expression, .condition:has(input[value=expression]:checked) > .of-rows { display: none; }
.card:has(input[name=begins][type=checkbox]:not(:checked)) > .of-begins { display: none; }
.of-begins > * { margin-top: 0.9rem; }
.of-rows > select { width: auto; max-width: 100%; }
.term { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 0.5rem; padding: 0.4rem 0 0.6rem; }
.term + .term { border-top: 1px dashed var(--line); }
.typed > * + * { margin-top: 0.9rem; }
.card > .field + .typed { margin-top: 0.9rem; }
#live:not(:empty) { display: grid; gap: 0.75rem; }
.bottom { margin-top: 1.25rem; }
.code { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre.code { margin: 0; overflow: auto; white-space: pre-wrap; }
textarea.tall { min-height: 24rem; max-height: 70vh; }
.translated { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0.25rem 1.25rem; align-items: center; padding: 0.5rem 0; }
.translated label { display: grid; font-weight: 400; font-size: inherit; }
.changed + .changed { margin-top: 1rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
.preview { display: block; width: 100%; height: 75vh; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--paper); }
.days { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.qr { display: block; width: 14rem; max-width: 100%; height: auto; background: #fff; border-radius: 0.5rem; }
@media (max-width: 47.99rem) {
  .outline .one { flex-wrap: wrap; padding-inline: 1rem; }
  .outline .what { flex: 1 1 70%; }
  .outline .buttons { width: 100%; justify-content: flex-end; }
  .translated { grid-template-columns: minmax(0, 1fr); }
  .icon { min-width: 2.75rem; }
}
`;
