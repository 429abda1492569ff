import { setTimeout as wait } from 'node:timers/promises'
import { BatchGetCommand, GetCommand, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Key } from './keys.ts'
import { LIST_INDEX, type Table } from './table.ts'

/** DynamoDB's limit of keys in one BatchGetItem. */
const BATCH = 100
const BATCHES_AT_ONCE = 8
/** Tries in a row that bring nothing before a read is given up; the last waits about 6 s. */
const TRIES = 8

/** One item as it stands, or undefined. `T` is what this module's writers have put there. */
export const getItem = async <T>(table: Table, key: Key): Promise<T | undefined> => {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }),
  )
  return Item as T | undefined
}

/** The items of these keys as they stand, in no order; a key without an item gives nothing, a double one item. */
export const getItems = async <T>(table: Table, wanted: Key[]): Promise<T[]> => {
  const unique = [...new Map(wanted.map(({ pk, sk }) => [`${pk}\n${sk}`, { pk, sk }])).values()]
  const batches = Array.from({ length: Math.ceil(unique.length / BATCH) }, (_, i) =>
    unique.slice(i * BATCH, (i + 1) * BATCH),
  )
  const items: T[] = []
  for (let i = 0; i < batches.length; i += BATCHES_AT_ONCE)
    for (const found of await Promise.all(
      batches.slice(i, i + BATCHES_AT_ONCE).map((batch) => getBatch<T>(table, batch)),
    ))
      items.push(...found)
  return items
}

/** DynamoDB may leave keys out (throttled, or more than 16 MB): asks again for those, waiting longer each time. */
const getBatch = async <T>(table: Table, batch: Key[]): Promise<T[]> => {
  const items: T[] = []
  let left = batch
  for (let idle = 0; left.length > 0; ) {
    const answer = await table.client.send(
      new BatchGetCommand({ RequestItems: { [table.name]: { Keys: left, ConsistentRead: true } } }),
    )
    items.push(...((answer.Responses?.[table.name] ?? []) as T[]))
    const unprocessed = (answer.UnprocessedKeys?.[table.name]?.Keys ?? []) as Key[]
    idle = unprocessed.length < left.length ? 0 : idle + 1
    if (idle === TRIES) throw new Error(`table ${table.name} leaves ${unprocessed.length} reads unanswered`)
    if (unprocessed.length > 0) await wait((table.firstWaitMs ?? 50) * 2 ** idle * (0.5 + Math.random() / 2))
    left = unprocessed
  }
  return items
}

type Query = Omit<QueryCommandInput, 'TableName'>

/** Pages of a query, to the end; a page may be empty. */
export async function* queryPages<T>(table: Table, query: Query): AsyncGenerator<T[]> {
  const config = table.pageSize
    ? { client: table.client, pageSize: table.pageSize }
    : { client: table.client }
  for await (const page of paginateQuery(config, { TableName: table.name, ...query }))
    yield (page.Items ?? []) as T[]
}

/** Everything that a query finds. */
export const queryAll = async <T>(table: Table, query: Query): Promise<T[]> => {
  const items: T[] = []
  for await (const page of queryPages<T>(table, query)) items.push(...page)
  return items
}

/** How many items a query finds, without reading them here. */
export const countAll = async (table: Table, query: Query): Promise<number> => {
  let count = 0
  const input = { TableName: table.name, ...query, Select: 'COUNT' as const }
  for await (const page of paginateQuery({ client: table.client }, input)) count += page.Count ?? 0
  return count
}

/** The items of one partition whose sort key begins so. */
export const partition = (pk: string, prefix: string): Query => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
  ConsistentRead: true,
})

/** One list of the list index: all of it, what begins with `prefix`, or what sorts at or after `from`, or up to `to`. */
export const list = (listKey: string, range: { prefix?: string; from?: string; to?: string } = {}): Query => {
  const [condition, value] =
    range.prefix !== undefined
      ? [' AND begins_with(listSort, :sort)', range.prefix]
      : range.from !== undefined
        ? [' AND listSort >= :sort', range.from]
        : range.to !== undefined
          ? [' AND listSort <= :sort', range.to]
          : ['', undefined]
  return {
    IndexName: LIST_INDEX,
    KeyConditionExpression: `listKey = :list${condition}`,
    ExpressionAttributeValues: { ':list': listKey, ...(value === undefined ? {} : { ':sort': value }) },
  }
}
