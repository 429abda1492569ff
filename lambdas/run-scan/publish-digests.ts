import type { Coverage } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { buildDigest } from '../../shared/report/digest.ts'
import { isWhole } from '../../shared/store/scans.ts'
import type { Digest } from '../../shared/store/store.ts'
import type { Run, ScanSummary } from './deps.ts'
import { reasonOf, retrying } from './steps.ts'
import { changesOf, freezeUntold, isComparable, ROUTE, SCANS_BACK } from './untold-scans.ts'

export type Totals = {
  coverage: Coverage
  findings: Partial<Record<Status, number>>
  targetErrors: string[]
  cancelled: boolean
}

type Key = Pick<Digest, 'scanId' | 'route'>

/** A mail subscription is suspended at more than ten messages a second. */
const MOST_AT_ONCE = 10

/**
 * Freezes this scan's digest where something changed, and publishes it after those that earlier scans could not
 * publish. Says what became of this scan's own; a topic that refuses does not fail the scan.
 */
export const publishDigests = async (run: Run, totals: Totals): Promise<ScanSummary['digest']> => {
  const { ctx, scan, deps } = run
  const isFrozen = await ctx.step('freeze-digest', async () => freeze(run, totals), retrying)
  const own = { scanId: scan.scanId, route: ROUTE }
  const earlier = await ctx.step('find-unpublished', async () => unpublished(run), retrying)
  let digest: ScanSummary['digest'] = isFrozen ? 'frozen' : 'none'
  for (const key of [...earlier, ...(isFrozen ? [own] : [])]) {
    try {
      const messageId = await ctx.step('publish', async () => publish(run, key), retrying)
      await ctx.step(
        'mark-published',
        async () =>
          deps.store.markDigestPublished(key.scanId, key.route, deps.now().toISOString(), messageId),
        retrying,
      )
      if (key.scanId === scan.scanId) digest = 'published'
    } catch (error) {
      ctx.logger.error('a digest could not be published', { ...key, reason: reasonOf(error) })
    }
  }
  return digest
}

const freeze = async ({ scan, deps }: Run, totals: Totals): Promise<boolean> => {
  const { store, now } = deps
  const { scanId } = scan
  const known = await store.scans(SCANS_BACK)
  const others = known.filter((each) => each.scanId !== scanId)
  const { cancelled, ...found } = totals
  const partial = scan.only ? 'chosen' : cancelled ? 'cancelled' : undefined
  const previous = partial ? undefined : others.find(isComparable)
  const message = buildDigest({
    ...found,
    ...(partial && { partial }),
    scanId,
    at: now().toISOString(),
    // A scan that was started again has opened earlier than this execution of it.
    transitions: await changesOf(store, known.find((each) => each.scanId === scanId) ?? scan),
    ...(previous && { previous }),
    baseline: !partial && !others.some(isWhole),
  })
  if (message === undefined) return false
  await store.freezeDigest({ scanId, route: ROUTE, ...message })
  return true
}

/** Those that are frozen now may not be listed yet: lists are eventually consistent. */
const unpublished = async (run: Run): Promise<Key[]> => {
  const now = await freezeUntold(run)
  const listed = (await run.deps.store.unpublishedDigests())
    .map(({ scanId }) => scanId)
    .filter((scanId) => scanId !== run.scan.scanId && !now.includes(scanId))
  return [...listed, ...now].slice(0, MOST_AT_ONCE).map((scanId) => ({ scanId, route: ROUTE }))
}

/** The body comes from the table: it was frozen there, and is too large for a checkpoint. */
const publish = async ({ deps }: Run, { scanId, route }: Key): Promise<string> => {
  const digest = await deps.store.digest(scanId, route)
  if (digest === undefined) throw new Error(`the digest of scan ${scanId} is not in the table`)
  return digest.messageId ?? deps.publish(digest)
}
