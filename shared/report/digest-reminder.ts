import type { Severity } from '../findings/finding.ts'
import type { StoredFinding } from '../findings/records.ts'
import { type DigestMessage, lineOf, messageOf, worstSeverity, worstStatus } from './digest.ts'
import { blocksOf, type FixOf, folded } from './digest-blocks.ts'
import type { DigestBody } from './digest-body.ts'
import { openCommand } from './digest-command.ts'
import { coversOf } from './digest-covers.ts'
import type { NewsItem } from './digest-items.ts'
import { digestKey } from './digest-routes.ts'
import { countedIn, countsOf, subjectOf } from './digest-subject.ts'
import { plainText } from './plain-text.ts'

/** Days that a finding may stay open, by its severity. */
export type Sla = Record<Severity, number>

export type ReminderInput = Pick<
  DigestBody,
  'scanId' | 'route' | 'at' | 'coverage' | 'findings' | 'targetErrors'
> & {
  place: string
  fixOf: FixOf
  /** What is open and not waived, of this route. */
  open: StoredFinding[]
  sla: Sla
  everyDays: number
}

const DAY_MS = 24 * 60 * 60_000

/** A message about what has been open for longer than allowed, the oldest first; undefined: nothing has. */
export const buildReminder = (input: ReminderInput): DigestMessage | undefined => {
  const { scanId, route, at, coverage, findings, place, everyDays } = input
  const overdue = input.open.filter((each) => ageOf(each, at) > input.sla[each.severity])
  if (overdue.length === 0) return undefined
  const items = folded(overdue.map((each) => itemOf(each, input))).toSorted((a, b) =>
    orderOf(a) < orderOf(b) ? -1 : 1,
  )
  const blocks = blocksOf(items, input.fixOf, (item) => lineOf(item, place))
  const counts = countsOf(items)
  return messageOf({
    type: 'fleet-scanner.digest',
    schemaVersion: 2,
    digestId: `${scanId}/${digestKey(route, { reminder: true })}`,
    ...{ scanId, route, at, coverage, findings, counts, blocks },
    kind: 'reminder',
    subject: subjectOf('fleet-scanner, reminder: ', countedIn(counts)),
    worst: worstStatus(items),
    severity: worstSeverity(items),
    notes: [`Nothing of this is new; it is told again every ${everyDays} days until it is mended or waived.`],
    waived: 0,
    omitted: items.length - blocks.reduce((sum, { lines }) => sum + lines.length, 0),
    more: openCommand(place),
    targetErrors: input.targetErrors.slice(0, 10).map((error) => plainText(error)),
    covers: coversOf([]),
  })
}

const ageOf = ({ since }: Pick<StoredFinding, 'since'>, at: string): number =>
  (Date.parse(at) - Date.parse(since)) / DAY_MS

const itemOf = (finding: StoredFinding, { at, sla }: ReminderInput): NewsItem => {
  const { account, region, instanceId, cluster, ruleId, control, severity, status, reason, since } = finding
  const allowed = `${Math.floor(ageOf(finding, at))} days, ${sla[severity]} allowed`
  return {
    group: 'overdue',
    ...{ account, region, reason, since, to: status },
    instanceId: plainText(instanceId),
    ...(cluster !== undefined && { cluster: plainText(cluster) }),
    rules: [{ ruleId, control, severity }],
    message: `${allowed}: ${plainText(finding.message)}`,
    transitions: [],
  }
}

const orderOf = ({ since, account, region, instanceId, rules }: NewsItem): string =>
  [since, account, region, instanceId, rules[0]?.control].join('\n')
