/** The stylesheet of the docs page, as text: system fonts, light and dark by the reader's setting, WCAG 2.2 AA. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #141a19);
  --raised: light-dark(#f4f7f6, #1d2624);
  --ink: light-dark(#16201e, #e9efed);
  --soft: light-dark(#51605c, #a7b5b1);
  --line: light-dark(#dde4e2, #2f3b38);
  --accent: light-dark(#0b6b5d, #5fd0bb);
  --get: light-dark(#0b5e8a, #7cc7f2);
  --post: light-dark(#2f6b12, #9fd67f);
  --patch: light-dark(#7a5200, #f0c063);
  --delete: light-dark(#b3261e, #ff9d94);
  font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, p, ul, dl, pre { margin: 0; }
a { color: var(--accent); text-underline-offset: 0.15em; }
code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code { padding: 0.1em 0.3em; border-radius: 0.25em; background: var(--raised); }
pre { padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised); white-space: pre-wrap; }
pre code, .path code, th code, nav code { padding: 0; background: none; font-size: 1em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; top: -200vh; inset-inline-start: 1rem; }
.skip:focus { top: 1rem; padding: 0.5rem 1rem; background: var(--paper); }

.top { padding: 1.75rem 1.25rem 0; border-top: 6px solid var(--accent); }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; }
h2 { margin-top: 3.5rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); font-size: 1.5rem; line-height: 1.3; }
h3 { font-size: 1.15rem; line-height: 1.35; }
h4 { margin-top: 1.25rem; font-size: 0.875rem; letter-spacing: 0.02em; color: var(--soft); }
.about > * + * { margin-top: 0.7rem; }
.soft { color: var(--soft); }
main { min-width: 0; padding: 0 1.25rem 4rem; }

nav { padding: 1rem 1.25rem; }
nav summary { min-height: 2.75rem; padding: 0.5rem 0; font-weight: 600; cursor: pointer; }
nav h2 { margin: 1.1rem 0 0.2rem; padding: 0; border: 0; font-size: 0.875rem; color: var(--soft); }
nav ul { padding: 0; list-style: none; }
nav li a { display: block; padding: 0.3rem 0; color: var(--ink); font-size: 0.9375rem; line-height: 1.35; text-decoration: none; }
nav li a:hover { color: var(--accent); text-decoration: underline; }

.operation, .schema { margin-top: 2.25rem; padding-top: 0.25rem; }
.operation + .operation, .schema + .schema { padding-top: 2rem; border-top: 1px solid var(--line); }
.path { display: flex; flex-wrap: wrap; gap: 0.25rem 0.6rem; align-items: baseline; margin-top: 0.35rem; }
.method { font-weight: 700; font-size: 0.8125rem; letter-spacing: 0.04em; color: var(--get); }
.method.post { color: var(--post); } .method.patch, .method.put { color: var(--patch); } .method.delete { color: var(--delete); }
.operation > p { margin-top: 0.6rem; max-width: 46rem; }
.old { padding: 0.5rem 0.8rem; border-left: 4px solid var(--patch); background: var(--raised); }

.wide { margin-top: 0.4rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
th { width: 13rem; font-weight: 600; }
td.type { width: 15rem; color: var(--soft); }
.needed { display: block; font-weight: 400; font-size: 0.8125rem; color: var(--soft); }
table table { margin-top: 0.3rem; }

@media (max-width: 47.99rem) {
  table, tbody, tr, th, td { display: block; width: 100%; }
  th { padding-bottom: 0; } td { border-top: 0; padding-top: 0.1rem; } td.type { width: 100%; padding-bottom: 0; }
}
@media (min-width: 64rem) {
  .columns { display: grid; grid-template-columns: 17.5rem minmax(0, 56rem); gap: 2.5rem; }
  .top { padding-inline: 2rem; }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; padding: 1.25rem 0 2rem 2rem; overflow-y: auto; }
}
@media (min-width: 64rem) {
  main { padding-top: 1.5rem; }
  @supports selector(details::details-content) {
    nav summary { display: none; }
    nav details::details-content { content-visibility: visible; block-size: auto; }
  }
}
@media print { nav { display: none; } }
`;
