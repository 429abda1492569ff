import type { StoredFinding } from '../findings/records.ts'
import { atOnce, slotsOf } from '../store/at-once.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import type { Waived } from '../waivers/waived-findings.ts'
import { badRunBefore } from './bad-run.ts'
import { currentFindings } from './current-findings.ts'
import type { Answer } from './freshness.ts'
import { lastAssessedIn, type SeenBy } from './last-assessed.ts'

/**
 * An open finding with the bounds that sampling allows: it became so after `lastGood` and by `firstBad`. `firstBad` is the first scan that saw
 * it FAIL since it was last good (ERROR, where none did); `lastGood` the last scan that assessed the node while the finding was
 * good. Absent: it has never been seen good.
 */
export type OpenFinding = Waived<StoredFinding> & { lastGood?: SeenBy; firstBad: SeenBy }

type Reads = Parameters<typeof currentFindings>[0] &
  Pick<Store, 'transitionBefore' | 'scansBetween' | 'resultsOfTarget'>

const AT_ONCE = 16

/** A page of what is open (FAIL, ERROR), each since when. Throws CursorError. */
export const openFindings = async (
  store: Reads,
  now: string,
  filter: FindingFilter,
  paging: { limit?: number; cursor?: string; since?: string } = {},
): Promise<Answer<{ open: OpenFinding[]; next?: string }>> => {
  const status = (filter.status ?? ['FAIL', 'ERROR']).filter((each) => each === 'FAIL' || each === 'ERROR')
  const { findings, ...rest } = await currentFindings(store, now, { ...filter, status }, paging)
  const lastAssessed = lastAssessedIn(store)
  const open = await atOnce(
    findings.filter(({ closed }) => closed === undefined),
    slotsOf(AT_ONCE),
    async (finding): Promise<OpenFinding> => {
      const { account, region, instanceId, ruleId, scanId, since: at, previousStatus: from, status } = finding
      const place = { account, region, instanceId, ruleId }
      const { run, good } = await badRunBefore(store, { ...place, scanId, at, ...(from && { from }) })
      const spell = [...run, { ...place, scanId, at, to: status }]
      const first = spell.find(({ to }) => to === 'FAIL') ?? spell[0] ?? { scanId, at }
      const start = spell[0] ?? first
      return {
        ...finding,
        firstBad: { scanId: first.scanId, at: first.at },
        ...(good && { lastGood: await lastAssessed(place, seenBy(good), seenBy(start)) }),
      }
    },
  )
  return { ...rest, open }
}

const seenBy = ({ scanId, at }: SeenBy): SeenBy => ({ scanId, at })
