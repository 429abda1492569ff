import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Key } from './keys.ts'
import type { Table } from './table.ts'

/** When a write may happen: a DynamoDB condition; names are written plain in `expression` as `#name`. */
export type Condition = { expression: string; values?: Record<string, unknown> }

export const IS_NEW: Condition = { expression: 'attribute_not_exists(pk)' }

/** Condition of a write that may replace whatever is there. */
export const ALWAYS: Condition = { expression: 'attribute_exists(pk) OR attribute_not_exists(pk)' }

/** Puts a whole item where the condition holds. False: it did not, nothing was written. */
export const putIf = (table: Table, item: Key & Record<string, unknown>, condition: Condition) =>
  conditional(async () => {
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: storable(item), ...expressions(condition) }),
    )
  })

/** Sets and removes attributes where the condition holds. False: it did not, nothing was written. */
export const updateIf = (
  table: Table,
  key: Key,
  change: { set: Record<string, unknown>; remove?: string[] },
  condition: Condition,
) => {
  const set = Object.entries(storable(change.set))
  const remove = change.remove?.length ? ` REMOVE ${change.remove.map((name) => `#${name}`).join(', ')}` : ''
  const update = `SET ${set.map(([name]) => `#${name} = :set_${name}`).join(', ')}${remove}`
  const values = Object.fromEntries(set.map(([name, value]) => [`:set_${name}`, value]))
  return conditional(async () => {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key,
        UpdateExpression: update,
        ...expressions({ ...condition, values: { ...condition.values, ...values } }, update),
      }),
    )
  })
}

/** Deletes an item where the condition holds. */
export const deleteIf = (table: Table, key: Key, condition: Condition) =>
  conditional(async () => {
    await table.client.send(new DeleteCommand({ TableName: table.name, Key: key, ...expressions(condition) }))
  })

const conditional = async (write: () => Promise<void>): Promise<boolean> => {
  try {
    await write()
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** DynamoDB wants each name and value declared, and none that is not used. */
const expressions = ({ expression, values = {} }: Condition, update = '') => {
  const names = new Set(`${expression} ${update}`.match(/#\w+/g) ?? [])
  return {
    ConditionExpression: expression,
    ...(names.size > 0 && {
      ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [name, name.slice(1)])),
    }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

/** The same value without undefined parts and without lone surrogates, which the wire format cannot carry. */
const storable = <T>(value: T): T => {
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') return part.toWellFormed()
    if (Array.isArray(part)) return part.map(clean)
    if (part === null || typeof part !== 'object' || part instanceof Uint8Array) return part
    return Object.fromEntries(
      Object.entries(part).flatMap(([name, inner]) => (inner === undefined ? [] : [[name, clean(inner)]])),
    )
  }
  return clean(value) as T
}
