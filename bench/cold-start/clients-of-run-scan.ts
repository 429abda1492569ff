import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { SNSClient } from '@aws-sdk/client-sns'
import { SSMClient } from '@aws-sdk/client-ssm'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'

// What run-scan reaches AWS with, and nothing of ours. Made, so that the bundler keeps them.
const table = DynamoDBDocumentClient.from(new DynamoDBClient())
const others = [
  new EC2Client(),
  new SSMClient(),
  new SNSClient(),
  new OrganizationsClient(),
  fromTemporaryCredentials,
]

/** Reads one item in one step, as run-scan does where it is asked to cancel a scan that is not there. */
export const handler = withDurableExecution(async (event: { cancel: string }, context: DurableContext) =>
  context.step('find', async () => {
    const Key = { pk: `SCAN#${event.cancel}`, sk: 'META' }
    const { Item } = await table.send(new GetCommand({ TableName: process.env.TABLE_NAME, Key }))
    return { found: Item !== undefined, clients: others.length }
  }),
)
