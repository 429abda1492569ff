import { sealScans } from '../../shared/seal/seal-scans.ts'
import { isKept } from '../../shared/store/evidence-items.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'
import { at, node, scanRecord } from '../store/fleet.fixture.ts'

/** One scan from opening to its end, recorded as parse-results and run-scan record it; not sealed. */
export const scanned = async (
  store: Store,
  scanId: string,
  minutes: number,
  assessments: Assessment[],
  sightings: Sighting[] = [],
): Promise<void> => {
  await store.openScan(scanRecord(scanId, minutes))
  const stored = new Map<string, string>()
  const changes = await store.applyAssessments(scanId, at(minutes + 1), assessments, ({ instanceId }, hash) =>
    stored.set(instanceId, hash),
  )
  const closed = await store.applySightings(scanId, at(minutes + 1), sightings)
  const { account, region } = assessments[0]?.node ?? node('none')
  await store.putCommandResult({
    ...{ scanId, account, region, n: '0', commandId: `command-${scanId}` },
    outcomes: [
      ...assessments.map(({ node: { instanceId }, fingerprint, evidence: { gzip } }) => {
        const evidence = stored.get(instanceId)
        return {
          ...{ instanceId, state: 'assessed' as const, fingerprint },
          ...(evidence !== undefined && {
            evidence,
            ...(!isKept(gzip) && { evidenceNotKept: true as const }),
          }),
        }
      }),
      ...sightings.map(({ node: { instanceId }, state }) => ({ instanceId, state })),
    ],
    changes: [...changes, ...closed],
  })
  const end = {
    status: 'closed',
    closedAt: at(minutes + 2),
    changes: changes.length,
    digest: 'none',
  } as const
  await store.closeScan(scanId, end)
}

/** The same, sealed three minutes after its beginning. */
export const sealedScan = async (...[store, scanId, minutes, ...rest]: Parameters<typeof scanned>) => {
  await scanned(store, scanId, minutes, ...rest)
  return sealScans(store, scanId, () => new Date(at(minutes + 3)))
}
