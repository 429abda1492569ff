import { Metrics } from '@aws-lambda-powertools/metrics'
import { afterEach, expect, test, vi } from 'vitest'
import type { ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { recordScan } from '../../lambdas/run-scan/record-scan.ts'

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
  targetErrors: ['a/b: denied'],
}

type Emf = Record<string, unknown> & {
  _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[] }
}

test('a scan shows in CloudWatch: instances by state, findings by status, zeros too, and what went wrong', () => {
  vi.stubEnv('POWERTOOLS_DEV', 'true')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const lines: Emf[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
  recordScan(new Metrics({ namespace: 'FleetScanner', serviceName: 'run-scan' }), SUMMARY)

  const instances = lines.filter((line) => 'Instances' in line).map((line) => [line.state, line.Instances])
  expect(Object.fromEntries(instances)).toMatchObject({
    assessed: 2,
    unreachable: 1,
    unmanaged: 0,
    stopped: 0,
  })
  const findings = lines.filter((line) => 'Findings' in line).map((line) => [line.status, line.Findings])
  expect(Object.fromEntries(findings)).toEqual({ PASS: 1, FAIL: 1, ERROR: 0, NOT_APPLICABLE: 0 })
  expect(lines.find((line) => 'ScanDuration' in line)).toMatchObject({
    ScanDuration: 90,
    ScansClosed: 1,
    TargetErrors: 1,
    DigestsNotPublished: 1,
  })
  for (const line of lines) expect(line._aws.CloudWatchMetrics[0]?.Namespace).toBe('FleetScanner')
})
