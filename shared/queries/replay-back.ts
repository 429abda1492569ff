import type { Status } from '../findings/finding.ts'
import { findingKey } from '../findings/flapping.ts'
import type { Node, Transition } from '../findings/records.ts'
import type { StandingFinding } from '../store/store.ts'

type Counts = Map<string, Record<Status, number>>

/**
 * Findings by group and status at each of the moments: from how they stand now, changes are taken back, the newest first.
 * `since` are the changes after the earliest moment. A group that is undefined is not counted. Pure.
 */
export const replayBack = (
  standing: StandingFinding[],
  since: Transition[],
  moments: string[],
  groupOf: (finding: Node & { ruleId: string }) => string | undefined,
): Map<string, Counts> => {
  const stood = new Map<string, { group: string; status: Status }>()
  const counts: Counts = new Map()
  const count = (group: string, status: Status, by: 1 | -1): void => {
    const of = counts.get(group) ?? { PASS: 0, FAIL: 0, ERROR: 0, NOT_APPLICABLE: 0 }
    of[status] += by
    counts.set(group, of)
  }
  const put = (finding: Node & { ruleId: string }, status: Status | undefined): void => {
    const key = findingKey(finding)
    const before = stood.get(key)
    if (before) count(before.group, before.status, -1)
    stood.delete(key)
    const group = groupOf(finding)
    if (status === undefined || group === undefined) return
    stood.set(key, { group, status })
    count(group, status, 1)
  }
  for (const each of standing) put(each, each.status)

  const result = new Map<string, Counts>()
  const changes = since.toSorted((a, b) => (a.at < b.at ? 1 : -1))
  let next = 0
  for (const moment of moments.toSorted().reverse()) {
    for (let change = changes[next]; change && change.at > moment; change = changes[++next])
      put(change, change.from)
    result.set(moment, copyOf(counts))
  }
  return result
}

/** Without groups that are empty at that moment. */
const copyOf = (counts: Counts): Counts =>
  new Map(
    [...counts]
      .filter(([, of]) => Object.values(of).some((n) => n > 0))
      .map(([group, of]) => [group, { ...of }]),
  )
