/**
 * What the pages of integrations have beside the console's stylesheet, of which it is a part: kinds' forms, progress,
 * the chart.
 */
export const INTEGRATIONS_STYLE = `
.guide { grid-template-columns: minmax(0, 1fr) minmax(0, 1.5fr); }
.guide > .card { margin-top: 0; }
.guide .prose { margin: 0; color: var(--soft); }
.prose ol { display: grid; gap: 0.6rem; padding-left: 1.3rem; }
.stacked > * + * { margin-top: 0.9rem; }
.stacked { margin-top: 0.75rem; }
[aria-invalid]:not(fieldset) { border-color: var(--bad); }
fieldset.group { padding: 0.85rem 1rem 1rem; border: 1px solid var(--line); border-radius: 0.6rem; }
fieldset.group > legend { padding: 0 0.4rem; margin-left: -0.4rem; }
fieldset.group > fieldset.group { margin-top: 0.75rem; }
.choices .check { min-height: 2rem; }
.choices .field { margin: 0 0 0.5rem 1.7rem; }
.connection > .field + fieldset { margin-top: 0.9rem; }
@supports selector(:has(*)) { .connection:not(:has(option[value="new"]:checked)) > fieldset { display: none; } }
summary { padding: 0.3rem 0; font-weight: 600; font-size: 0.9375rem; cursor: pointer; }
.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); gap: 1rem; list-style: none; }
.tiles .card { position: relative; margin: 0; }
.tiles .card > h2 { margin-bottom: 0.25rem; }
.tiles a { text-decoration: none; }
.tiles a::after { content: ""; position: absolute; inset: 0; border-radius: 0.75rem; }
.tiles .card:hover { border-color: var(--edge); }
.tiles a:focus-visible { outline: 0; }
.tiles a:focus-visible::after { outline: 3px solid var(--accent); outline-offset: 2px; }
.preview { padding: 0.85rem 1rem; background: var(--raised); border-radius: 0.6rem; }
.bubble { width: fit-content; max-width: 100%; padding: 0.5rem 0.85rem; background: var(--accent-pale); border-radius: 1rem 1rem 1rem 0.25rem; }
.box.warn { background: var(--warn-pale); border-color: color-mix(in srgb, var(--warn) 40%, transparent); }
.split > div > * + * { margin-top: 1.25rem; }
.lead { padding-bottom: 0.75rem; color: var(--soft); }
.flush > .lead { padding-inline: 1.25rem; }
.below { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.25rem; margin-top: 0.85rem; }
.flush .below { margin: 0; padding: 0.85rem 1.25rem; border-top: 1px solid var(--line); }
.below .pager { margin-left: auto; }
td .row { flex-wrap: nowrap; justify-content: flex-end; }
td .button, td button { min-height: 2rem; padding: 0.15rem 0.7rem; font-size: 0.875rem; }
.progress { margin-bottom: 0.5rem; }
progress { display: block; width: 100%; height: 0.75rem; margin-top: 0.35rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--plain-pale); accent-color: var(--accent); appearance: none; }
progress::-webkit-progress-bar { background: var(--plain-pale); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem; }
progress::-moz-progress-bar { background: var(--accent); }
.chart { margin-top: 1rem; }
.chart svg { display: block; width: 100%; height: 10rem; background: var(--raised); border-radius: 0.5rem; }
.chart svg * { vector-effect: non-scaling-stroke; }
.chart polygon.waits { fill: light-dark(#efbd5f80, #efbd5f59); }
.chart polygon.done { fill: light-dark(#cfe9e2, #1c4138); }
.chart polyline.came { fill: none; stroke: var(--soft); stroke-width: 2; stroke-linejoin: round; }
.chart line.place { stroke: var(--accent); stroke-width: 2; stroke-dasharray: 5 4; }
.chart figcaption p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.15rem 1rem; margin-top: 0.35rem; color: var(--soft); font-size: 0.8125rem; }
.chart .legend { justify-content: flex-start; }
.chart .legend span::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border-radius: 0.2em; background: var(--soft); }
.chart .legend .place::before { background: var(--accent); }
.chart .legend .waits::before { background: light-dark(#efbd5f, #a8823b); }

@media (max-width: 47.99rem) {
  .guide { grid-template-columns: minmax(0, 1fr); }
  td .row { justify-content: flex-start; flex-wrap: wrap; }
}
@media (min-width: 48rem) { .stack td > a[dir=auto] { display: inline-block; min-width: 9rem; overflow-wrap: anywhere; } }
`;
