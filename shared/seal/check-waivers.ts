import { keys, WAIVER_LOG_PREFIX } from '../store/keys.ts'
import type { Sealed } from './check-leaves.ts'
import type { Asked } from './check-stored.ts'
import { nameOf } from './gather.ts'
import { contentHash, type Item } from './leaves.ts'
import { itemName } from './problems.ts'
import type { SealReader } from './reader.ts'
import { OVERLAP_MS } from './standing.ts'
import { isTime, problemOfTime } from './unsealed-scans.ts'

/**
 * Looks for waivers that no seal names; and whether of each the revision that stands is its newest, all under the keys that
 * are theirs, and nothing said twice in two ways.
 */
export const checkWaivers = async (
  reader: SealReader,
  sealed: Sealed,
  { sealedAt, now }: Pick<Asked, 'sealedAt' | 'now'>,
): Promise<void> => {
  for (const { key, item } of await reader.waivers()) {
    if (sealed.keys.has(nameOf(key))) continue
    const problem = problemOfAdded(item.changedAt, sealedAt, now)
    if (problem !== undefined)
      sealed.problems.push({ kind: 'waiver', item: itemName('waiver', key), problem })
  }
  const items = (await reader.raw?.waiverItems()) ?? []
  const byId = Map.groupBy(items, ({ id }) => String(id))
  for (const [id, all] of byId)
    for (const problem of problemsOf(id, all))
      sealed.problems.push({ kind: 'waiver', item: `waiver ${id}`, problem })
}

/** What is wrong with something that no seal names and that was made between scans; undefined: nothing. */
export const problemOfAdded = (at: unknown, sealedAt: string, now: number): string | undefined => {
  const untimely = problemOfTime(at, now)
  if (untimely !== undefined) return untimely
  if (!isTime(sealedAt) || Date.parse(String(at)) < Date.parse(sealedAt) - OVERLAP_MS)
    return 'no seal names it, though seals were made after it: it was added'
  return undefined
}

const problemsOf = (id: string, items: Item[]): string[] => {
  const revision = (item: Item): number => Number(item.revision)
  const keyOf = (item: Item) => keys.waiverRevision(id, revision(item))
  const isKept = ({ sk }: Item) => sk.startsWith(WAIVER_LOG_PREFIX)
  const astray = items.filter((item) => item.sk !== (isKept(item) ? keyOf(item).sk : keys.waiver(id).sk))
  const standing = items.find((item) => item.sk === keys.waiver(id).sk)
  const kept = items.filter(isKept)
  const newer = standing && kept.find((item) => revision(item) > revision(standing))
  const other = standing && kept.find((item) => revision(item) === revision(standing))
  return [
    ...astray.map(({ sk }) => `stands under ${sk}, which is not its key: it was added`),
    ...(standing ? [] : ['is gone: only what it said before is there']),
    ...(newer && standing
      ? [`says revision ${revision(standing)}, and revision ${revision(newer)} is kept`]
      : []),
    ...(other && standing && contentHash('waiver', other) !== contentHash('waiver', standing)
      ? [`revision ${revision(standing)} is there twice, and says not the same`]
      : []),
  ]
}
