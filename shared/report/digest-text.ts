import type { Status } from '../findings/finding.ts'
import { coverageLine } from './coverage-line.ts'
import { controlsOf, SEVERITIES } from './digest-blocks.ts'
import type { DigestBlock, DigestBody, DigestLine } from './digest-body.ts'
import { commandLines } from './digest-command.ts'
import { DIGEST_GROUPS } from './digest-groups.ts'
import { countedIn } from './digest-subject.ts'
import { plainText } from './plain-text.ts'
import { minute, wrapped } from './wrapped.ts'

/** A mail that is longer is not read. */
const MOST_LINES = 40
const MOST_BYTES = 8 * 1024

const MOST_ERRORS = 2
const MOST_NOTES = 6

/** The digest for people: plain text of at most 40 lines, 76 columns and 8 KB; what does not fit is counted. */
export const digestText = (body: DigestBody): string => {
  const head = headOf(body)
  const chunks = chunksOf(body)
  // The end is longest where nothing is listed.
  const end = endOf(body, [])
  let lines = MOST_LINES - head.length - end.length
  let bytes = MOST_BYTES - size(head) - size(end)
  const shown: string[] = []
  let listed = 0
  for (const chunk of chunks) {
    lines -= chunk.length
    bytes -= size(chunk)
    if (lines < 0 || bytes < 0) break
    shown.push(...chunk)
    listed++
  }
  const entries = body.blocks.flatMap(({ group, lines: of }) => of.map(() => ({ group })))
  return [...head, ...shown, ...endOf(body, entries.slice(0, listed)), ''].join('\n')
}

const size = (lines: string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)

const headOf = (body: DigestBody): string[] => [
  ...wrapped(body.subject),
  '',
  ...wrapped(
    `Scan ${plainText(body.scanId, 64)}, ${minute(body.at)}${body.route === 'default' ? '' : `, route ${body.route}`}`,
  ),
  ...wrapped(`Fleet: ${coverageLine(body.coverage, [])}`),
  ...(body.previousCoverage ? wrapped(`Before: ${coverageLine(body.previousCoverage, [])}`).slice(0, 3) : []),
  ...wrapped(`Findings: ${totals(body.findings)}`),
  ...body.notes.slice(0, MOST_NOTES).flatMap((note) => wrapped(note)),
  ...failedTargets(body.targetErrors),
]

/** One for each entry; the first of a group or block brings its headings. */
const chunksOf = ({ blocks, counts, kind }: DigestBody): string[][] => {
  let group: DigestBlock['group'] | undefined
  return blocks.flatMap((block) =>
    block.lines.map((line, i) => {
      const opens = block.group !== group
      group = block.group
      return [
        ...(opens ? ['', ...wrapped(`${block.heading} (${counts[group] ?? 0})`)] : []),
        ...(i === 0 ? blockHead(block) : []),
        ...entry(line, kind),
      ]
    }),
  )
}

const blockHead = ({ cluster, rules, count, fix }: DigestBlock): string[] => {
  const severity = SEVERITIES.find((each) => rules.some((rule) => rule.severity === each))
  const [rule] = rules
  const what =
    rule === undefined
      ? []
      : [`${controlsOf(rules)}${rules.length === 1 ? ` ${rule.ruleId}` : ''}, ${severity}`]
  const where = cluster === undefined ? [] : [`cluster ${plainText(cluster, 60)}`]
  const label = [...where, ...what].join(', ')
  return [
    ...(label === '' ? [] : wrapped(`${label}${count > 1 ? ` (${count})` : ''}`)),
    ...(fix === undefined ? [] : wrapped(`Fix: ${fix}`, '  ', '    ').slice(0, 3)),
  ]
}

const entry = (line: DigestLine, kind: DigestBody['kind']): string[] => [
  ...wrapped(`- ${nameOf(line)}`, '', '  '),
  ...wrapped(
    `${stateOf(line, kind)}${plainText(line.message, line.instanceId === undefined ? 200 : 140)}`,
    '  ',
  ),
  ...(line.history === undefined ? [] : commandLines(line.history, '  ')),
]

const nameOf = ({ instanceId, account, region, since }: DigestLine): string =>
  instanceId === undefined
    ? `on ${minute(since ?? '')}`
    : `${plainText(instanceId, 64)}, ${account}/${region}`

const stateOf = ({ to, from, since = '', closed, cause }: DigestLine, kind: DigestBody['kind']): string => {
  if (to === undefined) return ''
  const when = closed ? `when it left, ${minute(since)}` : `since ${minute(since)}`
  const before = kind !== 'change' || closed || from === to ? '' : from ? `, before ${from}` : ', new'
  return `${to} ${when}${before}${cause ? ` (newer ${cause})` : ''}: `
}

const failedTargets = (errors: string[]): string[] =>
  errors.length === 0
    ? []
    : [
        '',
        `Not fully scanned (${errors.length === 10 ? '10 or more' : errors.length}):`,
        ...errors.slice(0, MOST_ERRORS).flatMap((error) => wrapped(`- ${plainText(error, 140)}`, '', '  ')),
      ]

const endOf = (body: DigestBody, listed: { group: DigestBlock['group'] }[]): string[] => {
  const left = Object.fromEntries(
    DIGEST_GROUPS.map((group) => [
      group,
      (body.counts[group] ?? 0) - listed.filter((each) => each.group === group).length,
    ]),
  ) as Record<DigestBlock['group'], number>
  const counted = countedIn(left)
  if (counted.length === 0) return []
  return ['', ...wrapped(`Not listed: ${counted.join(', ')}. All of it:`), ...commandLines(body.more, '  ')]
}

const totals = (findings: Partial<Record<Status, number>>): string =>
  (['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const)
    .map((status) => `${findings[status] ?? 0} ${status}`)
    .join(', ')
