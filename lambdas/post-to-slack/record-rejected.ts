import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from '../../shared/aws/metric-names.ts'

/** Counts a digest that Slack will not take, as a CloudWatch metric that has an alarm. */
export const recordRejected = (metrics: Metrics): void => {
  metrics.addMetric(METRICS.slackRejected, MetricUnit.Count, 1)
  metrics.publishStoredMetrics()
}
