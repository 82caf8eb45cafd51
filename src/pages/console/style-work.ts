/**
 * What the pages of administration have besides: questions to be answered, texts to be copied, filters in a row. Goes
 * behind style.ts.
 */
export const WORK_STYLE = `
.hint.inset { margin: -0.1rem 0 0.35rem 1.7rem; }
.copyable textarea { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--raised); min-height: 0; }
.copyable .row { align-items: center; margin-top: 0.5rem; }
.once > * + * { margin-top: 0.75rem; }
.qr { width: 12rem; margin-top: 1rem; }
.qr svg { display: block; width: 100%; height: auto; border-radius: 0.5rem; }
.toolbar.wrap { justify-content: flex-start; }
.toolbar.wrap .field { flex: 1 1 11rem; max-width: 16rem; }
a.beneath { display: block; }
.asked { max-width: 46rem; }
.asked .group, .asked .question { margin-top: 1.1rem; }
.asked :is(label, legend).title, .asked .part-title { padding: 0; font-size: 1rem; font-weight: 600; }
.asked .required { color: var(--soft); font-weight: 400; }
.asked .options { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; margin-top: 0.25rem; }
.asked .options:not(.inline, .scale) { flex-direction: column; }
.asked .option { display: flex; gap: 0.5rem; align-items: center; min-height: 2.25rem; font-weight: 400; font-size: 1rem; cursor: pointer; }
.asked .options .option input { flex: none; width: 1.1rem; height: 1.1rem; min-height: 0; margin: 0; accent-color: var(--accent); }
.asked .part > .question:first-child { margin-top: 0; }
.asked .pair { display: flex; flex-wrap: wrap; gap: 0.75rem; }
.asked .error { margin-top: 0.3rem; color: var(--bad); font-size: 0.9375rem; }
.asked .wrong { padding-left: 0.9rem; border-left: 3px solid var(--bad); }
.asked input.short { max-width: 14rem; }
.summary[role=alert] { padding: 0.75rem 1rem; background: var(--bad-pale); border: 1px solid color-mix(in srgb, var(--bad) 40%, transparent); border-radius: 0.6rem; }
.summary[role=alert] ul { margin: 0.5rem 0 0; padding-left: 1.15rem; }
.export progress { width: 100%; accent-color: var(--accent); }
.export > * + * { margin-top: 0.5rem; }
ul.plain { list-style: none; }
ul.plain li + li { margin-top: 0.5rem; }
@media (max-width: 47.99rem) {
  .toolbar.wrap .field { flex-basis: 9rem; max-width: none; }
}
`;
