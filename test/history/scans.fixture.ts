import { coverageOf } from '../../shared/findings/coverage.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import type { Assessment, Outcome, Sighting, Store } from '../../shared/store/store.ts'
import { at, node, scanRecord } from '../store/fleet.fixture.ts'

type Seen = { assessed?: Assessment[]; sighted?: Sighting[]; only?: string[] }

/** One scan that opens at `minutes`, writes a minute later and ends another minute later, with all that it saw on record. */
export const scanned = async (
  store: Store,
  scanId: string,
  minutes: number,
  { assessed = [], sighted = [], only }: Seen,
  status: Exclude<ScanRecord['status'], 'open'> = 'closed',
): Promise<void> => {
  const { account, region } = node('any')
  await store.openScan({ ...scanRecord(scanId, minutes), ...(only && { only }) })
  const changes = await store.applyAssessments(scanId, at(minutes + 1), assessed)
  await store.applySightings(scanId, at(minutes + 1), sighted)
  const outcomes: Outcome[] = [
    ...assessed.map(({ node, fingerprint }) => ({
      instanceId: node.instanceId,
      state: 'assessed' as const,
      fingerprint,
    })),
    ...sighted.map(({ node, state, detail }) => ({
      instanceId: node.instanceId,
      state,
      ...(detail !== undefined && { detail }),
    })),
  ]
  await store.putCommandResult({ scanId, account, region, n: '0', outcomes, changes })
  await store.closeScan(scanId, {
    status,
    closedAt: at(minutes + 2),
    coverage: coverageOf(outcomes.map(({ state }) => state)),
    targetErrors: [],
  })
}
