import type { ScanRecord } from '../findings/records.ts'
import { shortTime } from './findings-table.ts'
import { grid, type Paint, type Style } from './grid.ts'
import { plainText } from './plain-text.ts'

/**
 * Every scan as a line, newest first, and below it the targets that could not be looked at. Only a closed scan of the
 * whole fleet answers for the fleet: the others are told apart, by what they were for and how they ended.
 */
export const renderScans = (scans: ScanRecord[], paint: Paint): string => {
  if (scans.length === 0) return 'no scans\n'
  const [head = '', ...lines] = grid(
    ['OPENED', 'SCAN', 'OF', 'STATUS', 'ASSESSED', 'FAIL', 'ERROR', 'CHANGES', 'DIGEST'],
    scans.map((scan) => [
      shortTime(scan.openedAt),
      plainText(scan.scanId),
      scopeOf(scan),
      painted(scan.status, paint),
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
  return `${[head, ...blocks].join('\n')}\n\n${countLine(scans)}\n`
}

const STYLE: Partial<Record<ScanRecord['status'], Style>> = {
  open: 'dim',
  failed: 'fail',
  cancelled: 'error',
}

const painted = (status: ScanRecord['status'], paint: Paint): string => {
  const style = STYLE[status]
  return style === undefined ? status : paint(style, status)
}

const scopeOf = ({ only }: ScanRecord): string => {
  if (only === undefined) return 'fleet'
  return only.length === 1 ? '1 instance' : `${only.length} instances`
}

/** `12 scans: 9 of the fleet, 2 of single instances, 1 failed`. */
const countLine = (scans: ScanRecord[]): string => {
  const closed = scans.filter(({ status }) => status === 'closed')
  const ended = (status: ScanRecord['status']) => scans.filter((each) => each.status === status).length
  const counts: [number, string][] = [
    [closed.filter(({ only }) => only === undefined).length, 'of the fleet'],
    [closed.filter(({ only }) => only !== undefined).length, 'of single instances'],
    [ended('cancelled'), 'cancelled'],
    [ended('failed'), 'failed'],
    [ended('open'), 'open'],
  ]
  const parts = counts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`)
  return `${scans.length} ${scans.length === 1 ? 'scan' : 'scans'}: ${parts.join(', ')}`
}

/** Empty where the scan has not come so far as to know. */
const count = (n: number | undefined): string => (n === undefined ? '' : String(n))
