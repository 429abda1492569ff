import { type Node, nodeKey, type ScanRecord, type Transition } from '../findings/records.ts'
import { joined, type ResultItem } from './command-results.ts'
import { matcher, timeFrom } from './filter.ts'
import {
  COMMAND_PREFIX,
  type Key,
  keys,
  nodeOfPk,
  ruleOfSk,
  shardsOf,
  TRANSITION_PREFIX,
  transitionOfEnd,
  untilInList,
} from './keys.ts'
import { getItems, partition, queryAll, queryPages } from './read.ts'
import { endsListedSince, recordOf, type ScanItem } from './scans.ts'
import type { CommandResult, FindingFilter, TargetKey } from './store.ts'
import { LIST_INDEX, type Table } from './table.ts'
import { isEnd, type TransitionItem, transitionOf } from './transition-items.ts'

/** What one list holds after `from`, up to and with `to`. Times in a list are followed by more, so `from~` is past them. */
const between = (listKey: string, from: string, to: string) => ({
  IndexName: LIST_INDEX,
  KeyConditionExpression: 'listKey = :list AND listSort BETWEEN :from AND :to',
  ExpressionAttributeValues: { ':list': listKey, ':from': untilInList(from), ':to': untilInList(to) },
})

/** Changes after `from`, up to and with `to`, oldest first. A status in the filter is the one that a finding came to. */
export const transitionsBetween = (
  table: Table,
  from: string,
  to: string,
  filter: FindingFilter,
): Promise<Transition[]> => listed(table, 'TRANSITIONS', timeFrom(from), timeFrom(to), filter)

/**
 * Of these changes those that ended a failure or an error: mended, or closed. They have a list of their own; of the time
 * before it was written, all changes are read.
 */
export const endsBetween = async (
  table: Table,
  from: string,
  to: string,
  filter: FindingFilter,
): Promise<Transition[]> => {
  const [after, until] = [timeFrom(from), timeFrom(to)]
  const since = (await endsListedSince(table, until)) ?? until
  const split = [after, since, until].sort()[1] ?? until
  const [earlier, later] = await Promise.all([
    listed(table, 'TRANSITIONS', after, split, filter),
    listed(table, 'ENDS', split, until, filter),
  ])
  return [...earlier.filter(isEnd), ...later]
}

/** The changes that a list leads to, oldest first. Reads only those whose key already matches. */
const listed = async (
  table: Table,
  from: 'TRANSITIONS' | 'ENDS',
  after: string,
  until: string,
  filter: FindingFilter,
): Promise<Transition[]> => {
  if (after >= until) return []
  const pages = await Promise.all(
    shardsOf(from).map((shard) => queryAll<Key>(table, between(shard, after, until))),
  )
  const found = from === 'ENDS' ? pages.flat().map(transitionOfEnd) : pages.flat()
  const { instance, account, region, rule } = filter
  const placed = matcher({
    ...(instance && { instance }),
    ...(account && { account }),
    ...(region && { region }),
    ...(rule && { rule }),
  })
  const matches = matcher(filter)
  const items = await getItems<TransitionItem>(
    table,
    found.filter(({ pk, sk }) => placed({ ...nodeOfPk(pk), ruleId: ruleOfSk(sk) })),
  )
  return items
    .map(transitionOf)
    .filter((each) => matches(each, each.to, each.at))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

/**
 * The change of the same finding before this one; undefined: there is none, or it has expired. The ids of scans sort by
 * time, so that it is the one before in the node's own partition; where that does not fit, all of the finding's are read.
 */
export const transitionBefore = async (
  table: Table,
  transition: Pick<Transition, keyof Node | 'ruleId' | 'scanId' | 'at' | 'from'>,
): Promise<Transition | undefined> => {
  const { pk, sk } = keys.transition(transition, transition.ruleId, transition.scanId)
  const first = `${TRANSITION_PREFIX}${transition.ruleId}#`
  const query = {
    KeyConditionExpression: 'pk = :pk AND sk < :this',
    ExpressionAttributeValues: { ':pk': pk, ':this': sk },
    ScanIndexForward: false,
  }
  const fits = (each: TransitionItem) =>
    each.sk.startsWith(first) && each.at < transition.at && each.to === transition.from
  for await (const [before] of queryPages<TransitionItem>({ ...table, pageSize: 1 }, query)) {
    if (before && fits(before)) return transitionOf(before)
    break
  }
  const all = await queryAll<TransitionItem>(table, partition(pk, first))
  const last = all.filter(({ at }) => at < transition.at).sort((a, b) => (a.at < b.at ? 1 : -1))[0]
  return last && transitionOf(last)
}

/** Scans that opened after `from`, up to and with `to`, oldest first; of single instances, failed and open ones too. */
export const scansBetween = async (table: Table, from: string, to: string): Promise<ScanRecord[]> => {
  const [after, until] = [timeFrom(from), timeFrom(to)]
  if (after >= until) return []
  const items = await getItems<ScanItem>(table, await queryAll<Key>(table, between('SCANS', after, until)))
  return items.sort((a, b) => (a.listSort < b.listSort ? -1 : 1)).map(recordOf)
}

/** What a scan has recorded of one target. */
export const resultsOfTarget = async (
  table: Table,
  scanId: string,
  { account, region }: TargetKey,
): Promise<CommandResult[]> =>
  joined(
    await queryAll<ResultItem>(
      table,
      partition(keys.scan(scanId).pk, `${COMMAND_PREFIX}${account}#${region}#`),
    ),
  )

const sortKey = ({ at, ruleId, ...node }: Transition) => `${at}#${nodeKey(node)}#${ruleId}`
