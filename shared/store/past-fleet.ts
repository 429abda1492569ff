import type { Status } from '../findings/finding.ts'
import type { Transition } from '../findings/records.ts'
import { atOnce, slotsOf } from './at-once.ts'
import { matcher } from './filter.ts'
import { type Listed, placeOf } from './finding-entries.ts'
import { type FindingItem, knowsItsChange, lastTransition } from './finding-items.ts'
import { findingEntries } from './findings.ts'
import { type Key, keys, nodeOfPk, ruleOfSk, shardsOf, untilInList } from './keys.ts'
import { transitionBefore } from './ranges.ts'
import { getItems, list, queryAll } from './read.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'

/** Changes before which another is looked for at the same time, where it is not named. */
const AT_ONCE = 16

/** A change after the moment, and the scan of the one before it, where it is known. */
type Later = { change: Transition; supersedes: string | undefined }

/**
 * The findings of the fleet that were open to judgement at a moment, each as the transition that it rested on then. What
 * changed since is taken back: what has not changed stands as it stood, and the first change after the moment says what
 * was so before it. So that what is older than both is not read, however long the history. Status and place of the filter narrow
 * what is read; the rest of it is for the caller. `until` is ISO 8601 with milliseconds.
 */
export const fleetThen = async (
  table: Table,
  filter: FindingFilter,
  until: string,
): Promise<Transition[]> => {
  const placed = matcher(placeOf(filter))
  const isPlaced = ({ pk, sk }: Key) => placed({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk) })
  // In this order: what changes meanwhile has left the first list only if it is in the second.
  const standing = (await findingEntries(table, filter)).filter(isPlaced)
  const firsts = firstOfEach((await changesAfter(table, until)).filter(isPlaced))
  const [items, changes] = await Promise.all([
    getItems<FindingItem>(
      table,
      standing.filter((entry) => !firsts.has(findingOf(entry))),
    ),
    getItems<TransitionItem>(table, [...firsts.values()]),
  ])
  const isUnchanged = ({ change }: FindingItem): boolean => change.at <= until
  const later: Later[] = [
    ...changes.map((item) => ({ change: transitionOf(item), supersedes: item.supersedes })),
    // Its transition is not in the list yet.
    ...items
      .filter((item) => !isUnchanged(item))
      .map((item) => ({ change: lastTransition(item), supersedes: item.change.supersedes })),
  ]
  const [unchanged, changed] = await Promise.all([
    asTheyChanged(
      table,
      items.filter((item) => isUnchanged(item) && item.closed === undefined),
    ),
    before(
      table,
      // Without a status before, there was no finding, or a closed one, whose end may not be on record.
      later.filter(({ change: { from }, supersedes }) =>
        from === undefined ? supersedes !== undefined : isAmong(filter.status, from),
      ),
      until,
    ),
  ])
  return [...unchanged, ...changed]
}

const isAmong = (statuses: Status[] | undefined, status: Status): boolean =>
  statuses === undefined || statuses.includes(status)

/** Names the finding to which an item belongs, or its transition. */
const findingOf = ({ pk, sk }: Key): string => `${pk}#${ruleOfSk(sk)}`

/** All changes after a moment, by their keys alone. */
const changesAfter = async (table: Table, moment: string): Promise<Listed[]> => {
  const pages = await Promise.all(
    shardsOf('TRANSITIONS').map((shard) =>
      queryAll<Listed>(table, list(shard, { from: untilInList(moment) })),
    ),
  )
  return pages.flat()
}

/** The oldest of each finding. */
const firstOfEach = (entries: Listed[]): Map<string, Key> =>
  new Map(
    entries
      .toSorted((a, b) => (a.listSort < b.listSort ? 1 : -1))
      .map((entry) => [findingOf(entry), entry] as const),
  )

/** The last transition of each of these. An earlier version's items do not know theirs: it is read. */
const asTheyChanged = async (table: Table, items: FindingItem[]): Promise<Transition[]> => {
  const forgetful = items.filter((item) => !knowsItsChange(item))
  const read = await getItems<TransitionItem>(
    table,
    forgetful.map(({ pk, sk, change }) => keys.transition(nodeOfPk(pk), ruleOfSk(sk), change.scanId)),
  )
  const known = new Map(read.map((item) => [findingOf(item), item]))
  return items.map((item) => {
    const transition = known.get(findingOf(item))
    return transition ? transitionOf(transition) : lastTransition(item)
  })
}

/** The transitions before these. Those that do not name the one before are looked up one by one. */
const before = async (table: Table, later: Later[], until: string): Promise<Transition[]> => {
  const named = await getItems<TransitionItem>(
    table,
    later.flatMap(({ change, supersedes }) =>
      supersedes === undefined ? [] : [keys.transition(change, change.ruleId, supersedes)],
    ),
  )
  const known = new Map(named.filter(({ at }) => at <= until).map((item) => [findingOf(item), item]))
  const found = await atOnce(later, slotsOf(AT_ONCE), async ({ change }) => {
    const item = known.get(findingOf(keys.transition(change, change.ruleId, change.scanId)))
    return item ? transitionOf(item) : transitionBefore(table, change)
  })
  return found.flatMap((each) => (each && each.closed === undefined && each.at <= until ? [each] : []))
}
