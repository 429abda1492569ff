import { Aws } from 'aws-cdk-lib'
import { CfnSlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { secureTopic } from './topics.ts'

/**
 * Channels of Amazon Q Developer in chat applications. It takes no other form of message than its own, so each route
 * has a topic for it; two routes to one channel share its configuration, of which a channel can have one in an account.
 */
export class AmazonQChannels extends Construct {
  /** By route. */
  readonly topics: Record<string, Topic> = {}

  constructor(scope: Construct, id: string, { name, routes }: ScannerConfig, key: IKey) {
    super(scope, id)
    const channels = new Map<string, { workspaceId: string; channelId: string; topics: Topic[] }>()
    for (const { name: route, amazonQ } of routes) {
      if (amazonQ === undefined) continue
      const topic = secureTopic(this, `Topic-${route}`, `${name}-amazon-q-${route}`, key)
      this.topics[route] = topic
      const { workspaceId, channelId } = amazonQ
      const channel = channels.get(`${workspaceId}/${channelId}`) ?? { workspaceId, channelId, topics: [] }
      channel.topics.push(topic)
      channels.set(`${workspaceId}/${channelId}`, channel)
    }
    if (channels.size === 0) return
    // A channel must have a role. Notifications need no right of it: it is what people in the channel could use.
    const role = new Role(this, 'Role', {
      roleName: `${name}-amazon-q`,
      description: 'Nothing: what people may do from a channel that is told of digests',
      assumedBy: new ServicePrincipal('chatbot.amazonaws.com'),
    })
    for (const { workspaceId, channelId, topics } of channels.values())
      new CfnSlackChannelConfiguration(this, `Channel-${workspaceId}-${channelId}`, {
        configurationName: `${name}-${channelId}`,
        slackWorkspaceId: workspaceId,
        slackChannelId: channelId,
        iamRoleArn: role.roleArn,
        // Without one, the guardrail is AdministratorAccess.
        guardrailPolicies: [`arn:${Aws.PARTITION}:iam::aws:policy/AWSDenyAll`],
        loggingLevel: 'ERROR',
        snsTopicArns: topics.map(({ topicArn }) => topicArn),
        userRoleRequired: false,
      })
  }
}
