import { createHash } from 'node:crypto'

/** The page's whole style: no font, image or sheet from anywhere. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1c1f; --soft: #575e66; --line: #d5d9de; --band: #f3f5f7;
  --fail: #a30f1d; --error: #8a4b00; --pass: #12652f; --off: #575e66; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --ink: #e8eaed; --soft: #a9b0b8; --line: #3a4047; --band: #1f2328;
  --fail: #ff9a9a; --error: #ffc078; --pass: #8fdca6; --off: #a9b0b8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
a { color: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .25rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th { background: var(--band); } th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-radius: .25rem; padding: .75rem; margin: .75rem 0; }
code, pre { font: .8125rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--band); padding: .75rem; white-space: pre-wrap; max-height: 30rem; overflow: auto; }
.s { font-weight: 700; } .fail { color: var(--fail); } .error { color: var(--error); } .pass { color: var(--pass); }
.not-applicable, .none, .soft { color: var(--off); } .big { font-size: 1.125rem; }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #999; --band: #eee; --fail: #8a0010;
    --error: #6b3a00; --pass: #0c4d22; --off: #444; }
  body { max-width: none; padding: 0; font-size: 9.5pt; } nav { display: none; } article, tr { break-inside: avoid; }
  thead { display: table-header-group; } h2 { break-after: avoid; } pre { max-height: none; } .wide { overflow: visible; } }
`

/** Nothing is loaded, run, framed or sent; only this one sheet applies, by its hash. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`
