import { Annotations, Duration } from 'aws-cdk-lib'
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type ITable, Operation } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { noScanHours } from './no-scan-hours.ts'
import { type DurableMetric, scannerMetric } from './scanner-metrics.ts'

/** What the alarms look at. */
export type WatchedParts = {
  config: ScannerConfig
  /** By the name that their alarms begin with; `run-scan` is the durable one. */
  functions: { 'run-scan': IFunction; 'parse-results': IFunction } & Record<string, IFunction>
  digestTopic: ITopic
  /** Topics that Amazon Q Developer reads. */
  amazonQTopics?: ITopic[]
  table: ITable
  /** Where the scheduler puts what it could not deliver. */
  deadLetters: IQueue
  /** Where digests are kept that did not come to Slack; absent: no route goes there. */
  slackDeadLetters?: IQueue
  /** Absent: there is none. */
  api?: IHttpApi
}

/** One alarm, in words and numbers. */
export type AlarmSpec = {
  /** Also the heading of its page in docs/runbook.md. */
  name: string
  /** What is broken. */
  broken: string
  /** The first thing to do about it. */
  todo: string
  metric: IMetric
  /** The alarm goes off from here on; below it where `below` is set. */
  threshold?: number
  below?: boolean
  periods?: number
  /**
   * What a time without data means: nothing happened, it is still as it was (for what is only known once a scan: such an
   * alarm also tells of the recovery), or that something is broken.
   */
  silence?: 'fine' | 'as-it-was' | 'broken'
}

/** All of them. Warns where the schedule is too rare for an alarm that scans have stopped. */
export const alarmSpecs = (scope: Construct, parts: WatchedParts): AlarmSpec[] => [
  ...noScan(scope, parts.config),
  ...scan(parts),
  ...executions(parts.functions['run-scan']),
  ...Object.entries(parts.functions).flatMap(([name, fn]) => functionAlarms(name, fn)),
  ...delivery(parts),
  ...slack(parts),
  ...queries(parts),
  ...storage(parts.table),
]

const noScan = (scope: Construct, config: ScannerConfig): AlarmSpec[] => {
  const hours = noScanHours(config)
  if (hours === undefined) {
    const message = `no alarm can tell that scans have stopped: ${config.schedule.expression} is too rare for CloudWatch, which looks back for seven days at most; scan at least every six days`
    Annotations.of(scope).addWarningV2('fleet-scanner:no-scan-closed', message)
    return []
  }
  return [
    {
      name: 'no-scan-closed',
      broken: `No scan of the whole fleet has closed for ${hours} hours: what is stored gets old, and a new FAIL is not seen.`,
      todo: 'Look whether the schedule is paused, then at the last execution of run-scan.',
      metric: scannerMetric(config.name, 'scanClosed', 'Sum'),
      below: true,
      periods: hours,
      silence: 'broken',
    },
  ]
}

const scan = ({ config }: WatchedParts): AlarmSpec[] => [
  {
    name: 'target-errors',
    broken: 'The last scan could not, or not fully, look at an account and region.',
    todo: 'The scan names them (fleet-scanner scans, or the digest); usually a role or the document is missing there.',
    metric: scannerMetric(config.name, 'targetErrors', 'Maximum', { period: Duration.minutes(5) }),
    silence: 'as-it-was',
  },
  {
    name: 'coverage-low',
    broken: `The last scan assessed less than ${config.alarms.coverageBelowPercent} percent of the instances that it should have.`,
    todo: 'List who is missing and why (fleet-scanner findings); usually SSM Agents are offline or tags have changed.',
    metric: scannerMetric(config.name, 'coveragePercent', 'Minimum', { period: Duration.minutes(5) }),
    threshold: config.alarms.coverageBelowPercent,
    below: true,
    silence: 'as-it-was',
  },
  {
    name: 'digests-unpublished',
    broken:
      'There are changes to tell, of the last scan or earlier ones, and SNS does not take the message: nobody was told.',
    todo: 'Read the error in the log of run-scan; the next scan publishes it again.',
    metric: scannerMetric(config.name, 'digestsUnpublished', 'Maximum', { period: Duration.minutes(5) }),
    silence: 'as-it-was',
  },
  {
    name: 'seals-missing',
    broken:
      'The last scan could not be sealed; or its seal, or an earlier one, is not in the bucket, where there is one.',
    todo: 'Read in the log of run-scan what is missing; the next scan seals and writes what this one could not.',
    metric: scannerMetric(config.name, 'sealsMissing', 'Maximum', { period: Duration.minutes(5) }),
    silence: 'as-it-was',
  },
]

const executions = (runScan: IFunction): AlarmSpec[] => {
  const durable = (metric: DurableMetric) =>
    runScan.metric(metric, { statistic: 'Sum', period: Duration.minutes(5) })
  return [
    {
      name: 'scan-failed',
      broken: 'A durable execution of run-scan has failed: the scan broke off.',
      todo: 'Read its error in the Lambda console or the log; what it had stored is told by the next scan.',
      metric: durable('DurableExecutionFailed'),
    },
    {
      name: 'scan-timed-out',
      broken: 'A durable execution of run-scan has reached its time limit: the scan did not come to its end.',
      todo: 'Find the step that it waited in; the scan holds the lock until its deadline.',
      metric: durable('DurableExecutionTimedOut'),
    },
  ]
}

/**
 * A command whose answers are not there yet is judged again: single errors of parse-results are usual. A digest is
 * posted to Slack in three tries, and what then is not there has an alarm of its own. Whoever asks the API asks again.
 */
const ERRORS_TO_ALARM: Record<string, number> = {
  'parse-results': 4,
  'post-to-slack': 3,
  'query-findings': 3,
}

/** Where a function has its own concurrency: single requests above that are refused by design, and asked again. */
const NOT_STARTED: Record<string, Pick<AlarmSpec, 'broken' | 'todo' | 'threshold'>> = {
  'query-findings': {
    broken:
      'The API refuses requests: more are asked at a time than api.concurrency, or the account has none left.',
    todo: 'Find who asks so much in the log of requests; raise api.concurrency, or lower api.ratePerSecond.',
    threshold: 20,
  },
}

const functionAlarms = (name: string, fn: IFunction): AlarmSpec[] => [
  {
    name: `${name}-errors`,
    broken: `The function ${name} fails, or is ended by its time or memory limit.`,
    todo: 'Read the error in its log.',
    metric: fn.metricErrors({ period: Duration.minutes(5) }),
    threshold: ERRORS_TO_ALARM[name] ?? 1,
  },
  {
    name: `${name}-throttles`,
    ...(NOT_STARTED[name] ?? {
      broken: `Lambda does not start the function ${name}: the account has no concurrency left for it.`,
      todo: 'Find what uses it up, or have the quota raised.',
    }),
    metric: fn.metricThrottles({ period: Duration.minutes(5) }),
  },
]

/** The sum of metrics that have no data while nothing happens: a sum with one of those missing would have none either. */
const total = (metrics: IMetric[], label: string): IMetric => {
  const [only] = metrics
  if (metrics.length === 1 && only !== undefined) return only
  const usingMetrics = Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric]))
  const expression = Object.keys(usingMetrics)
    .map((id) => `FILL(${id}, 0)`)
    .join(' + ')
  return new MathExpression({ expression, usingMetrics, label, period: Duration.minutes(5) })
}

const delivery = ({ digestTopic, amazonQTopics = [], deadLetters }: WatchedParts): AlarmSpec[] => [
  {
    name: 'digest-not-delivered',
    broken: 'SNS could not deliver a digest to one of its subscribers.',
    todo: 'See which subscription fails; the digest itself is in the table (fleet-scanner history).',
    metric: total(
      [digestTopic, ...amazonQTopics].map((topic) =>
        topic.metricNumberOfNotificationsFailed({ period: Duration.minutes(5) }),
      ),
      'digests not delivered',
    ),
  },
  {
    name: 'schedule-not-delivered',
    broken:
      'EventBridge Scheduler could not start a scan, also when it tried again: the start is in the dead-letter queue.',
    todo: 'Read the message there: it says why. Scan by hand, then purge the queue.',
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({
      statistic: 'Maximum',
      period: Duration.minutes(5),
    }),
    silence: 'as-it-was',
  },
]

const slack = ({ config, slackDeadLetters }: WatchedParts): AlarmSpec[] =>
  slackDeadLetters === undefined
    ? []
    : [
        {
          name: 'slack-rejected',
          broken:
            'Slack does not take a digest, and will not when it is sent again: its channel was not told.',
          todo: "Read Slack's own word for it in the log of post-to-slack; usually the webhook or its channel is gone.",
          metric: scannerMetric(config.name, 'slackRejected', 'Sum', { period: Duration.minutes(5) }),
        },
        {
          name: 'slack-not-delivered',
          broken:
            'A digest did not come to Slack in three tries: it is in the dead-letter queue of post-to-slack.',
          todo: 'Mend the cause that the message there names, then have the function post it once more.',
          metric: slackDeadLetters.metricApproximateNumberOfMessagesVisible({
            statistic: 'Maximum',
            period: Duration.minutes(5),
          }),
          silence: 'as-it-was',
        },
      ]

const queries = ({ api }: WatchedParts): AlarmSpec[] =>
  api === undefined
    ? []
    : [
        {
          name: 'api-errors',
          broken: 'The API answers questions to the findings with errors of its own (5xx).',
          todo: 'Read the error in the log of query-findings, or in that of the API where no function was reached.',
          metric: api.metricServerError({ statistic: 'Sum', period: Duration.minutes(5) }),
          threshold: 3,
        },
      ]

/** What the store asks of the table. */
const OPERATIONS = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.DELETE_ITEM,
]

const storage = (table: ITable): AlarmSpec[] => {
  const period = Duration.minutes(5)
  const throttles = (metric: 'ReadThrottleEvents' | 'WriteThrottleEvents') =>
    table.metric(metric, { statistic: 'Sum', period })
  return [
    {
      name: 'table-throttled',
      broken: 'DynamoDB throttles the table: scans get slow, and verdicts may not be stored.',
      todo: 'Look for another user of the table, or a quota of the account.',
      metric: new MathExpression({
        expression: 'FILL(reads, 0) + FILL(writes, 0)',
        usingMetrics: { reads: throttles('ReadThrottleEvents'), writes: throttles('WriteThrottleEvents') },
        label: 'throttled requests',
        period,
      }),
      // The SDK tries a few throttled requests again, which is of no consequence.
      threshold: 50,
    },
    {
      name: 'table-errors',
      broken: 'DynamoDB answers with errors of its own.',
      todo: 'See the AWS Health Dashboard; a scan that broke off is told of by the next one.',
      metric: total(
        OPERATIONS.map((Operation) =>
          table.metric('SystemErrors', {
            dimensionsMap: { TableName: table.tableName, Operation },
            statistic: 'Sum',
            period,
          }),
        ),
        'errors of DynamoDB',
      ),
      threshold: 10,
    },
  ]
}
