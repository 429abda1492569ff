import * as z from 'zod'
import { nodeKey, type StoredFinding } from '../shared/findings/records.ts'
import type { Store } from '../shared/store/store.ts'
import { type Waived, withWaivers } from '../shared/waivers/waived-findings.ts'
import { UsageError } from './exit-code.ts'
import { isInFleet, type ScanView } from './fleet-view.ts'

/** A message as a subscriber got it, for people. `route` where the scan sent to several. */
export type SentDigest = { scanId: string; route?: string; subject: string; text: string }

/** A scan that ended, the findings of the instances that it saw, and what was sent. */
export type ScanReport = ScanView & { findings: Waived<StoredFinding>[]; sent: SentDigest[] }

const scanResult = z.object({ scanId: z.string(), status: z.string(), message: z.string().optional() })

/** The id of the scan that run-scan says it ran. Throws UsageError where it refused to. */
export const openedScan = (result: unknown): string => {
  const { scanId, status, message } = scanResult.parse(result)
  if (status === 'refused') throw new UsageError(message ?? `scan ${scanId} was refused`)
  return scanId
}

/** What the table has of a scan that has ended. */
export const scanSeen = async (store: Store, scanId: string): Promise<Omit<ScanReport, 'sent'>> => {
  const record = await store.scan(scanId)
  if (record === undefined) throw new Error(`scan ${scanId} has ended and is not in the table`)
  const results = await store.commandResults(scanId)
  const seen = new Set(
    results.flatMap(({ account, region, outcomes }) =>
      outcomes.map(({ instanceId }) => nodeKey({ account, region, instanceId })),
    ),
  )
  const findings = (await store.findings({})).filter((each) => seen.has(nodeKey(each)) && isInFleet(each))
  return { record, results, findings: await withWaivers(store, findings, new Date().toISOString()) }
}
