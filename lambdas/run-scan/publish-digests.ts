import type { Coverage } from '../../shared/findings/coverage.ts'
import { readKey } from '../../shared/report/digest-routes.ts'
import { isWhole } from '../../shared/store/scans.ts'
import type { Run, ScanSummary } from './deps.ts'
import { freezeDigests, type Totals } from './freeze-digests.ts'
import { freezeReminder } from './freeze-reminder.ts'
import { reminderIsDue } from './note-reminder.ts'
import { reasonOf, retrying } from './steps.ts'
import { type DigestName, freezeUntold, isComparable, SCANS_BACK } from './untold-scans.ts'

/** What is known of a scan before it is told of. */
export type ScanTotals = Omit<Totals, 'partial'> & { coverage: Coverage; cancelled: boolean }

/** Of the messages that are waiting for one destination, those that are tried in one scan. */
const MOST_FOR_ONE = 3
/** A mail subscription is suspended at more than ten messages a second, and each takes two steps. */
const MOST_AT_ONCE = 30

/**
 * Freezes what this scan has to tell, and publishes it after what earlier scans could not publish. Each message of a
 * route to a destination is frozen, published and marked by itself, so that a topic that refuses holds up no other.
 * A message that no topic would take holds up no later one. Says what became of this scan's own, and how many messages, of
 * earlier scans too, have still not gone out; a topic that refuses does not fail the scan.
 */
export const publishDigests = async (
  run: Run,
  totals: ScanTotals,
): Promise<Pick<ScanSummary, 'digest' | 'unpublished'>> => {
  const { ctx, scan, deps } = run
  const earlier = await ctx.step('find-unpublished', async () => findUnpublished(run), retrying)
  const own = await ctx.step('freeze-digests', async () => freeze(run, totals), retrying)
  const refused = new Set<string>()
  let left = own.length
  let unpublished = earlier.length + own.length
  for (const name of [...earlier, ...own.map((route) => ({ scanId: scan.scanId, route }))]) {
    const destination = destinationOf(name)
    if (refused.has(destination)) continue
    try {
      const messageId = await ctx.step('publish', async () => publish(run, name), retrying)
      await ctx.step(
        'mark-published',
        async () =>
          deps.store.markDigestPublished(name.scanId, name.route, deps.now().toISOString(), messageId),
        retrying,
      )
      unpublished--
      if (name.scanId === scan.scanId) left--
    } catch (error) {
      if (!isAboutMessage(error)) refused.add(destination)
      ctx.logger.error('a digest could not be published', { ...name, reason: reasonOf(error) })
    }
  }
  return { digest: own.length === 0 ? 'none' : left === 0 ? 'published' : 'frozen', unpublished }
}

/** Names that SNS and its SDK give to a request that is wrong. */
const WRONG_REQUEST = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'ValidationError',
  'ValidationException',
])

/** Whether another message may go to the same topic: only this one is wrong, too long or not in the table. */
const isAboutMessage = (error: unknown): boolean => {
  // What a step threw comes as the cause of the step's own error.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return false
  if (cause.name === NOT_FROZEN) return true
  return WRONG_REQUEST.has(cause.name) && !/TopicArn|TargetArn/.test(cause.message)
}

const NOT_FROZEN = 'NotFrozen'

const destinationOf = ({ route: key }: DigestName): string => {
  const { route, amazonQ } = readKey(key)
  return `${route} ${amazonQ}`
}

/** Returns the keys of what this scan is to publish. */
const freeze = async ({ scan, deps }: Run, totals: ScanTotals): Promise<string[]> => {
  const { store, config } = deps
  const known = await store.scans(SCANS_BACK)
  const { scanId } = scan
  const others = known.filter((each) => each.scanId !== scanId)
  const { cancelled, coverage, ...found } = totals
  const partial = scan.only ? 'chosen' : cancelled ? 'cancelled' : undefined
  const [previous, earlier] = partial ? [] : others.filter(isComparable)
  const fleetIsKnown = others.some(isWhole)
  // A scan that was started again has opened earlier than this execution of it.
  const { openedAt } = known.find((each) => each.scanId === scanId) ?? scan
  const toTell = {
    ...{ scanId, openedAt, coverage, whole: !partial, fleetIsKnown },
    baseline: !partial && !fleetIsKnown,
    ...(previous && { previous }),
    ...(earlier && { earlier }),
  }
  const said: Totals = { ...found, ...(partial && { partial }) }
  const keys = await freezeDigests(deps, toTell, said)
  if (partial || !(await reminderIsDue(store, config, { scanId, openedAt }))) return keys
  return [...keys, ...(await freezeReminder(deps, toTell, said))]
}

/** Those that are frozen now may not be listed yet: lists are eventually consistent. */
const findUnpublished = async (run: Run): Promise<DigestName[]> => {
  const now = await freezeUntold(run)
  const isNow = ({ scanId, route }: DigestName) =>
    now.some((each) => each.scanId === scanId && each.route === route)
  const listed = (await run.deps.store.unpublishedDigests())
    .map(({ scanId, route }) => ({ scanId, route }))
    .filter((each) => each.scanId !== run.scan.scanId && !isNow(each))
  const waiting = Map.groupBy([...listed, ...now], destinationOf)
  const tried = new Set([...waiting.values()].flatMap((each) => each.slice(0, MOST_FOR_ONE)))
  return [...listed, ...now].filter((each) => tried.has(each)).slice(0, MOST_AT_ONCE)
}

/** The body comes from the table: it was frozen there, and is too large for a checkpoint. */
const publish = async ({ deps }: Run, { scanId, route }: DigestName): Promise<string> => {
  const digest = await deps.store.digest(scanId, route)
  if (digest === undefined) {
    const missing = new Error(`the digest ${route} of scan ${scanId} is not in the table`)
    throw Object.assign(missing, { name: NOT_FROZEN })
  }
  return digest.messageId ?? deps.publish(digest)
}
