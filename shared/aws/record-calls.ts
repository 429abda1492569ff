import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from './metric-names.ts'

/** Writes requests by operation as CloudWatch metrics; CloudWatch adds up what the invocations of a scan write. */
export const recordCalls = (metrics: Metrics, counts: Record<string, number>): void => {
  for (const [operation, count] of Object.entries(counts)) {
    const one = metrics.singleMetric()
    one.addDimension('operation', operation)
    one.addMetric(METRICS.apiCalls, MetricUnit.Count, count)
  }
}
