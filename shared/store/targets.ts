import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Key, keys, type Listing, listings } from './keys.ts'
import { getItem, getItems, list, queryAll } from './read.ts'
import { lastClosedAt } from './scans.ts'
import type { TargetKey, TargetState } from './store.ts'
import type { Table } from './table.ts'
import { ALWAYS, updateIf } from './write.ts'

/** `named`: the target is in the item of all names. */
type TargetItem = Key & Partial<Listing> & TargetState & { named?: true }

/** The item of all names. `full`: they did not fit into it (some 15,000 do), and the list of targets alone holds them. */
type NamesItem = Key & { names?: Set<string>; full?: true }

export const target = async (table: Table, key: TargetKey): Promise<TargetState | undefined> => {
  const item = await getItem<TargetItem>(table, keys.target(key))
  if (item === undefined) return undefined
  const { pk, sk, listKey, listSort, named, ...state } = item
  return state
}

/** Every target that was ever inventoried (by a version that lists them), by account and region: one item, as long as they fit into one. */
export const targets = async (table: Table): Promise<TargetKey[]> => {
  const named = await getItem<NamesItem>(table, keys.targetNames)
  const names = named?.names ? [...named.names].sort() : await listedNames(table)
  return names.map((name) => {
    const [account = '', region = ''] = name.split('#')
    return { account, region }
  })
}

/** As they are listed, by an earlier version too: an entry each. */
const listedNames = async (table: Table): Promise<string[]> =>
  (await queryAll<Listing>(table, list('TARGETS'))).map(({ listSort }) => listSort)

/** The first to name one names those too that an earlier version has listed, so that none is ever missing. */
const nameTarget = async (table: Table, key: TargetKey): Promise<void> => {
  const named = await getItem<NamesItem>(table, keys.targetNames)
  if (named?.full) return
  const names = new Set([listings.target(key).listSort, ...(named ? [] : await listedNames(table))])
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keys.targetNames,
        UpdateExpression: 'ADD #names :names',
        ExpressionAttributeNames: { '#names': 'names' },
        ExpressionAttributeValues: { ':names': names },
      }),
    )
  } catch (error) {
    if (!isTooLarge(error)) throw error
    await updateIf(table, keys.targetNames, { set: { full: true }, remove: ['names'] }, ALWAYS)
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof DynamoDBServiceException &&
  error.name === 'ValidationException' &&
  /size.*exceeded/i.test(error.message)

/** An inventory older than the one recorded changes nothing. What else is known of the target stays. */
export const putTarget = async (
  table: Table,
  key: TargetKey,
  state: Required<Pick<TargetState, 'inventoriedAt' | 'coverage'>>,
): Promise<void> => {
  const { inventoriedAt, coverage } = state
  const before = await getItem<TargetItem>(table, keys.target(key))
  if (!before?.named) await nameTarget(table, key)
  const firstInventoriedAt = before?.firstInventoriedAt ?? before?.inventoriedAt ?? inventoriedAt
  await updateIf(
    table,
    keys.target(key),
    { set: { ...listings.target(key), named: true, inventoriedAt, coverage, firstInventoriedAt } },
    {
      expression: 'attribute_not_exists(#inventoriedAt) OR #inventoriedAt <= :at',
      values: { ':at': inventoriedAt },
    },
  )
}

/** Records how the canary of a collector ended; inventories stay as they are. */
export const putCanary = async (
  table: Table,
  key: TargetKey,
  canary: Pick<TargetState, 'collectorHash' | 'canaryFailures'>,
): Promise<void> => {
  const set = Object.fromEntries(Object.entries(canary).filter(([, value]) => value !== undefined))
  await updateIf(table, keys.target(key), { set }, ALWAYS)
}

/**
 * Until when the unchanged nodes of these targets are known to be unchanged. Nothing is written of an unchanged
 * node: it is as fresh as the newest closed scan, or, where that could not take the inventory of the node's
 * target, as the last inventory.
 */
export const freshness = async (
  table: Table,
  targets: TargetKey[],
): Promise<(target: TargetKey) => string | undefined> => {
  const closedAt = await lastClosedAt(table)
  const items = await getItems<TargetItem>(table, targets.map(keys.target))
  const inventories = new Map(items.map(({ pk, inventoriedAt }) => [pk, inventoriedAt]))
  return (key) => {
    const inventoriedAt = inventories.get(keys.target(key).pk)
    if (closedAt === undefined || inventoriedAt === undefined) return closedAt
    return [inventoriedAt, closedAt].sort()[0]
  }
}
