import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Draws what `npx fleet-scanner findings` shows after a scan of the sample fleet: `npm run picture`. */
const data = mkdtempSync(join(tmpdir(), 'picture-'))
const run = (...args: string[]): string => {
  try {
    return execFileSync('node', ['bin/fleet-scanner.js', ...args, '--local', '--data', data], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (error) {
    // Exit code 1 says that something fails, which is what there is to see.
    return (error as { stdout: string }).stdout
  }
}
const COLUMNS = 118
const LINE = 19
const MOST_ROWS = 28
const MOST_TOTALS = 16
const COLOURS: [RegExp, string][] = [
  [/^FAIL\b/, '#ff7b72'],
  [/^ERROR\b/, '#e3b341'],
  [/^PASS\b/, '#7ee787'],
  [/^(STATUS|NOT_APPLICABLE)\b/, '#8b949e'],
  [/^\$ /, '#79c0ff'],
]

const markup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const shown = run('scan').split('\n')
const total = shown.findIndex((line) => /^\d+ findings: /.test(line))
const lines = [
  '$ npx fleet-scanner scan --local',
  ...shown.slice(0, MOST_ROWS),
  '  …',
  ...shown.slice(total, total + MOST_TOTALS),
].map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line))

const rows = lines.map((line, i) => {
  const colour = COLOURS.find(([pattern]) => pattern.test(line))?.[1] ?? '#c9d1d9'
  return `<text x="16" y="${28 + i * LINE}" fill="${colour}" xml:space="preserve">${markup(line)}</text>`
})
writeFileSync(
  'docs/scan.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${COLUMNS * 8 + 32}" height="${lines.length * LINE + 32}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" role="img" aria-label="A scan of the sample fleet in a terminal">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`,
)
