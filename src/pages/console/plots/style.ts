/**
 * The part of the stylesheet that is about plots and what is found. The sizes of bars and columns are attributes of the
 * SVG.
 */
export const PLOT_STYLE = `
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); gap: 1.25rem; align-items: start; }
.cards > .card, .split > .card { margin-top: 0; }
.card h3 { margin: 1.1rem 0 0.4rem; font-size: 0.875rem; font-weight: 600; color: var(--soft); }
.card > .facts, .card > .hint { margin-top: 0.9rem; }
.lead { margin: -0.6rem 0 0.9rem; }
.column { fill: var(--accent); }
.track { fill: var(--plain-pale); }
.reach { fill: transparent; }
g:hover > .reach { fill: var(--raised); }
.plot svg { display: block; width: 100%; height: 8.5rem; border-bottom: 1px solid var(--edge); overflow: visible; }
.plot .peak { font-size: 0.8125rem; color: var(--soft); border-bottom: 1px dashed var(--line); font-variant-numeric: tabular-nums; }
.plot .axis { display: flex; justify-content: space-between; gap: 1rem; padding-top: 0.25rem; font-size: 0.8125rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot details { margin-top: 0.6rem; }
.plot details table { display: block; max-height: 22rem; margin-top: 0.4rem; overflow: auto; font-size: 0.875rem; }
.plot details :is(th, td) { padding: 0.2rem 1rem 0.2rem 0; }
.plot details thead th { background: none; }
summary { color: var(--accent); font-size: 0.875rem; cursor: pointer; width: fit-content; }
.week .days { display: flex; gap: 0.6rem; }
.week .days svg { flex: 1; min-width: 0; height: 10.5rem; border: 0; }
.week .names { display: grid; grid-template-rows: repeat(7, 1fr); font-size: 0.8125rem; line-height: 1.5rem; color: var(--soft); }
.week .axis { padding-left: 2.6rem; }
.bars :is(th, td) { padding: 0.35rem 0; border: 0; }
.bars td { width: 1%; padding-left: 1rem; white-space: nowrap; }
.bars th a { text-decoration: underline; }
.bars svg { display: block; width: 100%; height: 0.5rem; margin-top: 0.2rem; border-radius: 0.25rem; }
.behind { display: grid; gap: 0.5rem; }
progress { width: 100%; height: 0.5rem; accent-color: var(--accent); }
.offer { display: grid; gap: 0.9rem; width: min(100%, 24rem); text-align: start; }
.hits { display: grid; gap: 0.9rem; padding: 0; list-style: none; }
.hits > .card { margin-top: 0; padding-block: 0.9rem; }
.hits .row { align-items: center; }
.hits .answers { margin-top: 0.5rem; }
.hits .answers > div { grid-template-columns: minmax(0, 1fr) minmax(0, 4fr); padding: 0.35rem 0; border: 0; }
.looked { display: flex; flex-wrap: wrap; align-items: end; gap: 0.6rem; }
.looked .field { flex: 0 1 13rem; }
.outdated { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.6rem 1rem; }
.seek select { width: auto; max-width: 14rem; margin-top: 0; }
.inline.seek input[type=search] { width: 22rem; }
mark { padding: 0 0.15em; border-radius: 0.2rem; background: var(--warn-pale); color: inherit; font-weight: 600; box-shadow: inset 0 -2px 0 var(--warn); }
@media (forced-colors: active) { .column { fill: CanvasText; } .track { fill: Canvas; } }
@media (max-width: 47.99rem) {
  .plot svg { height: 7rem; }
  .hits .answers > div { grid-template-columns: minmax(0, 1fr); }
  .looked :is(.field, button) { flex: 1 1 100%; }
  .inline.seek { flex-wrap: wrap; }
  .inline.seek :is(input[type=search], select) { flex: 1 1 10rem; width: auto; max-width: none; }
}
`;
