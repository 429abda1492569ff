import type { Transition } from '../findings/records.ts'
import { matcher, timeFrom } from './filter.ts'
import { type Key, keys, listings, nodeOfPk, RESTATEMENT_PREFIX, ruleOfSk, shardsOf } from './keys.ts'
import { nodesNamed } from './node-states.ts'
import { getItems, list, partition, queryAll } from './read.ts'
import { recordedText } from './recorded-text.ts'
import type { FindingFilter } from './store.ts'
import type { Table } from './table.ts'
import { type TransitionItem, transitionOf } from './transition-items.ts'
import { IS_NEW, putIf } from './write.ts'

/**
 * Appends what a later judging makes of stored evidence, as the nth restatement of its verdict: of two writers that
 * have read the same, one appends and the other gets false.
 */
export const appendRestatement = async (
  table: Table,
  restatement: Transition & { evidenceHash: string },
  n: number,
): Promise<boolean> => {
  const { account, region, instanceId, ...rest } = restatement
  const node = { account, region, instanceId }
  const key = keys.restatement(node, rest.ruleId, rest.evidenceHash, n)
  const listing = listings.restatement(node, rest.ruleId, rest.at)
  return putIf(table, { ...key, ...listing, ...rest, message: recordedText(rest.message) }, IS_NEW)
}

/** Oldest first. A status in the filter is the one that the evidence is judged to be now. */
export const restatements = async (table: Table, filter: FindingFilter): Promise<Transition[]> => {
  const matches = matcher(filter)
  const items = await (filter.instance ? ofNodes(table, filter.instance) : ofFleet(table, filter))
  return items
    .map(transitionOf)
    .filter((each) => matches(each, each.to, each.at))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

const ofNodes = async (table: Table, names: string[]): Promise<TransitionItem[]> => {
  const nodes = await nodesNamed(table, names)
  const found = await Promise.all(
    nodes.map((node) => queryAll<TransitionItem>(table, partition(keys.node(node).pk, RESTATEMENT_PREFIX))),
  )
  return found.flat()
}

/** They are few: only what a newer version judges otherwise. */
const ofFleet = async (
  table: Table,
  { since, rule, account, region }: FindingFilter,
): Promise<TransitionItem[]> => {
  const range = since === undefined ? {} : { from: timeFrom(since) }
  const pages = await Promise.all(
    shardsOf('RESTATEMENTS').map((shard) => queryAll<Key>(table, list(shard, range))),
  )
  const placed = matcher({ ...(rule && { rule }), ...(account && { account }), ...(region && { region }) })
  return getItems<TransitionItem>(
    table,
    pages.flat().filter(({ pk, sk }) => placed({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk) })),
  )
}
