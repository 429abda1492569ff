import type { CoverageState } from '../findings/coverage.ts'
import type { Node } from '../findings/records.ts'
import { fleetAt, type PastFinding } from '../history/past.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import { type Waived, withPastWaivers } from '../waivers/waived-findings.ts'
import { type Answer, answeringScan } from './freshness.ts'

/** An instance as the scan that answers saw it. */
export type SeenInstance = Node & { state: CoverageState; detail?: string }

/** `instances` is everyone whom the scan saw, also the stopped, excluded and gone: none is missing. */
export type FleetThen = { instances: SeenInstance[]; findings: Waived<PastFinding>[] }

/** The fleet as it was at a moment, each instance accounted for. Before the first scan had closed both lists are empty. */
export const fleetThen = async (
  store: Pick<
    Store,
    'scanAt' | 'commandResults' | 'transitionsAt' | 'restatements' | 'waiverRevisions' | 'nodes'
  >,
  at: string,
  filter: FindingFilter,
): Promise<Answer<FleetThen>> => {
  const past = await fleetAt(store, at, filter)
  if (!past) return { fresh: { at }, instances: [], findings: [] }
  return {
    fresh: { at, scan: answeringScan(past.scan) },
    instances: past.results.flatMap(({ account, region, outcomes }) =>
      outcomes.map(({ instanceId, state, detail }) => ({
        ...{ account, region, instanceId, state },
        ...(detail !== undefined && { detail }),
      })),
    ),
    findings: await withPastWaivers(store, past.findings, at),
  }
}
