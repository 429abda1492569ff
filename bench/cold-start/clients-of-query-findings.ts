import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'

// What query-findings reaches AWS with, and nothing of ours.
const table = DynamoDBDocumentClient.from(new DynamoDBClient())

/** Reads the list of scans, as the event of the bench has query-findings do. */
export const handler = async () => {
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: process.env.TABLE_NAME,
      IndexName: 'list',
      KeyConditionExpression: 'listKey = :list',
      ExpressionAttributeValues: { ':list': 'SCANS' },
    }),
  )
  return { statusCode: 200, found: Items.length }
}
