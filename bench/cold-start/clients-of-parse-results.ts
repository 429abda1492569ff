import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SSMClient } from '@aws-sdk/client-ssm'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb'

// What parse-results reaches AWS with, and nothing of ours. Made, so that the bundler keeps them.
const table = DynamoDBDocumentClient.from(new DynamoDBClient())
const others = [new SSMClient(), fromTemporaryCredentials]

/** Reads what is recorded of a command, as parse-results does first. */
export const handler = async (event: { scanId: string }) => {
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: process.env.TABLE_NAME,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': `SCAN#${event.scanId}`, ':sk': 'C#' },
    }),
  )
  return { found: Items.length, clients: others.length }
}
