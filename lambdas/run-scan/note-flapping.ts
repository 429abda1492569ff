import { FLAPPING_MS, findingKey, MOST_CHANGES, recentChanges } from '../../shared/findings/flapping.ts'
import { nodeKey, type Transition } from '../../shared/findings/records.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import type { Settled } from '../../shared/report/digest-items.ts'
import type { FlappingFinding, Store } from '../../shared/store/store.ts'

/** What a scan tells of flapping, and what it keeps back; changes by their id. */
export type Flapping = {
  /** Changes that are told as flapping, with how many there were in 24 hours. */
  begins: Map<string, number>
  /** Changes of findings that flap on: told when they settle. */
  held: Set<string>
  settled: Settled[]
}

/**
 * Which of a scan's changes are flapping. What the scan tells of is marked before its digest is frozen, so that a
 * repeat, or the scan that tells in its place, comes to the same. Asks the history only where a finding changed or flaps.
 */
export const noteFlapping = async (
  store: Store,
  scanId: string,
  changes: Transition[],
  now: Date,
): Promise<Flapping> => {
  const found: Flapping = { begins: new Map(), held: new Set(), settled: [] }
  const known = await stillKnown(store, scanId)
  if (known.size === 0 && changes.every(({ from }) => from === undefined)) return found
  const since = new Date(now.getTime() - FLAPPING_MS).toISOString()
  const listed = await store.history({ since })
  // The history is eventually consistent, and may lack what this scan itself has changed.
  const all = new Map([...listed, ...changes].map((each) => [transitionId(each), each]))
  const recent = recentChanges([...all.values()], now)

  for (const change of changes) {
    // That a node has left is always told.
    if (change.closed !== undefined) continue
    const entry = known.get(findingKey(change))
    const count = recent.get(findingKey(change))?.length ?? 0
    if (entry !== undefined && entry.toldIn !== scanId) found.held.add(transitionId(change))
    else if (entry !== undefined || count > MOST_CHANGES) {
      const { account, region, instanceId, ruleId, at } = change
      await store.beginFlapping({ account, region, instanceId, ruleId, toldIn: scanId, toldAt: at })
      found.begins.set(transitionId(change), count)
    }
  }
  for (const [key, entry] of known) {
    const isQuiet = entry.settledIn === scanId || !recent.has(key)
    if (entry.toldIn === scanId || !isQuiet) continue
    await store.settleFlapping(entry, scanId)
    const settled = await settledOf(store, entry, scanId)
    if (settled) found.settled.push(settled)
  }
  return found
}

/**
 * Without those that an earlier scan has found settled. Once it has told of that they are forgotten; until then it, or the
 * scan that tells in its place, needs them.
 */
const stillKnown = async (store: Store, scanId: string): Promise<Map<string, FlappingFinding>> => {
  const known = new Map<string, FlappingFinding>()
  for (const entry of await store.flapping())
    if (entry.settledIn === undefined || entry.settledIn === scanId) known.set(findingKey(entry), entry)
    else if (await hasTold(store, entry.settledIn)) await store.endFlapping(entry, entry.settledIn)
  return known
}

/** A scan whose record has expired tells nothing any more. */
const hasTold = async (store: Store, scanId: string): Promise<boolean> => {
  const record = await store.scan(scanId)
  return record === undefined || record.digest !== undefined
}

/**
 * The verdict that a finding has come to rest on, and what has changed since its flapping was told: up to the scan that
 * found it quiet, as later ones tell of their own changes. What closed it was told when it did.
 */
const settledOf = async (
  store: Store,
  entry: FlappingFinding,
  settledIn: string,
): Promise<Settled | undefined> => {
  const { ruleId, toldAt, toldIn } = entry
  const openedAt = (await store.scan(settledIn))?.openedAt
  const since = await store.history({ instance: [nodeKey(entry)], rule: [ruleId], since: toldAt })
  const changes = since.filter(
    ({ restates, scanId, at }) =>
      restates === undefined && (openedAt === undefined || at < openedAt || scanId === settledIn),
  )
  const last = changes.at(-1)
  const covers = changes.filter(({ scanId, closed }) => scanId !== toldIn && closed === undefined)
  return last && (last.closed === undefined || covers.length > 0) ? { last, covers } : undefined
}
