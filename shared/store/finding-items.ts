import type { Closing } from '../findings/coverage.ts'
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
  closed?: Closing
  /** The scan of the change before this one. */
  supersedes?: string
  cause?: 'engine' | 'rule'
}

/** A closed finding is in no list: it is found by its node alone, and counts nowhere. */
export type FindingItem = Key &
  Partial<Listing> &
  Pick<
    StoredFinding,
    'since' | 'previousStatus' | 'scanId' | 'evidenceHash' | 'engineVersion' | 'ruleVersion' | 'closed'
  > & {
    finding: Finding
    change: Change
    /** Of the facts that were judged: tells a change on the node from a change of mind. */
    fingerprint?: string
  }

/** The item that a verdict makes of the finding before it, if any. What was closed begins anew. */
export const nextFinding = (
  last: FindingItem | undefined,
  assessment: Assessment,
  finding: Finding,
  scanId: string,
  at: string,
): FindingItem => {
  const { node, cluster } = assessment
  const before = last?.closed ? undefined : last
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
            ...causeOf(before, assessment, ruleVersion),
          }),
          ...(last && { supersedes: last.change.scanId }),
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
    fingerprint: assessment.fingerprint,
  }
}

const causeOf = (before: FindingItem, assessment: Assessment, ruleVersion: string): Pick<Change, 'cause'> => {
  if (before.fingerprint !== assessment.fingerprint) return {}
  if (before.engineVersion !== assessment.engineVersion) return { cause: 'engine' }
  return before.ruleVersion === ruleVersion ? {} : { cause: 'rule' }
}

/** The item that is left of a finding that is closed: the last verdict, out of every list. */
export const closedFinding = (
  { listKey, listSort, ...before }: FindingItem,
  closed: Closing,
  scanId: string,
  at: string,
): FindingItem => ({
  ...before,
  closed,
  change: {
    ...{ scanId, at, closed, supersedes: before.change.scanId },
    ...(before.change.cluster !== undefined && { cluster: before.change.cluster }),
    from: before.finding.status,
    fromReason: before.finding.reason,
  },
})

const CLOSED: Record<Closing, string> = {
  retired: 'the instance is gone',
  'left-scope': 'the instance left the scope: by its tags, or with its account',
  'rule-off': 'the rule is judged by no longer',
}

/** The transition that the item's last change is. Holds as long as no later scan has rewritten the item. */
export const lastTransition = (item: FindingItem): Transition => {
  const { ruleId, control, severity, status, reason, message } = item.finding
  const { supersedes: _, ...change } = item.change
  const { since, engineVersion, ruleVersion } = item
  return {
    ...nodeOfPk(item.pk),
    ...{ ruleId, control, severity, to: status, reason, since, engineVersion, ruleVersion },
    message: change.closed ? `${CLOSED[change.closed]}; its last verdict: ${message}` : message,
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
