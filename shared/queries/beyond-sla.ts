import type { Severity } from '../findings/finding.ts'
import type { StoredFinding } from '../findings/records.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { type Waived, withWaivers } from '../waivers/waived-findings.ts'
import { DAY_MS } from '../waivers/waiver.ts'
import { allFindings } from './all-findings.ts'
import { type Answer, freshnessAt } from './freshness.ts'

/** Days that a finding may stay open, by severity. */
export type Sla = Record<Severity, number>

/** Where neither the table nor a configuration says otherwise. */
export const DEFAULT_SLA: Sla = { critical: 7, high: 30, medium: 90, low: 180 }

/** Since its status is what it is: `openDays` whole days, of which `allowedDays` are. Due at `dueAt`. */
export type OverdueFinding = Waived<StoredFinding> & { openDays: number; allowedDays: number; dueAt: string }

/**
 * What is open (FAIL or ERROR) for longer than allowed, the most overdue first; what is waived is marked. Reads what is
 * open.
 */
export const beyondSla = async (
  store: Parameters<typeof allFindings>[0] & Pick<Store, 'settings' | 'waivers' | 'nodes'>,
  now: string,
  filter: FindingFilter,
): Promise<Answer<{ sla: Sla; overdue: OverdueFinding[] }>> => {
  const [fresh, settings, open] = await Promise.all([
    freshnessAt(store, now),
    store.settings(),
    allFindings(store, now, { ...filter, status: (filter.status ?? ['FAIL', 'ERROR']).filter(isOpenStatus) }),
  ])
  const sla = settings?.sla ?? DEFAULT_SLA
  return { fresh, sla, overdue: await withWaivers(store, overdueOf(open, sla, now), now) }
}

/** Those of the open findings that have been so for longer than allowed, the most overdue first. */
export const overdueOf = <F extends StoredFinding>(
  open: F[],
  sla: Sla,
  now: string,
): (F & Pick<OverdueFinding, 'openDays' | 'allowedDays' | 'dueAt'>)[] =>
  open
    .flatMap((each) => {
      const allowedDays = sla[each.severity]
      const due = Date.parse(each.since) + allowedDays * DAY_MS
      if (each.closed !== undefined || due >= Date.parse(now)) return []
      const openDays = Math.floor((Date.parse(now) - Date.parse(each.since)) / DAY_MS)
      return [{ ...each, openDays, allowedDays, dueAt: new Date(due).toISOString() }]
    })
    .toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1))

const isOpenStatus = (status: string): boolean => status === 'FAIL' || status === 'ERROR'
