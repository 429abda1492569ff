import type { Status } from '../findings/finding.ts'
import type { Node, Transition } from '../findings/records.ts'
import type { Store } from '../store/store.ts'

/** One change, by what is needed to find the change before it. */
export type ChangeRef = Pick<Transition, keyof Node | 'ruleId' | 'scanId' | 'at' | 'from'>

/** Proved to be as it should be, or out of scope. */
export const isGood = (status: Status | undefined): boolean =>
  status === 'PASS' || status === 'NOT_APPLICABLE'

/**
 * The changes before this one in which the finding was FAIL or ERROR without a break, oldest first, and the change before them in which it
 * was good, where that is `wanted`. An ERROR between two failures does not end a failure: nobody has seen it mended.
 */
export const badRunBefore = async (
  store: Pick<Store, 'transitionBefore'>,
  change: ChangeRef,
  wanted = true,
): Promise<{ run: Transition[]; good?: Transition }> => {
  const run: Transition[] = []
  for (let current: ChangeRef = change; current.from !== undefined; ) {
    if (!wanted && isGood(current.from)) break
    const before = await store.transitionBefore(current)
    if (!before || before.closed !== undefined) break
    if (isGood(before.to)) return { run, good: before }
    run.unshift(before)
    current = before
  }
  return { run }
}
