import type { Coverage } from '../findings/coverage.ts'
import type { Severity, Status } from '../findings/finding.ts'
import type { ScanRecord, Transition } from '../findings/records.ts'
import { amazonQMessage } from './digest-amazon-q.ts'
import { blocksOf, type FixOf, folded, inOrder, SEVERITIES } from './digest-blocks.ts'
import type { DigestBody, DigestLine } from './digest-body.ts'
import { changesCommand, historyCommand } from './digest-command.ts'
import { coversOf } from './digest-covers.ts'
import { itemsOf, type News, type NewsItem } from './digest-items.ts'
import { notesOf, type Share } from './digest-notes.ts'
import { countedIn, countsOf, subjectOf } from './digest-subject.ts'
import { digestText } from './digest-text.ts'
import { jsonLine } from './json.ts'
import { plainText } from './plain-text.ts'

/** What a scan brought for one route, and what it is compared with. */
export type DigestInput = News & {
  route: string
  scanId: string
  /** When the scan opened, and when the digest is made: ISO 8601, UTC. */
  openedAt: string
  at: string
  /** The options of a command that lead to the table: `--local`, or `--stack NAME`. */
  place: string
  fixOf: FixOf
  coverage: Coverage
  /** Findings of the whole fleet by status. */
  findings: Partial<Record<Status, number>>
  /** Each begins with `account/region: `. */
  targetErrors: string[]
  /** Of those, targets that the scan before had no trouble with; and targets whose trouble has ended. */
  lostTargets?: number
  regained?: string[]
  /** Targets that are scanned for the first time, and how many instances they have. */
  added?: { target: string; instances: number }[]
  /** How much of the whole fleet changed, whoever is told of it. */
  changed?: Share
  /** The latest earlier scan that came far enough to know its coverage. */
  previous?: Pick<ScanRecord, 'coverage'>
  /** No scan has ended well before this one. */
  baseline: boolean
  /** The route hears of the fleet as a whole, and so of a baseline in which there is nothing for it; absent: it does. */
  hearsOfFleet?: boolean
  /** The scan was of chosen instances, or was cancelled: then only verdicts that changed are news. */
  partial?: 'chosen' | 'cancelled'
  /** Everything that the digest accounts for, also what it only counts. */
  covers: Transition[]
}

/** The parts of a message; `attributes` are for subscribers that filter. */
export type DigestMessage = {
  subject: string
  bodies: { default: string; email: string }
  attributes: Record<string, string>
  /** The same for a channel of Amazon Q Developer, which takes no other form. */
  amazonQ: string
}

/** One message about what changed in a scan; undefined where there is nothing to tell. */
export const buildDigest = (input: DigestInput): DigestMessage | undefined => {
  const found = itemsOf(input)
  const items = inOrder(folded(found.items))
  const { baseline, hearsOfFleet = true, lostTargets = 0, regained = [], added = [] } = input
  const hasNews = items.length + lostTargets + regained.length + added.length > 0
  if (!hasNews && !(baseline && hearsOfFleet)) return undefined
  return messageOf(bodyOf(input, items, found.waived))
}

const bodyOf = (input: DigestInput, items: NewsItem[], waived: number): DigestBody => {
  const { scanId, route, at, place, partial, baseline } = input
  const blocks = blocksOf(items, input.fixOf, (item) => lineOf(item, place))
  const listed = blocks.reduce((sum, { lines }) => sum + lines.length, 0)
  const counts = countsOf(items)
  const open = items.filter(({ group }) => group !== 'departed' && group !== 'left-scope')
  return {
    type: 'fleet-scanner.digest',
    schemaVersion: 2,
    digestId: `${scanId}/${route}`,
    ...{ scanId, route, at },
    kind: baseline ? 'baseline' : 'change',
    subject: subjectOf(`fleet-scanner${baseline ? ', first scan' : ''}: `, [
      ...countedIn(counts),
      ...troubleIn(input),
    ]),
    worst: worstStatus(open),
    severity: worstSeverity(open),
    ...(partial && { partial }),
    notes: notesOf(input, waived),
    coverage: input.coverage,
    ...(input.previous?.coverage && { previousCoverage: input.previous.coverage }),
    findings: input.findings,
    ...{ counts, waived, blocks },
    omitted: items.length - listed,
    more: changesCommand(place, input.openedAt),
    targetErrors: input.targetErrors.slice(0, 10).map((error) => plainText(error)),
    covers: coversOf(input.covers),
  }
}

/** A digest's body in every form that is sent. */
export const messageOf = (body: DigestBody): DigestMessage => {
  const { subject, digestId, scanId, route, kind, worst, severity } = body
  return {
    subject,
    bodies: { default: jsonLine(body), email: digestText(body) },
    attributes: { digestId, scanId, route, kind, worst, severity },
    amazonQ: amazonQMessage(body),
  }
}

/**
 * As many as there are rules, so that a line about several of them names all. A finding may have changed hundreds of times
 * before it settles: all of that would make a message that SNS does not take.
 */
const MOST_TRANSITIONS = 6

/** An item as a line, with the command that shows more of its instance. */
export const lineOf = ({ group: _, ...line }: NewsItem, place: string): DigestLine => ({
  ...line,
  ...(line.transitions.length > MOST_TRANSITIONS && {
    transitions: line.transitions.slice(0, MOST_TRANSITIONS),
    moreTransitions: line.transitions.length - MOST_TRANSITIONS,
  }),
  ...(line.instanceId !== undefined && { history: historyCommand(place, line.instanceId) }),
})

const troubleIn = ({ lostTargets = 0, added = [], regained = [], baseline, coverage }: DigestInput) => [
  ...(lostTargets > 0 ? [`${targets(lostTargets)} out of reach`] : []),
  ...(added.length > 0 ? [`${added.length} new ${added.length === 1 ? 'target' : 'targets'}`] : []),
  ...(regained.length > 0 ? [`${targets(regained.length)} in reach again`] : []),
  ...(baseline ? [`${coverage.assessed} of ${coverage.total} assessed`] : []),
]

const targets = (count: number): string => `${count} ${count === 1 ? 'target' : 'targets'}`

export const worstStatus = (items: NewsItem[]): Status | 'NONE' =>
  (['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const).find((status) =>
    items.some(({ to }) => to === status),
  ) ?? 'NONE'

export const worstSeverity = (items: NewsItem[]): Severity | 'none' =>
  SEVERITIES.find((severity) =>
    items.some(({ to, rules }) => to === 'FAIL' && rules.some((rule) => rule.severity === severity)),
  ) ?? 'none'
