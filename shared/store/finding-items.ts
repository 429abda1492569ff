import type { Closing } from '../findings/coverage.ts'
import type { Finding, Status } from '../findings/finding.ts'
import type { StoredFinding, Transition } from '../findings/records.ts'
import { type Key, keys, type Listing, listings, nodeOfPk } from './keys.ts'
import { recordedText } from './recorded-text.ts'
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
  /**
   * Where the item has been written again since the change: what the change had brought and the item says otherwise now.
   * Absent: an earlier version made the change, and only its transition knows.
   */
  brought?: Partial<Brought>
}

/** What a verdict may say anew while status and reason stay: with newer facts, weights or versions. */
type Brought = Pick<Transition, 'control' | 'severity' | 'message' | 'evidenceHash'> &
  Pick<StoredFinding, 'engineVersion' | 'ruleVersion'>

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
          brought: {},
        }
  const { previousStatus, ...stands } = standing
  const next: FindingItem = {
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
  return before && change === before.change ? { ...next, change: stillKnowing(before, next) } : next
}

/** The change before, which still knows what it had brought. */
const stillKnowing = (before: FindingItem, next: FindingItem): Change => {
  const { brought } = before.change
  if (brought === undefined) return before.change
  const [was, is] = [{ ...saidBy(before), ...brought }, saidBy(next)]
  const differs = Object.entries(was).filter(([name, value]) => value !== is[name as keyof Brought])
  return { ...before.change, brought: Object.fromEntries(differs) }
}

const saidBy = ({ finding, evidenceHash, engineVersion, ruleVersion }: FindingItem): Brought => ({
  ...{ control: finding.control, severity: finding.severity, message: recordedText(finding.message) },
  ...(evidenceHash !== undefined && { evidenceHash }),
  ...{ engineVersion, ruleVersion },
})

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
    brought: {},
  },
})

const CLOSED: Record<Closing, string> = {
  retired: 'the instance is gone',
  'left-scope': 'the instance left the scope: by its tags, or with its account',
  'rule-off': 'the rule is judged by no longer',
}

/**
 * The transition that the item's last change is. Where the change is of an earlier version (`knowsItsChange`): only as long as
 * no later scan has written the item again.
 */
export const lastTransition = (item: FindingItem): Transition => {
  const { ruleId, status, reason } = item.finding
  const { supersedes: _, brought = {}, ...change } = item.change
  const { message, ...rest } = { ...saidBy(item), ...brought }
  return {
    ...nodeOfPk(item.pk),
    ...{ ruleId, to: status, reason, since: item.since, ...rest },
    message: change.closed ? `${CLOSED[change.closed]}; its last verdict: ${message}` : message,
    ...change,
  }
}

/** Whether the item alone tells what its last change had brought. */
export const knowsItsChange = ({ change }: FindingItem): boolean => change.brought !== undefined

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
