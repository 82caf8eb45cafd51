/**
 * The stylesheet and the icon of the hosted pages, as text. One column, system fonts, light and dark by the reader's
 * setting; colours meet WCAG 2.2 AA (4.5 to 1 for text, 3 to 1 for edges of inputs), targets are 44 px high. Served by routes.tsx.
 */

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6b5d"/><path d="M9 10h14M9 16h14M9 22h8" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f1f4f3, #101514);
  --paper: light-dark(#ffffff, #18201e);
  --raised: light-dark(#f7faf9, #1f2927);
  --ink: light-dark(#16201e, #e9efed);
  --soft: light-dark(#51605c, #a7b5b1);
  --edge: light-dark(#7b8a86, #74837f);
  --line: light-dark(#dde4e2, #2c3835);
  --accent: light-dark(#0b6b5d, #5fd0bb);
  --accent-ink: light-dark(#ffffff, #06231e);
  --accent-pale: light-dark(#e4f3f0, #16352f);
  --wrong: light-dark(#b3261e, #ff9d94);
  --wrong-pale: light-dark(#fdf0ee, #341c1a);
  font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
main {
  max-width: 42rem; margin: 0 auto; padding: 1.75rem 1.25rem 2.5rem;
  background: var(--paper); border-top: 6px solid var(--accent); min-height: 100vh;
}
h1, h2, p, dl, ul, blockquote, fieldset { margin: 0; }
h1 { font-size: clamp(1.6rem, 1.3rem + 1.6vw, 2.1rem); line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.lead { margin-top: 0.6rem; color: var(--soft); font-size: 1.0625rem; white-space: pre-line; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.trap { position: absolute; left: -200vw; width: 1px; height: 1px; overflow: hidden; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.question { min-width: 0; margin: 1.85rem 0 0; padding: 0; border: 0; }
.question.wrong { padding-left: 0.9rem; border-left: 4px solid var(--wrong); }
.title { display: block; width: 100%; padding: 0; font-weight: 600; font-size: 1.0625rem; line-height: 1.35; }
.required { color: var(--soft); font-weight: 400; font-size: 0.9375rem; }
.hint { margin-top: 0.2rem; color: var(--soft); font-size: 0.9375rem; white-space: pre-line; }
.statement { margin-top: 2.25rem; padding-top: 1.75rem; border-top: 1px solid var(--line); }
.statement .title { font-size: 1.25rem; }

input, select, textarea, button { font: inherit; color: inherit; }
input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea {
  display: block; width: 100%; min-width: 0; min-height: 2.875rem; margin-top: 0.5rem; padding: 0.55rem 0.75rem;
  background: var(--paper); border: 1px solid var(--edge); border-radius: 0.5rem;
}
input.short:not([type=radio]) { max-width: 16rem; }
textarea { resize: vertical; field-sizing: content; min-height: 7.5rem; max-height: 30rem; }
input:not([type=radio], [type=checkbox]):focus-visible, select:focus-visible, textarea:focus-visible {
  outline-offset: 0; border-color: var(--accent);
}
::placeholder { color: var(--soft); opacity: 1; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin-top: 0.5rem; }
.pair label { color: var(--soft); font-size: 0.9375rem; }
.pair input:not([type=radio]) { margin-top: 0.15rem; }

.options { display: grid; gap: 0.5rem; margin-top: 0.6rem; }
.option {
  display: flex; align-items: center; gap: 0.7rem; min-height: 2.875rem; padding: 0.5rem 0.8rem; cursor: pointer;
  background: var(--paper); border: 1px solid var(--edge); border-radius: 0.5rem;
}
.option:hover { background: var(--raised); }
.option:has(:checked) { border-color: var(--accent); background: var(--accent-pale); box-shadow: inset 0 0 0 1px var(--accent); }
.option:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.option input { flex: none; width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--accent); }
.option input:focus-visible { outline: none; }
.option.none, .option.none:has(:checked) {
  width: fit-content; min-height: 2.75rem; padding-block: 0.25rem; border-color: transparent; background: none; box-shadow: none;
  color: var(--soft); font-size: 0.9375rem;
}
.options.inline { grid-template-columns: repeat(auto-fit, minmax(7rem, max-content)); }
.options.scale { grid-template-columns: repeat(auto-fit, minmax(2.875rem, 1fr)); gap: 0.4rem; max-width: 36rem; }
.scale .option { position: relative; justify-content: center; padding: 0.25rem; font-variant-numeric: tabular-nums; }
.scale input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
.scale .option:has(:checked) { background: var(--accent); color: var(--accent-ink); font-weight: 600; }

button {
  min-height: 3rem; padding: 0.6rem 1.75rem; border: 1px solid transparent; border-radius: 0.5rem; cursor: pointer;
  background: var(--accent); color: var(--accent-ink); font-weight: 600;
}
button:hover { filter: brightness(0.94); }
button[type=submit] { display: block; width: 100%; margin-top: 2.25rem; font-size: 1.0625rem; }
button[aria-disabled=true] { opacity: 0.7; cursor: progress; }
button.quiet { min-height: 2.75rem; padding: 0.4rem 1rem; background: none; border-color: var(--edge); color: var(--accent); }
.locate { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; margin-top: 0.6rem; color: var(--soft); }

.summary {
  margin-top: 1.5rem; padding: 1rem 1.15rem; border: 1px solid var(--wrong); border-left-width: 6px; border-radius: 0.5rem;
  background: var(--wrong-pale);
}
.summary:focus { outline: 3px solid var(--wrong); outline-offset: 2px; }
.summary h2 { font-size: 1.125rem; line-height: 1.35; }
.summary p, .summary ul { margin-top: 0.5rem; }
.summary ul { padding-left: 1.15rem; }
.summary li + li { margin-top: 0.35rem; }
.summary a { color: var(--wrong); }
blockquote { margin-top: 0.6rem; padding-left: 0.8rem; border-left: 3px solid var(--edge); white-space: pre-wrap; }
.error { margin-top: 0.35rem; color: var(--wrong); font-weight: 600; font-size: 0.9375rem; }
.wrong > input:not([type=hidden]), .wrong > select, .wrong > textarea, .wrong .pair input, .wrong .option:not(.none) { border-color: var(--wrong); }

.message { padding: 1rem 0; }
.message > * + * { margin-top: 0.75rem; }
.thanks h1::before {
  content: ""; display: block; width: 1.1rem; height: 2rem; margin: 0 0 1.5rem 0.8rem; rotate: 45deg;
  border: solid var(--accent); border-width: 0 0.35rem 0.35rem 0;
}
.receipt code {
  display: inline-block; padding: 0.6rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised);
  font: 600 1.25rem/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; user-select: all;
}
dt { margin-top: 0.75rem; font-weight: 600; }
dd { margin: 0; white-space: pre-wrap; }

@media (min-width: 44rem) {
  body { padding: 2.5rem 1rem; }
  main { min-height: 0; padding: 2.5rem 3rem 3rem; border-radius: 0.75rem; box-shadow: 0 1px 2px #0001, 0 12px 32px #0000000d; }
  button[type=submit] { width: auto; }
}
@media (forced-colors: active) {
  .scale input { position: static; width: 1.2rem; height: 1.2rem; opacity: 1; }
}
@media (prefers-reduced-motion: no-preference) {
  .option, button { transition: background-color 120ms, border-color 120ms; }
}
@media print { button, .trap { display: none; } }
`;
