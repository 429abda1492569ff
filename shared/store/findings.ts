import type { Status } from '../findings/finding.ts'
import { nodeKey, type StoredFinding } from '../findings/records.ts'
import { matcher } from './filter.ts'
import type { FindingItem } from './finding-items.ts'
import { FINDING_PREFIX, findingListPrefix, type Key, keys, nodeOfPk, shardsOf } from './keys.ts'
import { type NodeItem, nodesNamed, readStates } from './node-states.ts'
import { countAll, getItems, list, partition, queryAll } from './read.ts'
import { assessedAtOf } from './sightings.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'

const STATUSES: Status[] = ['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE']

/** By node, then rule. What was closed shows only where its instance is named. */
export const findings = async (table: Table, filter: FindingFilter): Promise<StoredFinding[]> => {
  const matches = matcher(filter)
  const items = await (filter.instance
    ? ofNodes(table, filter.instance, filter.rule)
    : ofFleet(table, filter))
  return (await storedFindings(table, await placedItems(table, items)))
    .filter((found) => matches(found, found.status, found.since))
    .filter(({ closed }) => closed === undefined || filter.instance !== undefined)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

/** A finding as it is stored, with the state of its node. */
export type PlacedItem = { item: FindingItem; state: NodeItem | undefined }

/** These findings with the states of their nodes, in the same order. */
export const placedItems = async (table: Table, items: FindingItem[]): Promise<PlacedItem[]> => {
  const states = await readStates(
    table,
    items.map(({ pk }) => nodeOfPk(pk)),
  )
  return items.map((item) => ({ item, state: states.get(nodeKey(nodeOfPk(item.pk))) }))
}

/** Them as others see them, in the same order. */
export const storedFindings = async (table: Table, placed: PlacedItem[]): Promise<StoredFinding[]> => {
  const assessedAt = await assessedAtOf(
    table,
    placed.flatMap(({ state }) => state ?? []),
  )
  return placed.map(({ item, state }) => storedFinding(item, state, assessedAt))
}

/** Counts keys of the list; findings written in the last second may be missing on AWS. */
export const countFindings = async (table: Table): Promise<Partial<Record<Status, number>>> => {
  const counts: Partial<Record<Status, number>> = {}
  for (const status of STATUSES) {
    const parts = await Promise.all(
      shardsOf('FINDINGS').map((shard) =>
        countAll(table, list(shard, { prefix: findingListPrefix(status) })),
      ),
    )
    const count = parts.reduce((sum, part) => sum + part, 0)
    if (count > 0) counts[status] = count
  }
  return counts
}

const ofNodes = async (table: Table, names: string[], rules?: string[]): Promise<FindingItem[]> => {
  const nodes = await nodesNamed(table, names)
  if (rules)
    return getItems(
      table,
      nodes.flatMap((node) => rules.map((rule) => keys.finding(node, rule))),
    )
  const found = await Promise.all(
    nodes.map((node) => queryAll<FindingItem>(table, partition(keys.node(node).pk, FINDING_PREFIX))),
  )
  return found.flat()
}

/** Reads only items whose key already matches. */
const ofFleet = async (table: Table, filter: FindingFilter): Promise<FindingItem[]> => {
  const { account, region } = filter
  const placed = matcher({ ...(account && { account }), ...(region && { region }) })
  const entries = await findingEntries(table, filter)
  return getItems<FindingItem>(
    table,
    entries.filter(({ pk }) => placed(nodeOfPk(pk))),
  )
}

/** What is in the list of findings, by status and rule. */
export const findingEntries = async (
  table: Table,
  { status, rule }: Pick<FindingFilter, 'status' | 'rule'>,
): Promise<Key[]> => {
  const prefixes = [...new Set(status ?? STATUSES)].flatMap((one) =>
    rule ? [...new Set(rule)].map((ruleId) => findingListPrefix(one, ruleId)) : [findingListPrefix(one)],
  )
  const pages = await Promise.all(
    shardsOf('FINDINGS').flatMap((shard) =>
      prefixes.map((prefix) => queryAll<Key>(table, list(shard, { prefix }))),
    ),
  )
  return pages.flat()
}

/** A finding whose node has no state (somebody deleted it) is shown as not assessed, not dropped. */
const storedFinding = (
  item: FindingItem,
  state: NodeItem | undefined,
  assessedAt: (state: NodeItem) => string | undefined,
): StoredFinding => {
  const { finding, since, scanId, engineVersion, ruleVersion, previousStatus, evidenceHash, closed } = item
  return {
    ...finding,
    ...nodeOfPk(item.pk),
    ...{ since, scanId, engineVersion, ruleVersion },
    ...(previousStatus !== undefined && { previousStatus }),
    ...(evidenceHash !== undefined && { evidenceHash }),
    ...(state?.cluster !== undefined && { cluster: state.cluster }),
    coverage: state?.state ?? 'unmanaged',
    coverageSince: state?.since ?? since,
    assessedAt: (state && assessedAt(state)) ?? since,
    ...(closed !== undefined && { closed }),
  }
}

const sortKey = (finding: StoredFinding) => `${nodeKey(finding)}#${finding.ruleId}`
