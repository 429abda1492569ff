import type { Transition } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { type Answer, freshnessAt } from './freshness.ts'

/** `verdicts`: changes at a scan on the same facts. `restatements`: stored evidence that was judged otherwise later. */
export type Flips = { from: string; to: string; verdicts: Transition[]; restatements: Transition[] }

/** What a newer rule or engine has judged otherwise, after one moment, up to and with another; oldest first. */
export const flipsBetween = async (
  store: Pick<Store, 'scanAt' | 'transitionsBetween' | 'restatements'>,
  from: string,
  to: string,
  filter: FindingFilter,
): Promise<Answer<Flips>> => {
  const [fresh, transitions, restatements] = await Promise.all([
    freshnessAt(store, to),
    store.transitionsBetween(from, to, filter),
    store.restatements({ ...filter, since: from }),
  ])
  return {
    ...{ fresh, from, to },
    verdicts: transitions.filter(({ cause }) => cause !== undefined),
    restatements: restatements.filter(({ at }) => at > from && at <= to),
  }
}
