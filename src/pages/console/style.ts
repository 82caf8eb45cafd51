import { LOOK } from "../../core/look";
import { INTEGRATIONS_STYLE } from "./integrations/style";

/**
 * The stylesheet of the console, as text. System fonts, colours of core/look.ts. Wide screens show much at once; below
 * 48rem the bar folds into a menu.
 */
export const STYLE = `
${LOOK}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
h1, h2, p, dl, dd, ul, ol, blockquote, fieldset, figure { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; font-weight: 650; text-wrap: balance; }
h2 { font-size: 1rem; line-height: 1.4; font-weight: 650; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
code { font: 0.925em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
a.small { display: inline-block; min-width: 1.5rem; line-height: 1.5rem; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; top: -200vh; inset-inline-start: 0.75rem; z-index: 2; }
.skip:focus { top: 0.75rem; padding: 0.5rem 1rem; background: var(--paper); }

.bar {
  display: flex; align-items: center; gap: 1.5rem; min-height: 3.5rem; padding: 0 1.5rem;
  background: var(--paper); border-bottom: 1px solid var(--line);
}
.brand { display: flex; align-items: center; gap: 0.65rem; min-width: 0; color: var(--ink); font-weight: 650; text-decoration: none; }
.brand span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 16rem; }
.brand img { flex: none; display: block; border-radius: 0.4rem; }
.bar button.menu { display: none; }
.bar div.menu {
  display: flex; flex: 1; align-items: center; gap: 1.5rem; position: static; inset: auto; width: auto; height: auto; margin: 0;
  padding: 0; border: 0; background: none; color: inherit; overflow: visible;
}
.bar nav { display: flex; gap: 0.25rem; }
.bar nav a { padding: 0.4rem 0.75rem; border-radius: 0.45rem; color: var(--soft); font-weight: 500; text-decoration: none; }
.bar nav a:hover { background: var(--raised); color: var(--ink); }
.bar nav a[aria-current] { background: var(--accent-pale); color: var(--accent); }
.who { display: flex; align-items: center; gap: 0.9rem; margin-left: auto; min-width: 0; }
.who > span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 14rem; font-size: 0.875rem; }

main { max-width: 88rem; margin: 0 auto; padding: 1.75rem 1.5rem 4rem; }
main > * + * { margin-top: 1.25rem; }
main.outside { max-width: 27rem; padding-top: 12vh; }
.mark { margin-bottom: 0.5rem; border-radius: 0.6rem; }
.about { display: block; max-width: min(22rem, 22vw); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); font-size: 0.8125rem; font-weight: 400; }
.head { display: grid; gap: 0.5rem; }
.head .title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.9rem; }
.head .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-left: auto; }
.crumbs { font-size: 0.875rem; }
.crumbs a { padding-block: 0.3rem; color: var(--soft); text-decoration: none; }
.crumbs a:hover { color: var(--accent); text-decoration: underline; }
.crumbs a + a::before { content: "/"; display: inline-block; margin: 0 0.5em; color: var(--edge); }
.tabs { display: flex; gap: 1.5rem; margin-top: 0.5rem; border-bottom: 1px solid var(--line); overflow-x: auto; }
.tabs a { padding: 0.55rem 0.1rem; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--soft); font-weight: 500; text-decoration: none; white-space: nowrap; }
.tabs a:hover { color: var(--ink); border-color: var(--line); }
.tabs a[aria-current] { color: var(--ink); border-color: var(--accent); }
.tabs a:focus-visible { outline-offset: -3px; }

.card, .panel { padding: 1.15rem 1.25rem 1.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
.card > h2 { margin-bottom: 0.85rem; }
.card.flush { padding: 1.15rem 0 0; overflow: hidden; }
.card.flush > h2 { padding: 0 1.25rem; margin-bottom: 0.5rem; }
.card.flush .table { border: 0; border-radius: 0; }
.card.narrow { max-width: 40rem; }
.card + .card { margin-top: 1.25rem; }
.prose { display: grid; gap: 0.75rem; margin-bottom: 1.25rem; }
.split > .card + .card { margin-top: 0; }
.split { display: grid; grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); gap: 1.25rem; align-items: start; }

button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 2.4rem; padding: 0.35rem 0.95rem; font: inherit; font-weight: 600; line-height: 1.3;
  background: var(--accent); color: var(--accent-ink); border: 1px solid transparent; border-radius: 0.5rem; cursor: pointer; text-decoration: none; white-space: nowrap;
}
button:hover, .button:hover { filter: brightness(0.95); }
button.quiet, .button.quiet { background: var(--paper); color: var(--ink); border-color: var(--line); font-weight: 500; }
button.quiet:hover, .button.quiet:hover { background: var(--raised); border-color: var(--edge); filter: none; }
button.danger { background: light-dark(#b3261e, #ffb4ab); color: light-dark(#ffffff, #450a06); }
form[aria-busy] button { opacity: 0.65; cursor: progress; }
.row { display: flex; flex-wrap: wrap; gap: 0.6rem; }
.field { min-width: 0; }
:is(.card form, form.card) > :not([type=hidden]) + * { margin-top: 0.9rem; }
label, legend { font-weight: 600; font-size: 0.875rem; }
legend { padding: 0; }
input, select, textarea { font: inherit; color: inherit; }
input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea {
  display: block; width: 100%; min-width: 0; min-height: 2.4rem; margin-top: 0.25rem; padding: 0.35rem 0.65rem;
  background: var(--paper); border: 1px solid var(--edge); border-radius: 0.5rem;
}
input:is([type=text], [type=search]), textarea { unicode-bidi: plaintext; }
textarea { resize: vertical; field-sizing: content; min-height: 4.5rem; max-height: 24rem; }
input:focus-visible, select:focus-visible, textarea:focus-visible { outline-offset: 0; border-color: var(--accent); }
::placeholder { color: var(--soft); opacity: 1; }
.hint { margin-top: 0.3rem; color: var(--soft); font-size: 0.875rem; }
fieldset { border: 0; min-width: 0; }
.check { display: flex; gap: 0.6rem; align-items: center; min-height: 2.25rem; font-weight: 400; font-size: 1rem; cursor: pointer; }
.check input { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); }

.box { padding: 0.75rem 1rem; background: var(--info-pale); border: 1px solid color-mix(in srgb, var(--info) 30%, transparent); border-radius: 0.6rem; }
.box.good { background: var(--good-pale); border-color: color-mix(in srgb, var(--good) 30%, transparent); }
.box.bad { background: var(--bad-pale); border-color: color-mix(in srgb, var(--bad) 40%, transparent); }
.box ul { margin: 0.5rem 0 0; padding-left: 1.15rem; }
.problem { color: var(--bad); }
.mistake { margin-top: 0.3rem; color: var(--bad); font-size: 0.875rem; font-weight: 500; }
.empty { display: grid; gap: 0.6rem; justify-items: center; padding: 3.5rem 1.25rem; text-align: center; color: var(--soft); background: var(--paper); border: 1px dashed var(--line); border-radius: 0.75rem; text-wrap: balance; }
.empty h2 { color: var(--ink); font-size: 1.125rem; }

.badge { display: inline-block; margin-block: -0.15rem; padding: 0.1rem 0.6rem; border-radius: 1rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; background: var(--plain-pale); color: var(--soft); }
.badge::before { content: ""; display: inline-block; width: 0.45em; height: 0.45em; margin-right: 0.45em; vertical-align: 0.1em; border-radius: 50%; background: currentColor; }
.badge.good { background: var(--good-pale); color: var(--good); }
.badge.info { background: var(--info-pale); color: var(--info); }
.badge.warn { background: var(--warn-pale); color: var(--warn); }
.badge.bad { background: var(--bad-pale); color: var(--bad); }

.table { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.6rem 0.85rem; text-align: start; vertical-align: top; font-weight: 400; overflow-wrap: break-word; }
th:first-child, td:first-child { padding-left: 1.25rem; }
th:last-child, td:last-child { padding-right: 1.25rem; }
thead th { color: var(--soft); font-size: 0.8125rem; font-weight: 500; vertical-align: bottom; background: var(--raised); border-bottom: 1px solid var(--line); }
tbody + tbody > tr:first-child > * { border-top: 1px solid var(--line); }
tbody:hover > tr > * { background: var(--raised); }
tbody th { font-weight: 500; }
.stack tbody th { font-weight: 600; }
tbody th a { text-decoration: none; }
tbody th a:hover { text-decoration: underline; }
.end { text-align: end; font-variant-numeric: tabular-nums; }
.tight { width: 1%; white-space: nowrap; }
time { font-variant-numeric: tabular-nums; }
.note td { padding-top: 0; font-size: 0.875rem; color: var(--soft); overflow-wrap: anywhere; }
.titled { display: none; }
.table:not(.stack) tbody th, .table:not(.stack) thead th:first-child { position: sticky; left: 0; z-index: 1; background: var(--paper); }
.table:not(.stack) thead th:first-child, .table:not(.stack) tbody:hover th { background: var(--raised); }
/* A name in Arabic begins where the column does. */
.cell { display: block; max-width: 20rem; overflow: hidden; text-align: -webkit-match-parent; text-align: match-parent; text-overflow: ellipsis; white-space: nowrap; }
.end .cell { margin-left: auto; }

.toolbar { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 0.75rem 1rem; }
.switch { display: flex; padding: 0.2rem; gap: 0.15rem; background: var(--plain-pale); border-radius: 0.6rem; }
.switch a { padding: 0.3rem 0.8rem; border-radius: 0.45rem; color: var(--soft); font-size: 0.9375rem; font-weight: 500; text-decoration: none; }
.switch a[aria-current] { background: var(--paper); color: var(--ink); box-shadow: 0 1px 2px #0002; }
.inline { display: flex; gap: 0.5rem; }
.inline input:not([type=hidden]) { margin-top: 0; width: 16rem; max-width: 100%; }
.filter { display: flex; flex: 1; flex-wrap: wrap; align-items: end; gap: 0.6rem; position: static; inset: auto; width: auto; height: auto; margin: 0; padding: 0; border: 0; background: none; color: inherit; overflow: visible; }
.filter .field { width: 9.5rem; }
.filter input:not([type=hidden]), .filter select { font-size: 0.9375rem; }
.buttons { display: flex; gap: 0.5rem; }
.only-narrow { display: none; }
.columns.panel:popover-open { width: min(24rem, calc(100vw - 2rem)); max-height: 80vh; margin: auto; overflow: auto; color: inherit; box-shadow: var(--shadow); }
.columns legend { margin-bottom: 0.4rem; font-size: 1rem; }
.columns button { position: sticky; bottom: -0.25rem; width: 100%; margin-top: 0.75rem; }
::backdrop { background: #0f1f1b59; }
.chips { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.75rem; list-style: none; }
.chips a { display: inline-block; padding: 0.25rem 0.8rem; border-radius: 1rem; background: var(--accent-pale); color: var(--accent); font-size: 0.875rem; font-weight: 500; text-decoration: none; }
.chips a:hover { text-decoration: line-through; }
.pager { display: flex; justify-content: flex-end; gap: 0.5rem; }
.pager a { padding: 0.4rem 0.95rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; color: var(--ink); font-weight: 500; text-decoration: none; }
.pager a:hover { border-color: var(--edge); }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1px; overflow: hidden; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
.figures > div { display: flex; flex-direction: column; padding: 0.8rem 1.25rem; box-shadow: 1px 1px 0 var(--line); }
.figures dt { color: var(--soft); font-size: 0.8125rem; }
.figures dd { font-size: 1.375rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.figures .bad dd { color: var(--bad); }
.figures .warn dd { color: var(--warn); }
.facts > div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.1rem 1rem; padding: 0.4rem 0; }
.facts > div + div, .answers > div + div { border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { text-align: end; }
.answers > div { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 0.15rem 1.5rem; padding: 0.65rem 0; }
.answers > div:first-child, .facts > div:first-child { padding-top: 0; }
.answers dt { color: var(--soft); }
.text { white-space: pre-wrap; }
.flags { list-style: none; }
.flags li { padding-left: 0.9rem; border-left: 3px solid var(--warn); }
.flags li + li { margin-top: 0.9rem; }
.history { list-style: none; }
.history li { position: relative; padding: 0 0 1.25rem 1.4rem; border-left: 2px solid var(--line); margin-left: 0.3rem; }
.history li:last-child { border-color: transparent; padding-bottom: 0; }
.history li::before { content: ""; position: absolute; left: -0.4rem; top: 0.4rem; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--accent); border: 2px solid var(--paper); }
.changes { display: grid; gap: 0.35rem; margin-top: 0.5rem; padding: 0.65rem 0.85rem; background: var(--raised); border-radius: 0.5rem; font-size: 0.9375rem; }
.changes dt { color: var(--soft); font-size: 0.8125rem; }
del { color: var(--soft); white-space: pre-wrap; }
ins { text-decoration: none; font-weight: 500; white-space: pre-wrap; }
blockquote { margin-top: 0.5rem; padding: 0.1rem 0 0.1rem 0.8rem; border-left: 3px solid var(--line); white-space: pre-wrap; }

${INTEGRATIONS_STYLE}
@media (max-width: 47.99rem) {
  :root { font-size: 100%; }
  .bar { padding: 0 1rem; gap: 0.75rem; justify-content: space-between; }
  .brand span { max-width: 50vw; }
  .bar button.menu { display: inline-flex; }
  .bar div.menu:not(:popover-open) { display: none; }
  .bar div.menu { position: fixed; inset: 3.5rem 0.75rem auto 0.75rem; flex-direction: column; align-items: stretch; padding: 0.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; box-shadow: var(--shadow); }
  .bar nav { flex-direction: column; }
  .bar nav a { padding: 0.7rem 0.85rem; }
  .who { margin: 0; padding: 0.75rem 0.85rem 0.25rem; border-top: 1px solid var(--line); justify-content: space-between; }
  main { padding: 1.25rem 1rem 3rem; }
  .head .actions { margin-left: 0; margin-top: 0.35rem; width: 100%; }
  .split { grid-template-columns: minmax(0, 1fr); }
  button, .button, input:not([type=checkbox], [type=radio], [type=hidden]), select { min-height: 2.75rem; }
  .check { min-height: 2.75rem; }
  .inline, .toolbar > search { width: 100%; }
  .inline input:not([type=hidden]) { width: auto; flex: 1; }
  .switch { width: 100%; }
  .switch a { flex: 1; text-align: center; padding-block: 0.5rem; }
  .only-narrow { display: inline-flex; }
  .filter:not(:popover-open) { display: none; }
  .filter:popover-open { position: fixed; inset: 0; flex-direction: column; align-items: stretch; width: calc(100vw - 2rem); max-height: 90vh; height: fit-content; margin: auto; padding: 1.25rem; overflow: auto; background: var(--paper); border: 1px solid var(--line); }
  .filter .field { width: 100%; }
  .answers > div { grid-template-columns: minmax(0, 1fr); }
  .pager a { flex: 1; padding-block: 0.65rem; text-align: center; }
  .cell { max-width: 11rem; }
  .stack table, .stack tbody, .stack tr, .stack th, .stack td { display: block; width: auto; white-space: normal; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tbody { padding: 0.85rem 1rem; }
  .stack tbody + tbody { border-top: 1px solid var(--line); }
  .stack tbody + tbody > tr:first-child > * { border: 0; }
  .stack tbody:hover > tr > * { background: none; }
  .stack tbody th, .stack tbody td { padding: 0.15rem 0; text-align: start; }
  .stack tbody tr:not(.note) { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.1rem 1.25rem; }
  .stack tbody th { flex: 1 0 100%; font-size: 1.0625rem; font-weight: 600; padding-bottom: 0.25rem; }
  .stack tbody td.none, .stack tbody td.wide { display: none; }
  .stack .about { max-width: 80vw; }
  .titled:not(:has(+ .badge)) { display: inline; margin-right: 0.4rem; color: var(--soft); font-size: 0.875rem; }
  .table:not(.stack) tbody th time { display: block; width: 5.5rem; white-space: normal; }
  .card.flush .stack tbody { padding-inline: 1.25rem; }
}
@media (prefers-reduced-motion: no-preference) {
  button, .button, .bar nav a, .tabs a { transition: background-color 120ms, border-color 120ms, color 120ms; }
}
@media (forced-colors: active) {
  .badge { border: 1px solid; }
}
@media print { .bar, .toolbar, .pager, .actions, form { display: none; } }
`;
