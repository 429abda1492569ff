import type { CoverageState } from '../findings/coverage.ts'
import type { EvidenceExcerpt, Finding, Status } from '../findings/finding.ts'
import type { WaivedBy } from '../waivers/waived-findings.ts'
import { controlRanges, type FoldedRow, foldRows } from './fold-findings.ts'
import { grid, type Paint, type Style } from './grid.ts'
import { plainText } from './plain-text.ts'

/** A finding and where it stands: `where` is the instance, or the file that the evidence came from. */
export type FindingRow = {
  where: string
  finding: Finding
  since?: string
  cluster?: string
  /** Set where the finding is older than the last scan, and why. */
  stale?: { state: CoverageState; since: string; assessedAt: string }
  /** The waiver that covers the finding, which fails all the same. */
  waived?: WaivedBy
  /** What else there is to say, by label; may hold text from a node. */
  notes?: [label: string, text: string][]
}

const ORDER: Status[] = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']
const STYLE: Record<Status, Style> = { FAIL: 'fail', ERROR: 'error', PASS: 'pass', NOT_APPLICABLE: 'dim' }

/** A status in the colour of its meaning. */
export const paintStatus = (status: Status, paint: Paint): string => paint(STYLE[status], status)

/** `12 findings: 3 FAIL, 9 PASS`, worst first; `3 FAIL (1 waived)` where some of them are. */
export const countLine = (statuses: Status[], waived = 0): string => {
  const counts = ORDER.map((status) => ({ status, n: statuses.filter((each) => each === status).length }))
  const parts = counts
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => `${n} ${status}${status === 'FAIL' && waived > 0 ? ` (${waived} waived)` : ''}`)
  const total = `${statuses.length} ${statuses.length === 1 ? 'finding' : 'findings'}`
  return parts.length > 0 ? `${total}: ${parts.join(', ')}` : total
}

/**
 * The findings as a person reads them, worst first: one line of columns each, and below it what proves it.
 * Text from nodes is cleaned here. Ends with a line break.
 */
export const renderFindings = (rows: FindingRow[], paint: Paint): string => {
  if (rows.length === 0) return 'no findings\n'
  const sorted = foldRows(rows).toSorted((a, b) => rank(a) - rank(b))
  const columns = columnsOf(sorted)
  const [head = '', ...lines] = grid(
    columns.map(({ title }) => title),
    sorted.map((row) => columns.map(({ cell }) => cell(row, paint))),
    paint,
  )
  const blocks = sorted.map((row, i) => [lines[i] ?? '', ...details(row)].join('\n'))
  const counts = countLine(
    rows.map((row) => row.finding.status),
    rows.filter(({ waived }) => waived).length,
  )
  return `${head}\n${blocks.join('\n')}\n\n${counts}\n`
}

/** What is waived comes after what fails and is not. */
const rank = (row: FindingRow): number => ORDER.indexOf(row.finding.status) + (row.waived ? 0.5 : 0)

/** A failure that is waived is one still, and no longer the one to look at first. */
const statusCell = ({ finding, waived }: FindingRow, paint: Paint): string =>
  waived ? paint('dim', `${finding.status} waived`) : paintStatus(finding.status, paint)

type Column = { title: string; cell: (row: FoldedRow, paint: Paint) => string }

/** The cluster and the date only where they are known. */
const columnsOf = (rows: FoldedRow[]): Column[] => [
  { title: 'STATUS', cell: statusCell },
  { title: 'INSTANCE', cell: (row) => plainText(row.where) },
  ...(rows.some((row) => row.cluster)
    ? [{ title: 'CLUSTER', cell: (row: FoldedRow) => plainText(row.cluster ?? '') }]
    : []),
  { title: 'CONTROL', cell: (row) => controlRanges(row.controls) },
  ...(rows.some((row) => row.since)
    ? [{ title: 'SINCE', cell: (row: FoldedRow) => shortTime(row.since) }]
    : []),
  { title: 'REASON', cell: (row) => (isFoldedPass(row) ? '' : row.finding.reason) },
]

/** `2026-01-31 12:00Z`: to the minute is enough for a reader. */
export const shortTime = (iso: string | undefined): string =>
  iso ? `${iso.slice(0, 16).replace('T', ' ')}Z` : ''

/** Several passes on one line have no reason in common; their number says enough. */
const isFoldedPass = ({ finding, controls }: FoldedRow): boolean =>
  finding.status === 'PASS' && controls.length > 1

const details = (row: FoldedRow): string[] => {
  const { finding, waived, stale, controls, notes = [] } = row
  const lines = [isFoldedPass(row) ? `passes ${controls.length} controls` : plainText(finding.message)]
  if (finding.status !== 'PASS' && finding.status !== 'NOT_APPLICABLE')
    lines.push(...finding.evidence.map((excerpt) => labelled('proof', proof(excerpt))))
  if (differ(finding)) lines.push(...bothSides(finding))
  if (finding.effect && !isAsItShouldBe(finding.effect))
    lines.push(labelled('effect', effectWords(finding.effect)))
  if (finding.caveats.length > 0)
    lines.push(labelled('caveats', finding.caveats.map((each) => plainText(each)).join(', ')))
  if (waived) lines.push(labelled('waived', waivedText(waived)))
  if (stale) lines.push(labelled('stale', staleness(stale)))
  lines.push(...notes.map(([label, text]) => labelled(label, plainText(text))))
  return lines.map((line) => `  ${line}`)
}

const waivedText = ({ id, until, reason, ticket }: WaivedBy): string =>
  `until ${until.slice(0, 10)} by ${plainText(id)}: ${plainText(reason)} (${plainText(ticket)})`

const staleness = ({ state, since, assessedAt }: NonNullable<FindingRow['stale']>): string =>
  `${state} since ${shortTime(since)}; last assessed ${shortTime(assessedAt)}`

const labelled = (label: string, text: string): string => `${label.padEnd(10)}${text}`

/** The token that decides, and where it was read. */
const proof = ({ source, pid, path, text }: EvidenceExcerpt): string => {
  const place = path === undefined ? source : `${source} ${plainText(path)}`
  return `${plainText(text)}  (${pid === undefined ? place : `${place}, pid ${pid}`})`
}

const differ = ({ running, declared }: Finding): boolean =>
  running !== undefined && declared !== undefined && running.status !== declared.status

const bothSides = ({ running, declared }: Finding): string[] => [
  labelled(
    'running',
    `${running?.status}: ${(running?.processes ?? []).map((each) => each.reason).join(', ')}`,
  ),
  labelled(
    'declared',
    `${declared?.status} after the next restart: ${(declared?.manifests ?? [])
      .map((each) => `${each.reason} in ${plainText(each.path)}`)
      .join(', ')}`,
  ),
]

type Effect = NonNullable<Finding['effect']>

const isAsItShouldBe = ({ servedOnClientPort, clientCertRequired }: Effect): boolean =>
  servedOnClientPort === 'given-cert' && clientCertRequired

const SERVED: Record<Effect['servedOnClientPort'], string> = {
  'auto-self-signed': 'the client port serves a self-signed certificate',
  'plain-http': 'the client port serves plain HTTP',
  'given-cert': 'the client port serves the certificate given to it',
}

const effectWords = ({ servedOnClientPort, clientCertRequired }: Effect): string =>
  `${SERVED[servedOnClientPort]}; clients ${clientCertRequired ? 'must show' : 'need'} ${clientCertRequired ? 'a' : 'no'} certificate`
