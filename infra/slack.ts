import { ArnFormat, Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnEventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { acknowledge } from './nag.ts'
import { ofRoutes } from './routes.ts'
import { ScannerFunction, type ScannerFunctionProps } from './scanner-function.ts'

/** The secret of each route that goes to Slack, as the configuration names it. */
const slackSecrets = ({ routes }: ScannerConfig): Record<string, string> =>
  Object.fromEntries(routes.flatMap(({ name, slack }) => (slack ? [[name, slack.secret]] : [])))

export const hasSlack = (config: ScannerConfig): boolean => Object.keys(slackSecrets(config)).length > 0

type SlackProps = Pick<ScannerFunctionProps, 'scanner' | 'key' | 'code'> & {
  config: ScannerConfig
  /** The topic of digests. */
  topic: Topic
}

/**
 * Posts the digests of all routes that go to Slack. What Slack does not take, or what could not be posted in three
 * tries, is kept in a queue that has an alarm.
 */
export class SlackPosts extends Construct {
  readonly function: IFunction
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, { config, topic, ...shared }: SlackProps) {
    super(scope, id)
    const secrets = slackSecrets(config)
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `${config.name}-slack-undelivered`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(this.deadLetters, {
      'AwsSolutions-SQS3': 'It is itself the dead-letter queue of the posts to Slack, and has an alarm.',
    })
    const { function: fn } = new ScannerFunction(this, 'Function', {
      ...shared,
      name: 'post-to-slack',
      memorySize: 512,
      timeout: Duration.minutes(1),
      environment: { SCANNER_NAME: config.name, SLACK_ROUTES: JSON.stringify(secrets) },
      statements: [
        new PolicyStatement({
          sid: 'ReadWebhooks',
          actions: ['secretsmanager:GetSecretValue'],
          resources: [...new Set(Object.values(secrets))].sort().map((secret) => this.secretArn(secret)),
        }),
        new PolicyStatement({
          sid: 'KeepWhatWasNotPosted',
          actions: ['sqs:SendMessage'],
          resources: [this.deadLetters.queueArn],
        }),
      ],
    })
    this.function = fn
    new CfnEventInvokeConfig(this, 'Tries', {
      functionName: fn.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      // While Lambda cannot start the function, a message waits for so long.
      maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
      destinationConfig: { onFailure: { destination: this.deadLetters.queueArn } },
    })
    // Not its alias: it keeps nothing from one message to the next that an older version would have to go on with.
    topic.addSubscription(new LambdaSubscription(fn, ofRoutes(Object.keys(secrets))))
  }

  /** Six characters, which Secrets Manager chooses, end the ARN of a secret that is known by its name alone. */
  private secretArn(secret: string): string {
    if (secret.startsWith('arn:')) return secret
    return Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${secret}-??????`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
  }
}
