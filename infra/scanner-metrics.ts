import { Duration } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { METRIC_NAMESPACE, METRICS } from '../shared/aws/metric-names.ts'

type Statistic = 'Sum' | 'Minimum' | 'Maximum'

/** One of the scanner's own metrics; `split` is the dimension beside `service`, as in `{ state: 'assessed' }`. */
export const scannerMetric = (
  scanner: string,
  name: keyof typeof METRICS,
  statistic: Statistic,
  { split = {}, period = Duration.hours(1) }: { split?: Record<string, string>; period?: Duration } = {},
): Metric =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS[name],
    dimensionsMap: { service: scanner, ...split },
    statistic,
    period,
    ...(Object.keys(split).length > 0 && { label: Object.values(split).join(' ') }),
  })

/**
 * What Lambda says of durable executions, by function:
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
 */
export type DurableMetric =
  | 'DurableExecutionStarted'
  | 'DurableExecutionSucceeded'
  | 'DurableExecutionFailed'
  | 'DurableExecutionTimedOut'
  | 'DurableExecutionStopped'
