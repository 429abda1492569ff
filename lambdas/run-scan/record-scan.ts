import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { CoverageState } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import type { ScanSummary } from './deps.ts'

const STATES: CoverageState[] = [
  'assessed',
  'unreachable',
  'unmanaged',
  'stopped',
  'excluded',
  'left-scope',
  'retired',
]
const STATUSES: Status[] = ['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE']

/**
 * Writes a scan's numbers as CloudWatch metrics: instances by coverage state, findings by status (zeros too, so that
 * an alarm sees a recovery), how long it took, and what went wrong. A scan that is closed twice counts twice.
 */
export const recordScan = (metrics: Metrics, summary: ScanSummary): void => {
  for (const state of STATES) {
    const one = metrics.singleMetric()
    one.addDimension('state', state)
    one.addMetric('Instances', MetricUnit.Count, summary.coverage.byState[state] ?? 0)
  }
  for (const status of STATUSES) {
    const one = metrics.singleMetric()
    one.addDimension('status', status)
    one.addMetric('Findings', MetricUnit.Count, summary.findings[status] ?? 0)
  }
  const duration = (Date.parse(summary.closedAt) - Date.parse(summary.openedAt)) / 1000
  metrics.addMetric('ScanDuration', MetricUnit.Seconds, duration)
  metrics.addMetric('ScansClosed', MetricUnit.Count, summary.status === 'closed' ? 1 : 0)
  metrics.addMetric('TargetErrors', MetricUnit.Count, summary.targetErrors.length)
  metrics.addMetric('DigestsNotPublished', MetricUnit.Count, summary.digest === 'frozen' ? 1 : 0)
  metrics.publishStoredMetrics()
}
