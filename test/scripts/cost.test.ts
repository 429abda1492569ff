import { Metrics } from '@aws-lambda-powertools/metrics'
import { afterEach, expect, test, vi } from 'vitest'
import { recordScan, recordSeal } from '../../lambdas/run-scan/record-scan.ts'
import { apiCost, bucketCost, monthlyCost, PRICES, USE } from '../../scripts/cost.ts'
import { alarmsOf, watchedStack } from '../infra/watched-stack.fixture.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const FLEET = { instances: 1000, targets: 4, scansPerMonth: 30 }

/** All prices 0 but these. */
const only = (prices: Partial<typeof PRICES>): typeof PRICES => ({
  ...(Object.fromEntries(Object.keys(PRICES).map((name) => [name, 0])) as typeof PRICES),
  ...prices,
})
const together = (fleet = FLEET, prices = PRICES) =>
  Object.values(monthlyCost(fleet, prices)).reduce((sum, each) => sum + each, 0)

test.each<[string, Partial<typeof PRICES>, number]>([
  // 20 commands: 14 + 6 x 4 + (4 + 3) x 20 operations, 12 + 2 x 4 + 0.155 x 1000 write units, 30 times.
  ['durable operations', { durableOperation: 1 }, 30 * 178],
  ['write units', { writeUnit: 1 }, 30 * 175],
  ['read units', { readUnit: 1 }, 30 * 1500],
  // 6 x 4 + 3 x 20 of run-scan, 20 of parse-results.
  ['requests', { request: 1 }, 30 * 104],
  // 84 s at 1 GB, and 20 s + 1000 x 0.05 s at 1,769 MB.
  ['GB-seconds', { gbSecond: 1 }, 30 * (84 + (70 * 1769) / 1024)],
  ['custom metrics, by the hour', { customMetric: 730 }, 25 * 30],
  ['alarms', { alarmMetric: 1 }, 25],
  ['a dashboard', { dashboard: 1 }, 1],
  ['a key', { key: 1 }, 1],
])('a month of daily scans of 1,000 instances takes so many %s', (_what, prices, count) => {
  expect(together(FLEET, only(prices))).toBeCloseTo(count, 6)
})

test('stored records grow with the scans that are kept, and metrics cost no more than a whole month', () => {
  const storage = (scansPerMonth: number) =>
    together({ ...FLEET, scansPerMonth }, only({ tableGbMonth: 1024 * 1024 })) / 1000
  expect(storage(30)).toBeCloseTo(20 + 0.15 * 30 * 13.2)
  expect(storage(730)).toBeCloseTo(20 + 0.15 * 730 * 13.2)
  expect(together({ ...FLEET, scansPerMonth: 2000 }, only({ customMetric: 1 }))).toBe(25)
})

test('an empty target costs something, and a command reaches 50 instances', () => {
  const operations = (fleet: Partial<typeof FLEET>) =>
    together({ ...FLEET, scansPerMonth: 1, ...fleet }, only({ durableOperation: 1 }))
  expect(operations({ instances: 0, targets: 10 })).toBe(14 + 60 + 70)
  expect(operations({ instances: 51, targets: 1 }) - operations({ instances: 50, targets: 1 })).toBe(7)
})

test('what is there only where it is asked for is paid for by use', () => {
  expect(apiCost(1000, only({ apiRequest: 1 }))).toBe(1000)
  expect(apiCost(1000, only({ alarmMetric: 1 }))).toBe(3)
  expect(apiCost(1000, only({ readUnit: 1 }))).toBe(50_000)
  expect(apiCost(10, only({ gbSecond: 1 }))).toBeCloseTo(3)
  expect(bucketCost(FLEET, 5, only({ upload: 1 }))).toBe(30)
  expect(bucketCost(FLEET, 2, only({ bucketGbMonth: 1024 * 1024 }))).toBeCloseTo(14 * 30 * 24)
})

test('the metrics that are paid for are those that there are', () => {
  const watched = (settings: string) =>
    Object.values(alarmsOf(watchedStack(settings).template))
      .map(({ Metrics: parts = [] }) => parts.filter(({ MetricStat }) => MetricStat).length || 1)
      .reduce((sum, each) => sum + each, 0)
  expect(USE.alarmMetrics).toBe(watched(''))
  expect(USE.alarmMetrics + USE.alarmMetricsOfApi).toBe(watched('api: {}'))

  vi.stubEnv('POWERTOOLS_DEV', 'true')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const metrics = new Metrics({ namespace: 'n', serviceName: 's' })
  recordSeal(metrics, { scanId: 's1' })
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
  const written = log.mock.calls.flatMap(([line]) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics)
  // DescribeInstances, DescribeInstanceInformation, GetDocument, SendCommand, CancelCommand, ListCommands,
  // ListCommandInvocations, GetCommandInvocation
  expect(USE.customMetrics).toBe(written.length + 8)
})
