import type { Finding, Status } from '../findings/finding.ts'
import type { StoredFinding, Transition } from '../findings/records.ts'
import { type Key, keys, type Listing, listings, nodeOfPk } from './keys.ts'
import type { Assessment } from './store.ts'

/** Where the verdict came from when status or reason last changed: enough to write that transition again. */
type Change = {
  scanId: string
  at: string
  from?: Status
  fromReason?: string
  cluster?: string
  /** The scan of the change before this one. */
  supersedes?: string
}

export type FindingItem = Key &
  Listing &
  Pick<
    StoredFinding,
    'since' | 'previousStatus' | 'scanId' | 'evidenceHash' | 'engineVersion' | 'ruleVersion'
  > & { finding: Finding; change: Change }

/** The item that a verdict makes of the finding before it, if any. */
export const nextFinding = (
  before: FindingItem | undefined,
  assessment: Assessment,
  finding: Finding,
  scanId: string,
  at: string,
): FindingItem => {
  const { node, cluster } = assessment
  const old = before?.finding
  const ruleVersion = assessment.ruleVersions[finding.ruleId]
  if (ruleVersion === undefined) throw new Error(`no version given of rule ${finding.ruleId}`)
  const statusStays = before !== undefined && old?.status === finding.status
  const standing = statusStays
    ? { since: before.since, scanId: before.scanId, previousStatus: before.previousStatus }
    : { since: at, scanId, previousStatus: old?.status }
  const change: Change =
    statusStays && old?.reason === finding.reason
      ? before.change
      : {
          scanId,
          at,
          ...(cluster !== undefined && { cluster }),
          ...(before && {
            from: before.finding.status,
            fromReason: before.finding.reason,
            supersedes: before.change.scanId,
          }),
        }
  const { previousStatus, ...stands } = standing
  return {
    ...keys.finding(node, finding.ruleId),
    ...listings.finding(node, finding.ruleId, finding.status),
    finding: fitting(finding),
    ...stands,
    ...(previousStatus !== undefined && { previousStatus }),
    evidenceHash: assessment.evidence.hash,
    engineVersion: assessment.engineVersion,
    ruleVersion,
    change,
  }
}

/** The transition that the item's last change is. Holds as long as no later scan has rewritten the item. */
export const lastTransition = (item: FindingItem): Transition => {
  const { ruleId, control, severity, status, reason, message } = item.finding
  const { supersedes: _, ...change } = item.change
  return {
    ...nodeOfPk(item.pk),
    ...{ ruleId, control, severity, to: status, reason, message },
    ...change,
    ...(item.evidenceHash !== undefined && { evidenceHash: item.evidenceHash }),
  }
}

/** Well below DynamoDB's 400 KB an item. */
const MOST_BYTES = 300_000
const LIST_ENTRIES_LEFT = 10
const CHARACTERS_LEFT = 300

/** A finding on a host with thousands of processes must not sink the scan: long lists and texts are cut. */
const fitting = (finding: Finding): Finding => {
  if (Buffer.byteLength(JSON.stringify(finding)) <= MOST_BYTES) return finding
  return JSON.parse(JSON.stringify(finding), (_, part: unknown) => {
    if (Array.isArray(part)) return part.slice(0, LIST_ENTRIES_LEFT)
    if (typeof part !== 'string' || part.length <= CHARACTERS_LEFT) return part
    return `${part.slice(0, CHARACTERS_LEFT)}…`
  }) as Finding
}
