import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { longestGapHours } from './schedule-gap.ts'

/**
 * The longest that an alarm looks back: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * (period times periods is at most seven days where the period is an hour or more).
 */
const MOST_HOURS = 168

/** A scan may go on after its deadline, to judge and to tell; a metric takes its time to be seen. */
const SLACK_HOURS = 1.25

/**
 * After how many hours without a closed scan something is wrong: as configured, else the longest gap of the schedule
 * with all that a scan may take. Undefined where no alarm can look back so far: the schedule is too rare.
 */
export const noScanHours = ({ alarms, schedule, deadlineMinutes }: ScannerConfig): number | undefined => {
  const { expression, timeZone, flexibleMinutes } = schedule
  const wanted =
    alarms.noScanHours ??
    Math.ceil(longestGapHours(expression, timeZone) + (flexibleMinutes + deadlineMinutes) / 60 + SLACK_HOURS)
  return wanted > MOST_HOURS ? undefined : wanted
}
