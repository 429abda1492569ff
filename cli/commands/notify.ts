import { randomUUID } from 'node:crypto'
import { SNSClient } from '@aws-sdk/client-sns'
import * as z from 'zod'
import type { NotifyTested, TestSent } from '../../lambdas/run-scan/notify-test.ts'
import { readKey } from '../../shared/report/digest-routes.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import type { Deployment } from '../deployment.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { onStack } from '../on-stack.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { placeOf } from '../read-store.ts'
import { type Subscriber, subscribersOf } from '../subscribers.ts'

export type NotifyOptions = { route: string; fleet?: string; config?: string }

/** What became of the test at one topic, and who gets it from there. */
type Told = TestSent & {
  /** What the topic is for: the digest, or the same in the form of Amazon Q. */
  form: 'digest' | 'amazon-q'
  subscribers: Subscriber[]
  /** Why the subscribers could not be listed. */
  unknown?: string
}

/**
 * Sends a test message to a route as a scan sends digests, and says who gets it. Exit code 3 where nobody is known to,
 * or somebody has not confirmed.
 */
export const notifyTest = async (options: NotifyOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  if (placeOf(globals) === 'local') {
    const { testLocalRoute } = await import('../local-scan.ts')
    const { route, fleet, config } = options
    const told = await testLocalRoute(route, globals.data, { fleet, config }, async (answer) => {
      const sns = new SNSClient()
      return tellOf(known(answer), sns).finally(() => sns.destroy())
    })
    return print(route, told, globals)
  }
  return onStack(globals, async (deployment) => {
    const told = await tellOf(known(await testOnStack(deployment, options.route)), deployment.clients.sns)
    return print(options.route, told, globals)
  })
}

/** Only run-scan knows the routes that are deployed, and only its rights say whether a scan could publish. */
const testOnStack = async (deployment: Deployment, route: string): Promise<NotifyTested> => {
  const { endOfExecution, FunctionFailedError, startExecution } = await import('../executions.ts')
  const started = await startExecution(deployment, `notify-${randomUUID()}`, { notifyTest: route })
  say(`asking stack ${deployment.stack} to send a test message to route ${plainText(route)}`)
  const { result, error } = await endOfExecution(deployment, started)
  if (error !== undefined) throw new FunctionFailedError(`nothing was sent: ${plainText(error, 500)}`)
  return tested.parse(result)
}

const tested: z.ZodType<NotifyTested> = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('tested'),
    route: z.string(),
    attributes: z.record(z.string(), z.string()),
    sent: z.array(
      z.object({
        key: z.string(),
        topicArn: z.string().exactOptional(),
        messageId: z.string().exactOptional(),
        error: z.string().exactOptional(),
      }),
    ),
  }),
  z.object({ status: z.literal('no-such-route'), route: z.string(), routes: z.array(z.string()) }),
])

const known = (answer: NotifyTested): NotifyTested & { status: 'tested' } => {
  if (answer.status === 'tested') return answer
  throw new UsageError(`there is no route ${plainText(answer.route)}; there are: ${answer.routes.join(', ')}`)
}

const tellOf = ({ sent, attributes }: NotifyTested & { status: 'tested' }, sns: SNSClient): Promise<Told[]> =>
  Promise.all(
    sent.map(async (each) => {
      const form = readKey(each.key).amazonQ ? ('amazon-q' as const) : ('digest' as const)
      try {
        const { topicArn } = each
        const subscribers = topicArn === undefined ? [] : await subscribersOf(sns, topicArn, attributes)
        return { ...each, form, subscribers }
      } catch (error) {
        // A topic of the user's own may be in another account, or not for the caller to read.
        return {
          ...each,
          form,
          subscribers: [],
          unknown: error instanceof Error ? error.message : String(error),
        }
      }
    }),
  )

const print = async (route: string, told: Told[], globals: Globals): Promise<ExitCode> => {
  const text = {
    table: () => inWords(route, told, globals),
    json: () => renderJson({ route, topics: told }),
    jsonl: () => renderJsonl(told),
  }[globals.format]()
  await printResults(globals, text)
  return told.every(isReady) ? EXIT.nothingFails : EXIT.notAssessed
}

const isReady = ({ error, unknown, subscribers }: Told): boolean =>
  error === undefined &&
  unknown === undefined &&
  subscribers.some(({ gets }) => gets === 'yes') &&
  subscribers.every(({ gets }) => gets !== 'unconfirmed')

const WORDS = {
  yes: ['pass', 'gets it'],
  maybe: ['error', 'may get it, its filter decides'],
  unconfirmed: ['fail', 'has not confirmed: follow the link in the mail from SNS'],
  no: ['dim', 'is for other routes or severities'],
} as const

const inWords = (route: string, told: Told[], globals: Globals): string => {
  const paint = painter(globals)
  const lines = told.flatMap(({ form, topicArn, messageId, error, subscribers, unknown }) => [
    `${form === 'amazon-q' ? 'Amazon Q: ' : ''}${plainText(topicArn ?? 'no topic')}`,
    messageId === undefined
      ? `  ${paint('fail', 'not published')}: ${plainText(error ?? '', 500)}`
      : `  published as ${plainText(messageId)}`,
    ...(unknown === undefined ? [] : [`  who has subscribed is not known: ${plainText(unknown, 300)}`]),
    ...(unknown === undefined && error === undefined && !subscribers.some(({ gets }) => gets !== 'no')
      ? [`  ${paint('fail', 'nobody gets it')}: no subscription is for this route`]
      : []),
    ...subscribers.map(({ protocol, endpoint, gets }) => {
      const [style, words] = WORDS[gets]
      return `  ${plainText(protocol)} ${plainText(endpoint)} ${paint(style, words)}`
    }),
  ])
  return `${[`route ${plainText(route)}`, ...lines, ...howToSee(told, globals)].join('\n')}\n`
}

/** A subscriber gets it after this command has ended. */
const howToSee = (told: Told[], { stack }: Globals): string[] => {
  if (stack === undefined) return []
  const isSlack = told.some(({ subscribers }) =>
    subscribers.some(({ endpoint, gets }) => gets !== 'no' && endpoint.includes('-post-to-slack')),
  )
  return [
    '',
    ...(isSlack
      ? [`what Slack answers: aws logs tail /aws/lambda/${stack}-post-to-slack --since 10m --follow`]
      : []),
    'what does not arrive raises an alarm: docs/runbook.md, digest-not-delivered and slack-not-delivered',
  ]
}
