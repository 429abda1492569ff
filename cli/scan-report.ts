import { renderFindings } from '../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../shared/report/json.ts'
import { plainText } from '../shared/report/plain-text.ts'
import { type ExitCode, exitCodeOf, statusesOf } from './exit-code.ts'
import { coverageOfScan, notAssessedOf, rowsOf } from './fleet-view.ts'
import { type Globals, painter, printResults, say } from './output.ts'
import type { ScanReport, SentDigest } from './scan-seen.ts'

export const exitCodeOfScan = (done: ScanReport, includeWaived = false): ExitCode =>
  exitCodeOf(statusesOf(done.findings, includeWaived), coverageOfScan(done).full)

/** JSON Lines hold findings alone, so the rest goes to stderr there. */
export const printScan = async (done: ScanReport, globals: Globals): Promise<void> => {
  const rest = [`coverage: ${coverageOfScan(done).line}`, '', ...digestLines(done)].join('\n')
  const findings = done.findings.map(inPublishedOrder)
  if (globals.format === 'json') {
    await printResults(globals, renderJson(asJson(done)))
  } else if (globals.format === 'jsonl') {
    await printResults(globals, renderJsonl(findings))
  } else {
    await printResults(globals, `${renderFindings(rowsOf(findings), painter(globals))}${rest}\n`)
    const { seal } = done.record
    if (seal) say(`sealed as ${seal.number}; keep its hash elsewhere: ${plainText(seal.hash)}`)
  }
  if (globals.format === 'jsonl' || globals.output !== undefined) say(rest)
}

const asJson = (done: ScanReport) => ({
  scan: done.record,
  notAssessed: notAssessedOf(done),
  findings: done.findings.map(inPublishedOrder),
  digests: done.sent,
})

const digestLines = ({ record, sent }: ScanReport): string[] => {
  if (record.status === 'cancelled' && sent.length === 0)
    return ['the scan was cancelled before its end; nothing had changed by then, so nothing was sent']
  if (sent.length > 0) return sent.flatMap(oneDigest)
  if (record.digest === 'frozen') return ['the digest could not be published; the next scan tries again']
  return ['nothing changed since the last scan, so nothing was sent']
}

const oneDigest = ({ route, subject, text }: SentDigest): string[] => [
  `the digest${route === undefined ? '' : ` of route ${plainText(route)}`}, as it was sent:`,
  `  | Subject: ${plainText(subject)}`,
  '  |',
  ...text
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${indented(line)}`.trimEnd()),
]

/** A line made safe to print, with the blanks that it begins with. */
const indented = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${plainText(line)}`
