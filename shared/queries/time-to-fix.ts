import type { Transition } from '../findings/records.ts'
import { atOnce, slotsOf } from '../store/at-once.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { badRunBefore } from './bad-run.ts'
import { type Answer, freshnessAt } from './freshness.ts'
import { type FixGroup, NO_CLUSTER } from './groups.ts'

/** One failure that was mended: from the first scan that saw it fail to the first that saw it good again. */
export type Fix = Pick<
  Transition,
  'account' | 'region' | 'instanceId' | 'ruleId' | 'control' | 'severity' | 'cluster'
> & { failedAt: string; fixedAt: string; seconds: number }

/** Whole seconds; percentiles by nearest rank: each is the time of a fix that there was. */
export type FixTimes = { group?: string; fixes: number; median: number; p90: number; longest: number }

/** `left`: failures that ended because the instance or the rule was gone. `restated`: those that a newer engine or rule took back. Neither is a fix. */
export type TimeToFix = {
  from: string
  to: string
  by?: FixGroup
  times: FixTimes[]
  fixes: Fix[]
  left: number
  restated: number
}

/** What was mended after one moment, up to and with another, and how long each failure had lasted. */
export const timeToFix = async (
  store: Pick<Store, 'scanAt' | 'endsBetween' | 'transitionBefore'>,
  from: string,
  to: string,
  { status: _, ...filter }: FindingFilter,
  by?: FixGroup,
): Promise<Answer<TimeToFix>> => {
  const [fresh, ends] = await Promise.all([freshnessAt(store, to), store.endsBetween(from, to, filter)])
  const good = ends.filter(({ closed }) => closed === undefined)
  const found = await atOnce(good, slotsOf(AT_ONCE), async (end) => {
    const { run } = await badRunBefore(store, end, false)
    const failed = run.find(({ to }) => to === 'FAIL')
    return failed ? [{ end, failedAt: failed.at }] : []
  })
  const mended = found.flat().filter(({ end }) => end.cause === undefined)
  const fixes = mended.map(({ end, failedAt }) => fixOf(end, failedAt))
  const groups = Map.groupBy(fixes, (fix) => (by ? groupOf(fix, by) : ''))
  const times = [...groups].map(([group, of]) => ({ ...(by && { group }), ...timesOf(of) }))
  return {
    ...{ fresh, from, to },
    ...(by && { by }),
    times: times.toSorted((a, b) => ((a.group ?? '') < (b.group ?? '') ? -1 : 1)),
    fixes,
    left: ends.filter(({ from, closed }) => closed !== undefined && from === 'FAIL').length,
    restated: found.flat().length - mended.length,
  }
}

const AT_ONCE = 16

const groupOf = (fix: Fix, by: FixGroup): string => (by === 'rule' ? fix.ruleId : (fix[by] ?? NO_CLUSTER))

const fixOf = (end: Transition, failedAt: string): Fix => {
  const { account, region, instanceId, ruleId, control, severity, cluster, at: fixedAt } = end
  const seconds = Math.round((Date.parse(fixedAt) - Date.parse(failedAt)) / 1000)
  return {
    ...{ account, region, instanceId, ruleId, control, severity },
    ...(cluster !== undefined && { cluster }),
    ...{ failedAt, fixedAt, seconds },
  }
}

const timesOf = (fixes: Fix[]): Omit<FixTimes, 'group'> => {
  const sorted = fixes.map(({ seconds }) => seconds).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { fixes: sorted.length, median: at(0.5), p90: at(0.9), longest: at(1) }
}
