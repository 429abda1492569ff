import { findingKey } from '../findings/flapping.ts'
import type { Node } from '../findings/records.ts'
import { type Key, keys } from './keys.ts'
import { queryAll } from './read.ts'
import type { FlappingFinding } from './store.ts'
import type { Table } from './table.ts'
import { deleteIf, IS_NEW, putIf, updateIf } from './write.ts'

type FlappingItem = Key & FlappingFinding

/** What flaps, or flapped until lately: nearly always nothing. As it stands. */
export const flapping = async (table: Table): Promise<FlappingFinding[]> => {
  const items = await queryAll<FlappingItem>(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.flapping('').pk },
    ConsistentRead: true,
  })
  return items.map(({ pk, sk, ...found }) => found)
}

/** The scan that is first to find a finding flapping tells of it. */
export const beginFlapping = async (table: Table, found: FlappingFinding): Promise<void> => {
  await putIf(table, { ...keys.flapping(findingKey(found)), ...found }, IS_NEW)
}

/** The scan that is first to find it quiet tells of that. */
export const settleFlapping = async (
  table: Table,
  finding: Node & { ruleId: string },
  settledIn: string,
): Promise<void> => {
  await updateIf(
    table,
    keys.flapping(findingKey(finding)),
    { set: { settledIn } },
    { expression: 'attribute_exists(pk) AND attribute_not_exists(#settledIn)' },
  )
}

/** Forgets one that a scan has told of as settled. */
export const endFlapping = async (
  table: Table,
  finding: Node & { ruleId: string },
  settledIn: string,
): Promise<void> => {
  await deleteIf(table, keys.flapping(findingKey(finding)), {
    expression: '#settledIn = :scan',
    values: { ':scan': settledIn },
  })
}
