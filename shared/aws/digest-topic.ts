import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { Digest } from '../store/store.ts'

/** Publishes a digest to a topic, with one body for each protocol, and returns the message's id. */
export const digestTopic =
  (sns: SNSClient, topicArn: string) =>
  async (digest: Digest): Promise<string> => {
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: digest.subject,
        MessageStructure: 'json',
        Message: JSON.stringify(digest.bodies),
        MessageAttributes: Object.fromEntries(
          Object.entries(digest.attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    )
    if (!MessageId) throw new Error('SNS accepted a message but gave it no id')
    return MessageId
  }
