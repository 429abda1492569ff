import { type Node, nodeKey, type ScanRecord } from '../findings/records.ts'
import { isWhole } from '../store/scans.ts'
import type { CommandResult, Store, TargetKey } from '../store/store.ts'

/** A scan that saw something, and when: `at` is ISO 8601. */
export type SeenBy = { scanId: string; at: string }

export type LastAssessed = (node: Node, after: SeenBy, before: SeenBy) => Promise<SeenBy>

/** How far back is looked first, and how much farther each time, until the scan is found: it finds one a day without reading many an hour. */
const FIRST_LOOK_MS = 60 * 60_000
const FARTHER = 3

/**
 * Finds the last scan that assessed a node before another scan, given an earlier one that did. `at` is when that scan opened: the node
 * was seen then or a little later. What is read is kept, so that asking for many nodes costs little more than for one.
 */
export const lastAssessedIn = (store: Pick<Store, 'scansBetween' | 'resultsOfTarget'>): LastAssessed => {
  const scans = remembered((from: string, to: string) => store.scansBetween(from, to))
  const results = remembered((scanId: string, account: string, region: string) =>
    store.resultsOfTarget(scanId, { account, region } satisfies TargetKey),
  )
  return async (node, after, before) => {
    const end = Date.parse(before.at)
    let upTo = before.at
    let targets: string | undefined
    for (let back = FIRST_LOOK_MS; ; back *= FARTHER) {
      const from = new Date(end - back).toISOString()
      const found = await scans(from, upTo)
      for (const scan of found.toReversed()) {
        if (scan.scanId === before.scanId) targets = scan.targetsHash
        if (scan.scanId === before.scanId || scan.status === 'open') continue
        if (scan.scanId === after.scanId || scan.openedAt <= after.at) return after
        if (await hasAssessed(scan, node, targets, results)) return { scanId: scan.scanId, at: scan.openedAt }
      }
      if (from <= after.at) return after
      upTo = from
    }
  }
}

const hasAssessed = async (
  scan: ScanRecord,
  node: Node,
  targets: string | undefined,
  results: (scanId: string, account: string, region: string) => Promise<CommandResult[]>,
): Promise<boolean> => {
  if (scan.only && !scan.only.includes(node.instanceId) && !scan.only.includes(nodeKey(node))) return false
  // A target that was not looked at would be missing from a scan that assessed all of what it looked at.
  if (targets !== undefined && scan.targetsHash === targets && hasAssessedAll(scan)) return true
  const seen = await results(scan.scanId, node.account, node.region)
  return seen.some(({ outcomes }) =>
    outcomes.some(({ instanceId, state }) => instanceId === node.instanceId && state === 'assessed'),
  )
}

/** Then nobody needs to look: all that were there are assessed, none was stopped or left out. */
const hasAssessedAll = (scan: ScanRecord): boolean =>
  isWhole(scan) &&
  scan.targetErrors?.length === 0 &&
  scan.coverage !== undefined &&
  Object.entries(scan.coverage.byState).every(
    ([state, n]) => n === 0 || state === 'assessed' || state === 'retired' || state === 'left-scope',
  )

const remembered = <A extends string[], R>(ask: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) => {
  const answers = new Map<string, Promise<R>>()
  return (...args) => {
    const key = args.join('\n')
    const known = answers.get(key) ?? ask(...args)
    answers.set(key, known)
    return known
  }
}
