import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Slots } from './at-once.ts'

/** The attribute (epoch seconds) after which DynamoDB may delete an item by itself. */
export const TTL_ATTRIBUTE = 'expiresAt'

/** Sparse: everything that is listed, each kind in partitions of its own (see `listings` in keys.ts). */
export const LIST_INDEX = 'list'

/** Sparse: node states by bare instance id, for those who do not know its account and region. */
export const INSTANCE_INDEX = 'instance'

/** `pageSize` bounds a page of a query (else DynamoDB's 1 MB does); `firstWaitMs` is the pause before a read that
 * was left unanswered is asked again (default 50, doubled each time). */
export type Pace = { pageSize?: number; firstWaitMs?: number }

/** How long is kept what later scans have superseded, in days: changes that are not a finding's last, and what is known of ended scans. */
export const HISTORY_DAYS = 400

const DAY_S = 86_400

/** What a store may be told: how it reads, how long it keeps (default HISTORY_DAYS), and what time it is. */
export type StoreOptions = Pace & { historyDays?: number; now?: () => Date }

/** The table, the client to reach it, and the slots for nodes whose verdicts are being written: one node's keep their order. */
export type Table = { client: DynamoDBDocumentClient; name: string; slots: Slots } & StoreOptions

/** The attribute that lets DynamoDB delete an item when it is no longer kept, counted from `from` in milliseconds. */
export const expiry = (
  { historyDays = HISTORY_DAYS, now = () => new Date() }: StoreOptions,
  from = now().getTime(),
): { [TTL_ATTRIBUTE]: number } => ({ [TTL_ATTRIBUTE]: Math.floor(from / 1000) + historyDays * DAY_S })

/**
 * What to create: keys, sparse indexes, on-demand capacity. Time to live is switched on apart, on TTL_ATTRIBUTE.
 *
 * An item without an index's key attributes is not in that index. The list index holds, beside keys, only what
 * the list of a target's nodes shows: findings and transitions are listed by their keys and then read.
 */
export const tableDefinition = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'listKey', 'listSort', 'instanceId'].map((name) => ({
    AttributeName: name,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: LIST_INDEX,
      KeySchema: [
        { AttributeName: 'listKey', KeyType: 'HASH' },
        { AttributeName: 'listSort', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['state', 'detail', 'cluster', 'tags'] },
    },
    {
      IndexName: INSTANCE_INDEX,
      KeySchema: [{ AttributeName: 'instanceId', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
})
