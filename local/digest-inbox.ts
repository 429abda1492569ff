import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import * as z from 'zod'
import type { Route } from '../shared/config/scanner-config.ts'
import { HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION, localCredentials } from './credentials.ts'

const TOPIC = 'fleet-scanner-digest'
/** How the names of topics end that Amazon Q reads. */
export const AMAZON_Q = '-amazon-q'
const QUEUE = 'fleet-scanner-digest-inbox'

/** A message as a subscriber of the topic got it. */
export type PublishedDigest = {
  messageId: string
  topicArn: string
  subject?: string
  body: string
  attributes: Record<string, string>
}

export type DigestInbox = {
  /** Where SNS and SQS answer. */
  url: string
  topicArn: string
  /** Of routes that have a topic of their own, and of those that Amazon Q reads, by route. */
  routeTopics: Record<string, string>
  amazonQTopics: Record<string, string>
  /** Takes what was published since the last call, oldest first. */
  publishedDigests(): Promise<PublishedDigest[]>
  stop(): Promise<void>
}

/** What SNS puts into a queue where raw delivery is off; only so does the subject arrive. */
const envelope = z.object({
  MessageId: z.string(),
  TopicArn: z.string(),
  Subject: z.string().optional(),
  Message: z.string(),
  MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })).optional(),
})
const bodies = z.looseObject({ default: z.string(), sqs: z.string().optional() })

/**
 * SNS and SQS of the embedded account, in memory: the digest's topic, one for each that a route of the configuration
 * names, wherever that is in truth, and a queue that is subscribed to them all.
 */
export const startDigestInbox = async (routes: Route[] = []): Promise<DigestInbox> => {
  const app = buildApp({ logger: false, defaultRegion: HOME_REGION })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const settings = { endpoint: url, region: HOME_REGION, credentials: localCredentials }
  const sns = new SNSClient(settings)
  const sqs = new SQSClient(settings)
  const { QueueUrl: queueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }))
  const queueArn = `arn:aws:sqs:${HOME_REGION}:${HOME_ACCOUNT}:${QUEUE}`
  const topic = async (name: string): Promise<string> => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }))
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }))
    return TopicArn
  }
  const topicArn = await topic(TOPIC)
  const routeTopics: Record<string, string> = {}
  const amazonQTopics: Record<string, string> = {}
  for (const { name, topic: ofUser, amazonQ } of routes) {
    if (ofUser !== undefined) routeTopics[name] = await topic(`${TOPIC}-${name}`)
    if (amazonQ !== undefined) amazonQTopics[name] = await topic(`${TOPIC}-${name}${AMAZON_Q}`)
  }

  return {
    url,
    topicArn,
    routeTopics,
    amazonQTopics,
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
  const { MessageId, TopicArn, Subject, Message, MessageAttributes = {} } = envelope.parse(JSON.parse(text))
  return {
    messageId: MessageId,
    topicArn: TopicArn,
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
