import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from '../../shared/aws/metric-names.ts'
import type { Coverage, CoverageState } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import type { ScanSummary, SealOutcome } from './deps.ts'

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
    one.addMetric(METRICS.instances, MetricUnit.Count, summary.coverage.byState[state] ?? 0)
  }
  for (const status of STATUSES) {
    const one = metrics.singleMetric()
    one.addDimension('status', status)
    one.addMetric(METRICS.findings, MetricUnit.Count, summary.findings[status] ?? 0)
  }
  const duration = (Date.parse(summary.closedAt) - Date.parse(summary.openedAt)) / 1000
  metrics.addMetric(METRICS.scanDuration, MetricUnit.Seconds, duration)
  metrics.addMetric(METRICS.scanClosed, MetricUnit.Count, summary.status === 'closed' ? 1 : 0)
  metrics.addMetric(METRICS.targetErrors, MetricUnit.Count, summary.targetErrors.length)
  metrics.addMetric(METRICS.coveragePercent, MetricUnit.Percent, percentOf(summary.coverage))
  metrics.addMetric(METRICS.digestsUnpublished, MetricUnit.Count, summary.unpublished)
  metrics.publishStoredMetrics()
}

/** Zero too, so that an alarm sees the recovery. */
export const recordSeal = (metrics: Metrics, { problem }: SealOutcome): void => {
  metrics.addMetric(METRICS.sealsMissing, MetricUnit.Count, problem === undefined ? 0 : 1)
  metrics.publishStoredMetrics()
}

/** Nothing to assess is nothing assessed: selectors that match no instance any more must not look like full coverage. */
const percentOf = ({ assessed, total }: Coverage): number => (total === 0 ? 0 : (100 * assessed) / total)
