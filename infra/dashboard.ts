import { Duration } from 'aws-cdk-lib'
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  MathExpression,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { METRIC_NAMESPACE, METRICS } from '../shared/aws/metric-names.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { type DurableMetric, scannerMetric } from './scanner-metrics.ts'

export type ShownParts = {
  config: ScannerConfig
  functions: { 'run-scan': IFunction } & Record<string, IFunction>
  digestTopic: ITopic
  api?: IHttpApi
  alarms: IAlarm[]
}

/** One page: is it running, what did it find, what does it cost. Named after the scanner. */
export const dashboard = (scope: Construct, parts: ShownParts): Dashboard =>
  new Dashboard(scope, 'Dashboard', {
    dashboardName: parts.config.name,
    defaultInterval: Duration.days(14),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: parts.alarms, width: 24, height: 4 })],
      fleet(parts.config.name),
      running(parts),
      [apiCalls(parts.config.name), digests(parts)],
      ...(parts.api ? [questions(parts.api)] : []),
    ],
  })

const fleet = (name: string) => {
  const coverage = scannerMetric(name, 'coveragePercent', 'Minimum')
  const split = (metric: 'instances' | 'findings', dimension: string, values: string[]): IMetric[] =>
    values.map((value) => scannerMetric(name, metric, 'Maximum', { split: { [dimension]: value } }))
  return [
    new SingleValueWidget({ title: 'Assessed, of those that should be (%)', metrics: [coverage], width: 4 }),
    graph(
      'Instances by coverage',
      split('instances', 'state', ['assessed', 'unreachable', 'unmanaged', 'stopped', 'excluded']),
      10,
    ),
    graph('Findings by status', split('findings', 'status', ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']), 10),
  ]
}

const running = ({ config, functions }: ShownParts) => {
  const durable = (metric: DurableMetric) =>
    functions['run-scan'].metric(metric, { statistic: 'Sum', period: Duration.hours(1) })
  return [
    graph('How long a scan takes (s)', [scannerMetric(config.name, 'scanDuration', 'Maximum')], 8),
    graph(
      'Executions of run-scan',
      [
        durable('DurableExecutionSucceeded'),
        durable('DurableExecutionFailed'),
        durable('DurableExecutionTimedOut'),
        durable('DurableExecutionStopped'),
      ],
      8,
    ),
    graph(
      'Errors and throttles',
      [
        scannerMetric(config.name, 'targetErrors', 'Maximum'),
        ...Object.entries(functions).flatMap(([name, fn]) => [
          fn.metricErrors({ label: `${name} errors` }),
          fn.metricThrottles({ label: `${name} throttles` }),
        ]),
      ],
      8,
    ),
  ]
}

/** Which operations there are shows only once they are called: hence a search. */
const apiCalls = (name: string) => {
  const search = `SEARCH('{${METRIC_NAMESPACE},operation,service} MetricName="${METRICS.apiCalls}" service="${name}"', 'Sum', 3600)`
  const calls = new MathExpression({ expression: search, label: '', period: Duration.hours(1) })
  return graph('Requests to EC2 and Systems Manager', [calls], 12)
}

const digests = ({ config, digestTopic }: ShownParts) =>
  graph(
    'Digests',
    [
      digestTopic.metricNumberOfMessagesPublished({ label: 'published' }),
      digestTopic.metricNumberOfNotificationsDelivered({ label: 'delivered' }),
      digestTopic.metricNumberOfNotificationsFailed({ label: 'not delivered' }),
      scannerMetric(config.name, 'digestsUnpublished', 'Maximum'),
    ],
    12,
  )

const questions = (api: IHttpApi) => [
  graph(
    'Questions to the API',
    [
      api.metricCount({ label: 'asked', statistic: 'Sum' }),
      api.metricClientError({ label: 'refused or wrong', statistic: 'Sum' }),
      api.metricServerError({ label: 'failed', statistic: 'Sum' }),
    ],
    12,
  ),
  graph('How long an answer takes (ms)', [api.metricLatency({ label: 'nine of ten', statistic: 'p90' })], 12),
]

const graph = (title: string, left: IMetric[], width: number) => new GraphWidget({ title, left, width })
