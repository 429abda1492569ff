import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { afterEach, expect, test, vi } from 'vitest'
import type { FunctionName } from '../../infra/bundle.ts'
import { ScannerStack } from '../../infra/scanner-stack.ts'
import { recordRejected } from '../../lambdas/post-to-slack/record-rejected.ts'
import { recordScan, recordSeal } from '../../lambdas/run-scan/record-scan.ts'
import { METRIC_NAMESPACE } from '../../shared/aws/metric-names.ts'
import { recordCalls } from '../../shared/aws/record-calls.ts'
import { alarmsOf, watchedStack } from './watched-stack.fixture.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const { template } = watchedStack('api: {}')
const ALARMS = alarmsOf(template)

/** What can stop without anybody noticing, each with the metric that shows it. */
const WAYS: Record<string, string> = {
  'no-scan-closed': 'FleetScanner ScanClosed',
  'target-errors': 'FleetScanner TargetErrors',
  'coverage-low': 'FleetScanner CoveragePercent',
  'digests-unpublished': 'FleetScanner DigestsUnpublished',
  'seals-missing': 'FleetScanner SealsMissing',
  'scan-failed': 'AWS/Lambda DurableExecutionFailed',
  'scan-timed-out': 'AWS/Lambda DurableExecutionTimedOut',
  'run-scan-errors': 'AWS/Lambda Errors',
  'run-scan-throttles': 'AWS/Lambda Throttles',
  'parse-results-errors': 'AWS/Lambda Errors',
  'parse-results-throttles': 'AWS/Lambda Throttles',
  'post-to-slack-errors': 'AWS/Lambda Errors',
  'post-to-slack-throttles': 'AWS/Lambda Throttles',
  'query-findings-errors': 'AWS/Lambda Errors',
  'query-findings-throttles': 'AWS/Lambda Throttles',
  'api-errors': 'AWS/ApiGateway 5xx',
  'slack-rejected': 'FleetScanner SlackRejected',
  'slack-not-delivered': 'AWS/SQS ApproximateNumberOfMessagesVisible',
  'digest-not-delivered': 'AWS/SNS NumberOfNotificationsFailed',
  'schedule-not-delivered': 'AWS/SQS ApproximateNumberOfMessagesVisible',
  'table-throttled': 'AWS/DynamoDB ReadThrottleEvents',
  'table-errors': 'AWS/DynamoDB SystemErrors',
}

const metricOf = (name: string): string => {
  const { Namespace, MetricName, Metrics: several = [] } = ALARMS[name] ?? {}
  const stat = several.find(({ MetricStat }) => MetricStat)?.MetricStat?.Metric
  return `${Namespace ?? stat?.Namespace} ${MetricName ?? stat?.MetricName}`
}

test('each way to stop without anybody noticing has its alarm', () => {
  expect(Object.fromEntries(Object.keys(ALARMS).map((name) => [name, metricOf(name)]))).toEqual(WAYS)
})

test('the deployed stack has them for all of its functions, and shows them', async () => {
  const code = await mkdtemp(join(tmpdir(), 'fleet-scanner-code-'))
  await writeFile(join(code, 'index.mjs'), 'export const handler = async () => {}')
  const { config } = watchedStack()
  const stack = new ScannerStack(new App(), 'Scanner', {
    config,
    code: new Proxy({} as Record<FunctionName, string>, { get: () => code }),
  })
  const deployed = Template.fromStack(stack)
  await rm(code, { recursive: true })
  const functions = Object.values(deployed.findResources('AWS::Lambda::Function')).map(({ Properties }) =>
    Properties.FunctionName.replace('my-scanner-', ''),
  )
  expect(functions).toEqual(expect.arrayContaining(['run-scan', 'parse-results']))
  const others = Object.keys(WAYS).filter(
    (name) => !/^(run-scan|parse-results|post-to-slack|query-findings|slack|api)-/.test(name),
  )
  const expected = [...others, ...functions.flatMap((name) => [`${name}-errors`, `${name}-throttles`])]
  expect(Object.keys(alarmsOf(deployed)).toSorted()).toEqual(expected.toSorted())
  deployed.resourceCountIs('AWS::CloudWatch::Dashboard', 1)
})

test.each(Object.keys(WAYS))(
  '%s tells the topic of alarms what is broken, what to do, and where to read on',
  (name) => {
    const { AlarmActions, AlarmDescription, AlarmName } = ALARMS[name] ?? {}
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmTopic/) }])
    expect(AlarmName).toBe(`my-scanner-${name}`)
    // CloudWatch takes 1,024 characters.
    expect(AlarmDescription?.length).toBeLessThan(1024)
    expect(AlarmDescription).toMatch(new RegExp(`^[A-Z].+\\. .+\\. Runbook: docs/runbook\\.md, ${name}\\.$`))
  },
)

test('each alarm has its page in the runbook, and each page an alarm', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')
  const pages = [...runbook.matchAll(/^## (.+)$/gm)].flatMap(([, heading = '']) => heading.split(', '))
  expect(pages.toSorted()).toEqual(Object.keys(ALARMS).toSorted())
})

test('no alarm looks back further than CloudWatch can', () => {
  for (const { Period, Metrics: several = [], EvaluationPeriods } of Object.values(ALARMS)) {
    const period = Period ?? Math.max(...several.map(({ MetricStat }) => MetricStat?.Period ?? 0))
    expect(period * EvaluationPeriods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800)
  }
})

test('silence of scans is an alarm after the longest gap of the schedule', () => {
  expect(ALARMS['no-scan-closed']).toMatchObject({
    ...{ Period: 3600, EvaluationPeriods: 26, DatapointsToAlarm: 26, Statistic: 'Sum' },
    ...{ Threshold: 1, ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
    OKActions: [{ Ref: expect.stringMatching(/^AlarmTopic/) }],
  })
  const hourly = alarmsOf(watchedStack('schedule: { expression: rate(1 hour) }').template)
  expect(hourly['no-scan-closed']).toMatchObject({ EvaluationPeriods: 3 })
})

test('a schedule that no alarm can watch is said when the stack is made', () => {
  const { template: rare, annotations } = watchedStack('schedule: { expression: rate(7 days) }')
  expect(Object.keys(alarmsOf(rare))).not.toContain('no-scan-closed')
  annotations.hasWarning('*', Match.stringLikeRegexp('rate\\(7 days\\) is too rare'))
  expect(watchedStack().annotations.findWarning('*', Match.stringLikeRegexp('too rare'))).toEqual([])
})

test.each<[string, string, number]>([
  ['target-errors', 'GreaterThanOrEqualToThreshold', 1],
  ['coverage-low', 'LessThanThreshold', 90],
  ['digests-unpublished', 'GreaterThanOrEqualToThreshold', 1],
  ['seals-missing', 'GreaterThanOrEqualToThreshold', 1],
  ['schedule-not-delivered', 'GreaterThanOrEqualToThreshold', 1],
  ['slack-not-delivered', 'GreaterThanOrEqualToThreshold', 1],
])('%s stays until there is better news, and tells of that too', (name, operator, threshold) => {
  expect(ALARMS[name]).toMatchObject({
    ...{ ComparisonOperator: operator, Threshold: threshold, TreatMissingData: 'ignore' },
    OKActions: [{ Ref: expect.stringMatching(/^AlarmTopic/) }],
  })
})

test.each(Object.keys(WAYS).filter((name) => ALARMS[name]?.OKActions === undefined))(
  '%s is about an event: it tells once, and silence is fine',
  (name) => {
    expect(ALARMS[name]).toMatchObject({
      ...{ ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' },
      ...{ EvaluationPeriods: 1, Threshold: THRESHOLDS[name] ?? 1 },
    })
  },
)

/** A few of these are usual, and nothing is lost by them. */
const THRESHOLDS: Record<string, number> = {
  'parse-results-errors': 4,
  'post-to-slack-errors': 3,
  'query-findings-errors': 3,
  'query-findings-throttles': 20,
  'api-errors': 3,
  'table-throttled': 50,
  'table-errors': 10,
}

test('the coverage that raises an alarm is the configured one', () => {
  const lower = alarmsOf(watchedStack('alarms: { coverageBelowPercent: 50 }').template)['coverage-low']
  expect(lower).toMatchObject({ Threshold: 50 })
  expect(lower?.AlarmDescription).toContain('less than 50 percent')
})

test('a metric that nobody writes would never raise an alarm: those of the scanner are written so', () => {
  vi.stubEnv('POWERTOOLS_DEV', 'true')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const written = new Set<string>()
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    const line = JSON.parse(text)
    for (const { Namespace, Dimensions, Metrics: named } of line._aws.CloudWatchMetrics)
      for (const { Name } of named)
        for (const set of Dimensions as string[][])
          written.add([Namespace, Name, ...set.map((key) => `${key}=${line[key]}`).toSorted()].join(' '))
  })
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'my-scanner' })
  recordScan(metrics, {
    ...{
      scanId: 's1',
      status: 'closed',
      changes: 0,
      digest: 'none',
      unpublished: 0,
      targetErrors: [],
      findings: {},
    },
    ...{ openedAt: '2026-01-31T12:00:00Z', closedAt: '2026-01-31T12:01:30Z' },
    coverage: { total: 1, assessed: 1, byState: { assessed: 1 } },
  })
  recordSeal(metrics, { scanId: 's1' })
  recordCalls(metrics, { SendCommand: 1 })
  recordRejected(metrics)

  const alarmed = Object.values(ALARMS)
    .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE)
    .map(({ Namespace, MetricName, Dimensions = [] }) =>
      [Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted()].join(
        ' ',
      ),
    )
  expect(alarmed).toHaveLength(6)
  expect([...written]).toEqual(expect.arrayContaining(alarmed))

  const body = JSON.stringify(Object.values(template.findResources('AWS::CloudWatch::Dashboard')))
  const shown = [...body.matchAll(/\[\\"FleetScanner\\",\\"(\w+)\\",((?:\\"[\w-]+\\",?)+)/g)].map(
    ([, name, dimensions = '']) => {
      const words = [...dimensions.matchAll(/\\"([\w-]+)\\"/g)].map(([, word]) => word)
      const pairs = words.flatMap((word, i) => (i % 2 === 0 ? [`${word}=${words[i + 1]}`] : []))
      return ['FleetScanner', name, ...pairs.toSorted()].join(' ')
    },
  )
  expect(new Set(shown).size).toBe(13)
  expect([...written]).toEqual(expect.arrayContaining(shown))
  expect(body).toContain('{FleetScanner,operation,service} MetricName=')
  expect([...written]).toContain('FleetScanner ApiCalls operation=SendCommand service=my-scanner')
})
