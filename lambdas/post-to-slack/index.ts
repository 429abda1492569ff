import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import middy from '@middy/core'
import * as z from 'zod'
import { METRIC_NAMESPACE } from '../../shared/aws/metric-names.ts'
import { secretReader } from '../../shared/aws/secret.ts'
import { type Posted, type PostToSlackDeps, postToSlack, snsEvent } from './post-to-slack.ts'
import { isProbe, type ProbedWebhook, probeWebhooks } from './probe.ts'
import { recordRejected } from './record-rejected.ts'
import { SlackRejectedError } from './slack-errors.ts'

const environment = z
  .object({
    /** JSON: names or ARNs of secrets by the names of routes. */
    SLACK_ROUTES: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
    /** The scanner's name in its configuration: metrics are told apart by it. */
    SCANNER_NAME: z.string().min(1).default('fleet-scanner'),
    /** For tests: the origin of a server that stands in Slack's place. */
    SLACK_ORIGIN: z.string().optional(),
  })
  .parse(process.env)

const logger = new Logger({ serviceName: 'post-to-slack' })
const metrics = new Metrics({ serviceName: environment.SCANNER_NAME, namespace: METRIC_NAMESPACE })

const deps: PostToSlackDeps = {
  secrets: environment.SLACK_ROUTES,
  readSecret: secretReader(new SecretsManagerClient()),
  ...(environment.SLACK_ORIGIN !== undefined && { allowedOrigin: environment.SLACK_ORIGIN }),
}

/**
 * Takes what SNS delivers, and returns what was posted; asked `{ probe: true }`, says whether the webhooks would take it. Whatever fails is thrown: Lambda tries twice more, and then
 * keeps the event in a queue.
 */
export const handler = middy<unknown, Posted[] | ProbedWebhook[]>()
  .use(injectLambdaContext(logger))
  .handler(async (input: unknown, context) => {
    if (isProbe(input)) return probeWebhooks(deps)
    try {
      const posted = await postToSlack(snsEvent.parse(input), deps, () => context.getRemainingTimeInMillis())
      for (const each of posted) logger.info('posted a digest', each)
      return posted
    } catch (error) {
      if (error instanceof SlackRejectedError) {
        logger.error('Slack does not take a digest', { code: error.code, reason: error.message })
        recordRejected(metrics)
      } else
        logger.warn('a digest could not be posted', { reason: error instanceof Error ? error.message : '' })
      throw error
    }
  })
