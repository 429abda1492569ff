import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { readKey } from '../report/digest-routes.ts'
import type { Digest } from '../store/store.ts'

/** ARNs of the topics that digests go to. */
export type DigestTopics = {
  /** Of every route that has no topic of its own; subscribers choose by the attribute `route`. */
  digests: string
  /** Topics of the user's own, by route. */
  routes?: Record<string, string>
  /** Topics that Amazon Q Developer reads, by route: it drops what is not in its own form, so they are apart. */
  amazonQ?: Record<string, string>
}

/**
 * Publishes a digest to the topic of its route and destination, with one body for each protocol, and returns the
 * message's id. Throws where the route has no topic for Amazon Q.
 */
export const digestTopic =
  (sns: SNSClient, topics: DigestTopics) =>
  async (digest: Digest): Promise<string> => {
    const { route, amazonQ } = readKey(digest.route)
    const { MessageId } = await sns.send(
      new PublishCommand({
        TopicArn: topicOf(topics, digest.route),
        Subject: digest.subject,
        ...(amazonQ
          ? { Message: digest.bodies.default }
          : { MessageStructure: 'json', Message: JSON.stringify(digest.bodies) }),
        MessageAttributes: Object.fromEntries(
          Object.entries(digest.attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    )
    if (!MessageId) throw new Error(`SNS accepted a message of route ${route} but gave it no id`)
    return MessageId
  }

/** The topic of the route and destination that a digest's key names. Throws where the route has no topic for Amazon Q. */
export const topicOf = ({ digests, routes = {}, amazonQ = {} }: DigestTopics, key: string): string => {
  const read = readKey(key)
  if (!read.amazonQ) return routes[read.route] ?? digests
  const topic = amazonQ[read.route]
  if (topic === undefined)
    throw new Error(`route ${read.route} has no topic for Amazon Q; deploy the stack again`)
  return topic
}
