import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { z } from 'zod'
import { HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION, localCredentials } from './credentials.ts'

const TOPIC = 'fleet-scanner-digest'
const QUEUE = 'fleet-scanner-digest-inbox'

/** A message as a subscriber of the topic got it. */
export type PublishedDigest = {
  messageId: string
  subject?: string
  body: string
  attributes: Record<string, string>
}

export type DigestInbox = {
  /** Where SNS and SQS answer. */
  url: string
  topicArn: string
  /** Takes what was published since the last call, oldest first. */
  publishedDigests(): Promise<PublishedDigest[]>
  stop(): Promise<void>
}

/** What SNS puts into a queue where raw delivery is off; only so does the subject arrive. */
const envelope = z.object({
  MessageId: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })).optional(),
})
const bodies = z.looseObject({ default: z.string(), sqs: z.string().optional() })

/** SNS and SQS of the embedded account, in memory: the digest's topic, and a queue that is subscribed to it. */
export const startDigestInbox = async (): Promise<DigestInbox> => {
  const app = buildApp({ logger: false, defaultRegion: HOME_REGION })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const settings = { endpoint: url, region: HOME_REGION, credentials: localCredentials }
  const sns = new SNSClient(settings)
  const sqs = new SQSClient(settings)
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: TOPIC }))
  const { QueueUrl: queueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }))
  const queueArn = `arn:aws:sqs:${HOME_REGION}:${HOME_ACCOUNT}:${QUEUE}`
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn }))

  return {
    url,
    topicArn,
    publishedDigests: async () => {
      const found: PublishedDigest[] = []
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
        )
        if (Messages.length === 0) return found
        for (const message of Messages) {
          found.push(readMessage(message.Body ?? ''))
          await sqs.send(
            new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }),
          )
        }
      }
    },
    stop: async () => {
      sns.destroy()
      sqs.destroy()
      await app.close()
    },
  }
}

const readMessage = (text: string): PublishedDigest => {
  const { MessageId, Subject, Message, MessageAttributes = {} } = envelope.parse(JSON.parse(text))
  return {
    messageId: MessageId,
    ...(Subject !== undefined && { subject: Subject }),
    body: bodyFor(Message),
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value]),
    ),
  }
}

/** With `MessageStructure: json` SNS sends each protocol its own body; the stand-in passes on all of them. */
const bodyFor = (message: string): string => {
  try {
    const parsed = bodies.parse(JSON.parse(message))
    return parsed.sqs ?? parsed.default
  } catch {
    return message
  }
}
