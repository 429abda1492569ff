import type { Closing } from '../findings/coverage.ts'
import type { Severity, Status } from '../findings/finding.ts'
import { findingKey } from '../findings/flapping.ts'
import type { Node, Transition } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { type Answer, freshnessAt } from './freshness.ts'

/**
 * What became of a finding: `appeared` and `left` with its instance or its rule; `failing`, `fixed` and `unclear` by the status it came to;
 * `other` reasons for the same status; `and-back` where it changed and is as it was.
 */
export type ChangeKind = 'appeared' | 'left' | 'failing' | 'fixed' | 'unclear' | 'other' | 'and-back'

/** The difference that a time made to one finding. */
export type Change = Node & {
  ruleId: string
  control: string
  severity: Severity
  cluster?: string
  kind: ChangeKind
  /** Absent: there was no such finding. */
  from?: Status
  fromReason?: string
  to: Status
  reason: string
  /** What ended it; `to` is then its last status. */
  closed?: Closing
  /** The last change, and how many there were. */
  at: string
  scanId: string
  times: number
  message: string
  /** Every one of them was made by a newer engine or rule on the same facts: nothing changed on the node. */
  cause?: 'engine' | 'rule'
}

export type Changes = { from: string; to: string; changes: Change[] }

/**
 * What changed after one moment, up to and with another, worst first. Reads the changes in between. A status in the filter is the one that a finding
 * came to in the end.
 */
export const changesBetween = async (
  store: Pick<Store, 'scanAt' | 'transitionsBetween'>,
  from: string,
  to: string,
  { status, ...filter }: FindingFilter,
): Promise<Answer<Changes>> => {
  const [fresh, transitions] = await Promise.all([
    freshnessAt(store, to),
    store.transitionsBetween(from, to, filter),
  ])
  const changes = [...Map.groupBy(transitions, findingKey).values()]
    .map(changeOf)
    .filter((each) => status?.includes(each.to) ?? true)
    .toSorted(byWeight)
  return { fresh, from, to, changes }
}

/** Transitions of one finding, oldest first, as one change. */
const changeOf = (all: Transition[]): Change => {
  const [first, last] = [all[0], all.at(-1)]
  if (!first || !last) throw new Error('a change is made of transitions')
  const { account, region, instanceId, ruleId, control, severity, cluster } = last
  const { to, reason, closed, at, scanId, message } = last
  const { from, fromReason } = first
  const causes = new Set(all.map(({ cause }) => cause))
  const cause = causes.size === 1 ? last.cause : undefined
  return {
    ...{ account, region, instanceId, ruleId, control, severity },
    ...(cluster !== undefined && { cluster }),
    kind: kindOf(first, last, all.length),
    ...(from !== undefined && { from }),
    ...(fromReason !== undefined && { fromReason }),
    ...{ to, reason },
    ...(closed !== undefined && { closed }),
    ...{ at, scanId, times: all.length, message },
    ...(cause !== undefined && { cause }),
  }
}

const kindOf = (first: Transition, last: Transition, times: number): ChangeKind => {
  if (last.closed !== undefined) return 'left'
  if (first.from === undefined) return 'appeared'
  if (first.from !== last.to) return BY_STATUS[last.to]
  return times > 1 && first.fromReason === last.reason ? 'and-back' : 'other'
}

const BY_STATUS: Record<Status, ChangeKind> = {
  FAIL: 'failing',
  ERROR: 'unclear',
  PASS: 'fixed',
  NOT_APPLICABLE: 'fixed',
}

const KINDS: ChangeKind[] = ['failing', 'appeared', 'unclear', 'fixed', 'left', 'other', 'and-back']

const STATUSES: Status[] = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']

const byWeight = (a: Change, b: Change): number =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
  STATUSES.indexOf(a.to) - STATUSES.indexOf(b.to) ||
  (orderOf(a) < orderOf(b) ? -1 : 1)

const orderOf = (each: Change): string => `${each.at}#${findingKey(each)}`
