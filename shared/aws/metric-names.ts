/** The CloudWatch namespace of the scanner's own metrics. */
export const METRIC_NAMESPACE = 'FleetScanner'

/**
 * The scanner's own metrics. Each has the dimension `service`, the scanner's name; those that are split have one more,
 * named here. Alarms and dashboard are made from the same names: a metric that is written under another is an alarm
 * that never fires.
 */
export const METRICS = {
  /** 1 for each scan of the whole fleet that closed, 0 for one that failed. */
  scanClosed: 'ScanClosed',
  /** From opened to closed, in seconds. */
  scanDuration: 'ScanDuration',
  /** Accounts and regions, or groups of instances in them, that could not be scanned. */
  targetErrors: 'TargetErrors',
  /** Of the instances that should have been assessed, those that were; 0 where there are none. */
  coveragePercent: 'CoveragePercent',
  /** Messages, of earlier scans too, that no topic has taken. */
  digestsUnpublished: 'DigestsUnpublished',
  /** 1 for each scan that could not be sealed, or whose seal is not in the bucket; else 0. */
  sealsMissing: 'SealsMissing',
  /** Times that Slack, or our own check, would not take a digest, and never will. */
  slackRejected: 'SlackRejected',
  /** Instances, by `state`. */
  instances: 'Instances',
  /** Findings of the whole fleet, by `status`. */
  findings: 'Findings',
  /** Requests to EC2 and Systems Manager, repeated ones too, by `operation`. */
  apiCalls: 'ApiCalls',
} as const
