import { Metrics } from '@aws-lambda-powertools/metrics'
import { afterEach, expect, test, vi } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { recordScan } from '../../lambdas/run-scan/record-scan.ts'
import { METRIC_NAMESPACE } from '../../shared/aws/metric-names.ts'
import { recordCalls } from '../../shared/aws/record-calls.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const SUMMARY: ScanSummary = {
  scanId: 's1',
  status: 'closed',
  openedAt: '2026-01-31T12:00:00Z',
  closedAt: '2026-01-31T12:01:30Z',
  coverage: { total: 3, assessed: 2, byState: { assessed: 2, unreachable: 1 } },
  findings: { PASS: 1, FAIL: 1 },
  changes: 1,
  digest: 'frozen',
  unpublished: 2,
  targetErrors: ['a/b: denied'],
}

type Emf = Record<string, unknown> & {
  _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[] }
}

/** The lines that CloudWatch makes metrics of. */
const written = (record: (metrics: Metrics) => void): Emf[] => {
  vi.stubEnv('POWERTOOLS_DEV', 'true')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const lines: Emf[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
  record(new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'my-scanner' }))
  return lines
}

const recorded = (change: Partial<ScanSummary> = {}) =>
  written((metrics) => recordScan(metrics, { ...SUMMARY, ...change }))

const metric = (lines: Emf[], name: string) => lines.find((line) => name in line)?.[name]

test('a scan shows in CloudWatch: instances by state, findings by status, zeros too, and what went wrong', () => {
  const lines = recorded()
  const instances = lines.filter((line) => 'Instances' in line).map((line) => [line.state, line.Instances])
  expect(Object.fromEntries(instances)).toEqual({
    ...{ assessed: 2, unreachable: 1 },
    ...{ unmanaged: 0, stopped: 0, excluded: 0, 'left-scope': 0, retired: 0 },
  })
  const findings = lines.filter((line) => 'Findings' in line).map((line) => [line.status, line.Findings])
  expect(Object.fromEntries(findings)).toEqual({ PASS: 1, FAIL: 1, ERROR: 0, NOT_APPLICABLE: 0 })
  expect(lines.find((line) => 'ScanDuration' in line)).toMatchObject({
    ScanDuration: 90,
    ScanClosed: 1,
    TargetErrors: 1,
    DigestsUnpublished: 2,
  })
  expect(metric(lines, 'CoveragePercent')).toBeCloseTo(66.67, 1)
})

test('alarms find the metrics under the name of the scanner, split ones under one dimension more', () => {
  for (const line of recorded()) {
    const [set] = line._aws.CloudWatchMetrics
    expect(set?.Namespace).toBe('FleetScanner')
    const split = 'Instances' in line ? ['state'] : 'Findings' in line ? ['status'] : []
    expect(set?.Dimensions.map((each) => each.toSorted())).toEqual([['service', ...split]])
    expect(line.service).toBe('my-scanner')
  }
})

test.each<[string, Partial<ScanSummary>, string, number]>([
  ['one that failed has not closed', { status: 'failed' }, 'ScanClosed', 0],
  ['all digests are out', { digest: 'published', unpublished: 0 }, 'DigestsUnpublished', 0],
  ['none of its own, an earlier one waits', { digest: 'none', unpublished: 1 }, 'DigestsUnpublished', 1],
  ['no target error', { targetErrors: [] }, 'TargetErrors', 0],
  ['all assessed', { coverage: { total: 2, assessed: 2, byState: { assessed: 2 } } }, 'CoveragePercent', 100],
  ['none to assess', { coverage: { total: 0, assessed: 0, byState: { retired: 2 } } }, 'CoveragePercent', 0],
])('what an alarm looks at: %s', (_name, change, name, value) => {
  expect(metric(recorded(change), name)).toBe(value)
})

test('requests show by operation', () => {
  const lines = written((metrics) => recordCalls(metrics, { SendCommand: 3, ListCommands: 1 }))
  expect(lines.map(({ operation, ApiCalls }) => [operation, ApiCalls])).toEqual([
    ['SendCommand', 3],
    ['ListCommands', 1],
  ])
  for (const line of lines)
    expect(line._aws.CloudWatchMetrics[0]?.Dimensions[0]?.toSorted()).toEqual(['operation', 'service'])
})
