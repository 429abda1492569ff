import type { ScanRecord } from '../findings/records.ts'
import { shortTime } from './findings-table.ts'
import { grid, type Paint } from './grid.ts'
import { plainText } from './plain-text.ts'

/** Every scan as a line, newest first, and below it the targets that could not be looked at. */
export const renderScans = (scans: ScanRecord[], paint: Paint): string => {
  if (scans.length === 0) return 'no scans\n'
  const [head = '', ...lines] = grid(
    ['OPENED', 'SCAN', 'STATUS', 'ASSESSED', 'FAIL', 'ERROR', 'CHANGES', 'DIGEST'],
    scans.map((scan) => [
      shortTime(scan.openedAt),
      plainText(scan.scanId),
      scan.status,
      scan.coverage ? `${scan.coverage.assessed} of ${scan.coverage.total}` : '',
      count(scan.findings && (scan.findings.FAIL ?? 0)),
      count(scan.findings && (scan.findings.ERROR ?? 0)),
      count(scan.changes),
      scan.digest ?? '',
    ]),
    paint,
  )
  const blocks = scans.flatMap((scan, i) => [
    lines[i] ?? '',
    ...(scan.targetErrors ?? []).map((error) => `  ${plainText(error)}`),
  ])
  return `${[head, ...blocks].join('\n')}\n`
}

/** Empty where the scan has not come so far as to know. */
const count = (n: number | undefined): string => (n === undefined ? '' : String(n))
