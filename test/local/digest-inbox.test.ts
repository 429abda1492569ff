import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { localCredentials } from '../../local/credentials.ts'
import { startDigestInbox } from '../../local/digest-inbox.ts'

test('what is published to the topic arrives once, as its subscriber sees it', async () => {
  const inbox = await startDigestInbox()
  const sns = new SNSClient({ endpoint: inbox.url, region: 'eu-central-1', credentials: localCredentials })
  const { MessageId } = await sns.send(
    new PublishCommand({
      TopicArn: inbox.topicArn,
      Subject: 'Fleet: 1 new failure',
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'for all', email: 'for mail' }),
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'high' } },
    }),
  )
  await sns.send(new PublishCommand({ TopicArn: inbox.topicArn, Message: '{"plain": true}' }))
  expect(await inbox.publishedDigests()).toEqual([
    {
      messageId: MessageId,
      subject: 'Fleet: 1 new failure',
      body: 'for all',
      attributes: { severity: 'high' },
    },
    { messageId: expect.any(String), body: '{"plain": true}', attributes: {} },
  ])
  expect(await inbox.publishedDigests()).toEqual([])
  sns.destroy()
  await inbox.stop()
})
