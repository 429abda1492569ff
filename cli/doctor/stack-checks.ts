import { InvokeCommand } from '@aws-sdk/client-lambda'
import { GetScheduleCommand } from '@aws-sdk/client-scheduler'
import { paginateListSubscriptionsByTopic, type Subscription } from '@aws-sdk/client-sns'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import * as z from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import type { Deployment } from '../deployment.ts'
import { type Check, note, ok, problem } from './check.ts'

/** What is the matter with a deployed stack itself: who asks, its version, its schedule, and who is told. */
export const stackChecks = async (deployment: Deployment): Promise<Check[]> => [
  await caller(deployment),
  version(deployment),
  await schedule(deployment),
  ...(await subscribers(deployment, 'DigestTopicArn', 'digests')),
  ...(await subscribers(deployment, 'AlarmTopicArn', 'alarms')),
  ...(await webhooks(deployment)),
]

const caller = async ({ clients }: Deployment): Promise<Check> => {
  const { Arn } = await clients.sts.send(new GetCallerIdentityCommand())
  return ok('credentials', `you are ${Arn}`)
}

const version = ({ stack, outputs }: Deployment): Check => {
  const says = `stack ${stack} is version ${outputs.Version}, this command ${packageJson.version}`
  return outputs.Version === packageJson.version
    ? ok('version', says)
    : problem('version', says, 'use the same version of both: deploy again, or check the other version out')
}

const schedule = async ({ clients, outputs, stack }: Deployment): Promise<Check> => {
  const { State, ScheduleExpression } = await clients.scheduler.send(
    new GetScheduleCommand({ Name: outputs.ScheduleName, GroupName: 'default' }),
  )
  return State === 'DISABLED'
    ? problem('schedule', 'it is paused: no scan starts by itself', `fleet-scanner resume --stack ${stack}`)
    : ok('schedule', `it starts scans: ${ScheduleExpression}`)
}

const subscribers = async (
  { clients, outputs }: Deployment,
  topic: 'DigestTopicArn' | 'AlarmTopicArn',
  what: string,
): Promise<Check[]> => {
  const found: Subscription[] = []
  const pages = paginateListSubscriptionsByTopic({ client: clients.sns }, { TopicArn: outputs[topic] })
  for await (const { Subscriptions = [] } of pages) found.push(...Subscriptions)
  return subscriberChecks(what, found)
}

/** The function itself is asked: it alone reads the webhooks. Nothing is posted. */
const webhooks = async ({ clients, outputs }: Deployment): Promise<Check[]> => {
  if (outputs.SlackFunctionName === undefined) return []
  const { Payload, FunctionError } = await clients.lambda.send(
    new InvokeCommand({
      FunctionName: outputs.SlackFunctionName,
      Payload: new TextEncoder().encode(JSON.stringify({ probe: true })),
    }),
  )
  const said = new TextDecoder().decode(Payload)
  if (FunctionError !== undefined)
    return [problem('Slack', `post-to-slack failed: ${said}`, 'see its log, and docs/runbook.md')]
  return webhookChecks(probed.parse(JSON.parse(said)))
}

const probed = z.array(z.object({ route: z.string(), problem: z.string().optional() }))

/** What is the matter with the webhooks of routes. */
export const webhookChecks = (found: z.infer<typeof probed>): Check[] =>
  found.map(({ route, problem: wrong }) =>
    wrong === undefined
      ? ok('Slack', `the webhook of route ${route} answers`)
      : problem(
          'Slack',
          `the webhook of route ${route} takes nothing: ${wrong}`,
          'make a new one in Slack, and put its URL into the secret that the route names',
        ),
  )

/** What is the matter with the subscribers of a topic; `what` goes to it: `digests` or `alarms`. */
export const subscriberChecks = (what: string, found: Subscription[]): Check[] => {
  if (found.length === 0)
    return [
      problem(
        what,
        'nobody has subscribed to them',
        what === 'alarms'
          ? 'name addresses under `alarms` in the configuration, and deploy again'
          : 'name addresses under `routes` in the configuration and deploy again, or subscribe to the topic yourself; where every route has a topic of its own or Amazon Q, only what no route takes is lost',
      ),
    ]
  const states = Map.groupBy(found, stateOf)
  const named = (state: ReturnType<typeof stateOf>) =>
    (states.get(state) ?? []).map(({ Endpoint = '' }) => Endpoint).join(', ')
  return [
    ...(states.has('confirmed') ? [ok(what, `they go to ${named('confirmed')}`)] : []),
    ...(states.has('pending')
      ? [
          problem(
            what,
            `not confirmed yet: ${named('pending')}`,
            'follow the link in the mail that SNS has sent there; it holds for three days, after which deploying with another address and back sends a new one',
          ),
        ]
      : []),
    ...(states.has('deleted')
      ? [note(what, `has unsubscribed: ${named('deleted')}`, 'subscribe again, or take the address out')]
      : []),
  ]
}

/** SNS says so in place of the subscription's ARN. */
const stateOf = ({ SubscriptionArn }: Subscription): 'confirmed' | 'pending' | 'deleted' => {
  if (SubscriptionArn === 'PendingConfirmation') return 'pending'
  return SubscriptionArn === 'Deleted' ? 'deleted' : 'confirmed'
}
