import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { localCredentials } from '../../local/credentials.ts'
import { startDigestInbox } from '../../local/digest-inbox.ts'
import { digestTopic } from '../../shared/aws/digest-topic.ts'

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
      topicArn: inbox.topicArn,
      subject: 'Fleet: 1 new failure',
      body: 'for all',
      attributes: { severity: 'high' },
    },
    {
      ...{ messageId: expect.any(String), topicArn: inbox.topicArn },
      ...{ body: '{"plain": true}', attributes: {} },
    },
  ])
  expect(await inbox.publishedDigests()).toEqual([])
  sns.destroy()
  await inbox.stop()
})

test('a digest goes to the topic of its route, in the form of its destination; a topic that is missing refuses it', async () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:security'
  const inbox = await startDigestInbox([
    { name: 'siem', topic },
    { name: 'chat', amazonQ: { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' } },
  ])
  const sns = new SNSClient({ endpoint: inbox.url, region: 'eu-central-1', credentials: localCredentials })
  const { topicArn, routeTopics, amazonQTopics } = inbox
  const publish = digestTopic(sns, { digests: topicArn, routes: routeTopics, amazonQ: amazonQTopics })
  const digest = (route: string) => ({
    ...{ scanId: 's1', route, subject: 'fleet-scanner: 1 failing', attributes: { route } },
    bodies: { default: '{"for":"programs"}', email: 'for people' },
  })
  for (const route of ['default', 'siem', 'chat', 'chat~amazon-q']) await publish(digest(route))
  expect(
    (await inbox.publishedDigests()).map(({ topicArn: at, attributes }) => [at, attributes.route]),
  ).toEqual([
    [topicArn, 'default'],
    [routeTopics.siem, 'siem'],
    [topicArn, 'chat'],
    [amazonQTopics.chat, 'chat~amazon-q'],
  ])
  await expect(publish(digest('siem~amazon-q'))).rejects.toThrow('route siem has no topic for Amazon Q')
  const astray = digestTopic(sns, { digests: topicArn, routes: { siem: topic } })
  await expect(astray(digest('siem'))).rejects.toMatchObject({ name: 'NotFoundException' })
  sns.destroy()
  await inbox.stop()
})
