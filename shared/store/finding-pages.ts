import { type Node, nodeKey, type StoredFinding } from '../findings/records.ts'
import { matcher } from './filter.ts'
import { comparePlaces, inOrder, type Listed, ORDER, placeOf } from './finding-entries.ts'
import type { FindingItem } from './finding-items.ts'
import { findings, type PlacedItem, placedItems, storedFindings } from './findings.ts'
import { findingListPrefix, type Key, nodeOfPk, ruleOfSk, shardsOf } from './keys.ts'
import { getItems, list, queryAll } from './read.ts'
import type { FindingFilter, FindingPage, StandingFinding } from './store.ts'
import type { Table } from './table.ts'

/**
 * One page of the findings as they stand, worst first, then by rule and node. `after` is the place of the last finding of
 * the page before. Reads ranges of the list for status, rule, account and region; other criteria are held against
 * what was read, and more is read until the page is full. Where instances are named, what was closed shows too, unless
 * `closed` is false.
 */
export const findingsPage = async (
  table: Table,
  filter: FindingFilter,
  limit: number,
  after?: string,
  { closed = true } = {},
): Promise<FindingPage> => {
  if (filter.instance) {
    const found = await findings(table, filter)
    return pageOf(closed ? found : found.filter((each) => each.closed === undefined), limit, after)
  }
  const matches = matcher(filter)
  const found: PlacedItem[] = []
  let wanted: Key[] = []
  const read = async (): Promise<void> => {
    const items = await placedItems(table, await getItems<FindingItem>(table, wanted))
    wanted = []
    found.push(...items.filter(({ item, state }) => fits(matches, item, state)).sort(byPlaceOfItem))
  }
  for await (const each of inOrder(table, filter, limit, after)) {
    wanted.push(each)
    // One more than the page holds tells whether another follows.
    if (found.length + wanted.length <= limit) continue
    await read()
    if (found.length > limit) break
  }
  await read()
  const page = await storedFindings(table, found.slice(0, limit))
  const last = page.at(-1)
  return { findings: page, ...(found.length > limit && last && { next: placeIn(last) }) }
}

/** The list may be a moment behind the finding itself. */
const fits = (
  matches: ReturnType<typeof matcher>,
  { pk, finding, since, closed }: FindingItem,
  state: PlacedItem['state'],
): boolean => {
  const { cluster } = state ?? {}
  const placed = { ...finding, ...nodeOfPk(pk), ...(cluster !== undefined && { cluster }) }
  return closed === undefined && matches(placed, finding.status, since)
}

/** Every finding of the fleet as its list entry shows it: node, rule and status, without reading it. */
export const standing = async (table: Table, filter: FindingFilter): Promise<StandingFinding[]> => {
  const placed = matcher(placeOf(filter))
  const pages = await Promise.all(
    ORDER.filter((status) => filter.status?.includes(status) ?? true).flatMap((status) =>
      shardsOf('FINDINGS').map(async (shard) => {
        const keys = await queryAll<Listed>(table, list(shard, { prefix: findingListPrefix(status) }))
        return keys.map(({ pk, sk }) => ({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk), status }))
      }),
    ),
  )
  return pages.flat().filter((each) => placed(each))
}

/** Where a finding stands in the order of pages. */
const placeIn = ({ status, ruleId, ...node }: Node & Pick<StoredFinding, 'status' | 'ruleId'>): string =>
  `${findingListPrefix(status, ruleId)}${nodeKey(node)}`

const placeOfItem = ({ item: { pk, finding } }: PlacedItem): string =>
  placeIn({ ...finding, ...nodeOfPk(pk) })

const byPlaceOfItem = (a: PlacedItem, b: PlacedItem): number => comparePlaces(placeOfItem(a), placeOfItem(b))

/** A page of what was read whole. */
const pageOf = (all: StoredFinding[], limit: number, after?: string): FindingPage => {
  const rest = all
    .filter((each) => after === undefined || comparePlaces(placeIn(each), after) > 0)
    .sort((a, b) => comparePlaces(placeIn(a), placeIn(b)))
  const findings = rest.slice(0, limit)
  const last = findings.at(-1)
  return { findings, ...(rest.length > limit && last && { next: placeIn(last) }) }
}
