import type { CoverageState } from './coverage.ts'
import { type Node, nodeKey } from './records.ts'

/** What one scan saw of one instance. */
export type Seen = Node & { state: CoverageState; detail?: string }

/** Of a target whose instances could not be listed; the target is told of, not each of its instances. */
export const INVENTORY_FAILED = 'InventoryFailed'

/** Of a target whose document is not the collector of this release, or could not be read: told of likewise. */
export const DOCUMENT_FAILED = {
  missing: 'DocumentMissing',
  changed: 'DocumentChanged',
  unread: 'DocumentUnread',
} as const

const OF_THE_TARGET: ReadonlySet<string | undefined> = new Set([
  INVENTORY_FAILED,
  ...Object.values(DOCUMENT_FAILED),
])

const isLost = (seen: Seen | undefined): boolean =>
  seen !== undefined &&
  (seen.state === 'unreachable' || seen.state === 'unmanaged') &&
  !OF_THE_TARGET.has(seen.detail)

/**
 * Instances that this scan and the one before could not assess, and the scan before that either assessed or did not
 * know, though it looked at their account and region: what was out of reach from the first scan on was told then.
 * `back`: assessed now, and not in the two scans before.
 */
export const lostAndBack = (now: Seen[], before: Seen[], earlier: Seen[]): { lost: Seen[]; back: Seen[] } => {
  const byNode = (seen: Seen[]) => new Map(seen.map((each) => [nodeKey(each), each]))
  const [last, secondLast] = [byNode(before), byNode(earlier)]
  const lookedAt = new Set(earlier.map(({ account, region }) => `${account}/${region}`))
  const wasLost = (node: Node, seen: Map<string, Seen>) => isLost(seen.get(nodeKey(node)))
  return {
    lost: now.filter(
      (each) =>
        isLost(each) &&
        wasLost(each, last) &&
        !wasLost(each, secondLast) &&
        lookedAt.has(`${each.account}/${each.region}`),
    ),
    back: now.filter((each) => each.state === 'assessed' && wasLost(each, last) && wasLost(each, secondLast)),
  }
}
