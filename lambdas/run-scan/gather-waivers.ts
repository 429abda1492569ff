import { nodeKey, type StoredFinding, type Transition } from '../../shared/findings/records.ts'
import type { News, WaiverNews } from '../../shared/report/digest-items.ts'
import { minute } from '../../shared/report/wrapped.ts'
import type { KnownNode, Store } from '../../shared/store/store.ts'
import { endedBetween, nearingEnd, noLongerWaived } from '../../shared/waivers/endings.ts'
import { isWide, matchesOf, waiverOf } from '../../shared/waivers/match.ts'
import { withTags } from '../../shared/waivers/waived-findings.ts'
import { endOf, type Waiver } from '../../shared/waivers/waiver.ts'

/** Days before its end at which a waiver is told of. */
const TOLD_DAYS = [30, 7, 1]

type Failure = StoredFinding & { tags?: Record<string, string> }

/** What a scan has to tell of waivers; `about`: the failures that the waiver covers, which say whom it concerns. */
export type WaiversToTell = {
  endings: (WaiverNews & { about: Failure[] })[]
  unwaived: NonNullable<News['unwaived']>
  waiverOf: NonNullable<News['waiverOf']>
}

/**
 * Reads the waivers, and the failures that stand only where a waiver ends.
 * @param since when the scan before opened (ISO 8601); absent: this scan says nothing of endings
 */
export const gatherWaivers = async (
  store: Store,
  { openedAt, since }: { openedAt: string; since?: string },
  nodes: Map<string, KnownNode>,
): Promise<WaiversToTell> => {
  const waivers = await store.waivers()
  const under = (change: Transition) => {
    const tags = nodes.get(nodeKey(change))?.tags
    const found = waiverOf({ ...change, status: change.to, ...(tags && { tags }) }, waivers, openedAt)
    return found && { name: `waiver ${found.id}`, wide: isWide(found) }
  }
  if (since === undefined) return { endings: [], unwaived: [], waiverOf: under }
  const nearing = nearingEnd(waivers, since, openedAt, TOLD_DAYS)
  const ended = endedBetween(waivers, since, openedAt)
  if (nearing.length + ended.length === 0) return { endings: [], unwaived: [], waiverOf: under }
  const failures: Failure[] = await withTags(store, await store.findings({ status: ['FAIL'] }))
  const told = (waiver: Waiver, ends: string) => {
    const about = matchesOf(waiver, failures)
    const { rule, scope, ticket, who, createdAt } = waiver
    const what = `${rule}, ${scope.kind} ${scope.value}; ${covers(about.length)}; asked for by ${who}`
    return { message: `waiver ${waiver.id} (ticket ${ticket}) ${ends}: ${what}`, since: createdAt, about }
  }
  return {
    endings: [
      ...ended.map((waiver) =>
        told(waiver, `${waiver.removed ? 'was taken back' : 'has ended'}, ${minute(endOf(waiver))}`),
      ),
      ...nearing.map(({ waiver, days }) =>
        told(waiver, `ends within ${daysOf(days)}, ${minute(waiver.until)}`),
      ),
    ],
    unwaived: noLongerWaived(failures, waivers, since, openedAt).map(({ waiver, finding }) =>
      asChange(finding, waiver),
    ),
    waiverOf: under,
  }
}

const daysOf = (days: number): string => (days === 1 ? 'a day' : `${days} days`)

const covers = (count: number): string => `covers ${count} ${count === 1 ? 'failure' : 'failures'}`

const asChange = (finding: Failure, waiver: Waiver): WaiversToTell['unwaived'][number] => {
  const { account, region, instanceId, ruleId, control, severity, cluster, since, reason, message } = finding
  return {
    ...{ account, region, instanceId, ruleId, control, severity, reason, message },
    ...(cluster !== undefined && { cluster }),
    ...{ at: since, to: 'FAIL' as const, waiver: `waiver ${waiver.id}` },
  }
}
