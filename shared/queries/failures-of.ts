import type { Closing } from '../findings/coverage.ts'
import { findingKey } from '../findings/flapping.ts'
import type { Node, Transition } from '../findings/records.ts'
import { isGood } from './bad-run.ts'
import type { SeenBy } from './last-assessed.ts'

/** One time that a finding failed without a break: an ERROR in between does not end it. `end` absent: it fails still. */
export type Failure = Node & { ruleId: string; start: SeenBy; end?: SeenBy; closed?: Closing }

/** Every failure in these histories (transitions, in any order; restatements are left out). Pure. */
export const failuresOf = (history: Transition[]): Failure[] =>
  [...Map.groupBy(history.filter(isChange), findingKey).values()].flatMap((changes) => {
    const failures: Failure[] = []
    let current: Failure | undefined
    for (const { account, region, instanceId, ruleId, scanId, at, to, closed } of changes.toSorted(byTime)) {
      if (current && (closed !== undefined || isGood(to))) {
        failures.push({ ...current, end: { scanId, at }, ...(closed !== undefined && { closed }) })
        current = undefined
      } else if (!current && closed === undefined && to === 'FAIL')
        current = { account, region, instanceId, ruleId, start: { scanId, at } }
    }
    return current ? [...failures, current] : failures
  })

const isChange = ({ restates }: Transition): boolean => restates === undefined

const byTime = (a: Transition, b: Transition): number => (a.at < b.at ? -1 : 1)
