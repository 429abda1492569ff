import { isDeepStrictEqual } from 'node:util'
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { tableDefinition } from '../../shared/store/table.ts'
import { intercepted } from '../store/client.fixture.ts'

type Item = Record<string, unknown>
type Input = { TableName?: string; Item?: Item; Key?: Item }

const INDEXES = (tableDefinition('any').GlobalSecondaryIndexes ?? []).map(
  ({ KeySchema = [], Projection }) => ({
    keys: KeySchema.map(({ AttributeName = '' }) => AttributeName),
    others: ['pk', 'sk', ...(Projection?.NonKeyAttributes ?? [])],
  }),
)

/** Bytes of a value, and of an item, as DynamoDB counts them (developer guide, "DynamoDB item sizes and formats"). */
const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (value instanceof Uint8Array) return value.byteLength
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each) + 1, 3)
  if (value !== null && typeof value === 'object')
    return itemSize(value as Item) + 3 + Object.keys(value).length
  return 1
}
const itemSize = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0)

const units = (...items: (Item | undefined)[]): number =>
  Math.max(1, ...items.map((item) => Math.ceil(item === undefined ? 0 : itemSize(item) / 1024)))

/**
 * What a write costs in the indexes: nothing where the item is in an index neither before nor after, or what the
 * index shows of it stays; two where its place moves. (Developer guide, "Write capacity units" of global secondary
 * indexes.)
 */
const indexUnits = (before: Item | undefined, after: Item | undefined): number =>
  INDEXES.reduce((sum, { keys, others }) => {
    const entryOf = (item: Item | undefined): Item | undefined =>
      item === undefined || keys.some((key) => item[key] === undefined)
        ? undefined
        : Object.fromEntries(
            [...keys, ...others]
              .map((name) => [name, item[name]] as const)
              .filter(([, v]) => v !== undefined),
          )
    const [old, next] = [entryOf(before), entryOf(after)]
    if (isDeepStrictEqual(old, next)) return sum
    if (old === undefined || next === undefined) return sum + units(old, next)
    const moves = keys.some((key) => old[key] !== next[key])
    return sum + (moves ? units(old) + units(next) : units(old, next))
  }, 0)

/**
 * A client that adds up the write units of all that is written through it, those of the indexes too, while it is on:
 * it reads each item before and after.
 */
export const meteredClient = (client: DynamoDBDocumentClient) => {
  let total = 0
  let on = false
  const stored = async ({ TableName, Item, Key }: Input): Promise<Item | undefined> => {
    const key = Key ?? { pk: Item?.pk, sk: Item?.sk }
    return (await client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item
  }
  const metered = intercepted(client, async (name, command, call) => {
    if (/^(BatchWrite|Transact)/.test(name)) throw new Error(`${name} is not metered`)
    if (!on || !/^(Put|Update|Delete)Command$/.test(name)) return call()
    const before = await stored(command.input as Input)
    try {
      const answer = await call()
      const after = await stored(command.input as Input)
      total += units(before, after) + indexUnits(before, after)
      return answer
    } catch (error) {
      // A condition that does not hold costs a write of what is there.
      total += units(before)
      throw error
    }
  })
  const measure = async <T>(work: () => Promise<T>): Promise<{ result: T; units: number }> => {
    total = 0
    on = true
    const result = await work().finally(() => {
      on = false
    })
    return { result, units: total }
  }
  return { client: metered, measure }
}
