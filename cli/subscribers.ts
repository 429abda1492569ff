import {
  GetSubscriptionAttributesCommand,
  paginateListSubscriptionsByTopic,
  type SNSClient,
} from '@aws-sdk/client-sns'
import * as z from 'zod'

/**
 * A subscriber of a topic, and whether it gets a message: `maybe` where its filter is of a kind that is not looked
 * into, `unconfirmed` where nobody has confirmed it yet.
 */
export type Subscriber = {
  protocol: string
  endpoint: string
  gets: 'yes' | 'no' | 'maybe' | 'unconfirmed'
}

/** Who is subscribed to a topic, and who of them gets a message with these attributes. */
export const subscribersOf = async (
  sns: SNSClient,
  topicArn: string,
  attributes: Record<string, string>,
): Promise<Subscriber[]> => {
  const found: Subscriber[] = []
  for await (const page of paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: topicArn }))
    for (const {
      SubscriptionArn: arn = '',
      Protocol: protocol = '',
      Endpoint: endpoint = '',
    } of page.Subscriptions ?? []) {
      // SNS says so in place of the subscription's ARN.
      if (arn === 'Deleted') continue
      const gets = arn === 'PendingConfirmation' ? 'unconfirmed' : await passes(sns, arn, attributes)
      found.push({ protocol, endpoint, gets })
    }
  return found
}

const passes = async (
  sns: SNSClient,
  arn: string,
  attributes: Record<string, string>,
): Promise<Subscriber['gets']> => {
  const { Attributes = {} } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }))
  if (Attributes.PendingConfirmation === 'true') return 'unconfirmed'
  if (!Attributes.FilterPolicy) return 'yes'
  return Attributes.FilterPolicyScope === 'MessageBody'
    ? 'maybe'
    : filtered(Attributes.FilterPolicy, attributes)
}

/** Attributes to what they may be: texts, or operators such as `{ prefix: 'a' }`. */
const policy = z.record(z.string(), z.array(z.unknown()))

/**
 * Whether a filter policy lets a message through: every attribute that it names has to have one of the values.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export const filtered = (
  filterPolicy: string,
  attributes: Record<string, string>,
): 'yes' | 'no' | 'maybe' => {
  const { data } = z
    .preprocess((text) => {
      try {
        return JSON.parse(String(text))
      } catch {
        return undefined
      }
    }, policy)
    .safeParse(filterPolicy)
  if (data === undefined) return 'maybe'
  const each = Object.entries(data).map(([name, values]) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (values.includes(value)) return 'yes'
    return values.every((wanted) => typeof wanted === 'string') ? 'no' : 'maybe'
  })
  return each.includes('no') ? 'no' : each.includes('maybe') ? 'maybe' : 'yes'
}
