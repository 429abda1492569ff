import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { alarmSpecs, type WatchedParts } from './alarm-specs.ts'

/** What the alarms look at, and who is told. */
export type AlarmedParts = WatchedParts & { alarmTopic: ITopic }

/** An alarm for each way in which the scanner can stop without anybody noticing. */
export const alarms = (scope: Construct, parts: AlarmedParts): Alarm[] => {
  const { config, alarmTopic } = parts
  return alarmSpecs(scope, parts).map((spec) => {
    const { name, broken, todo, metric, threshold = 1, below = false, periods = 1, silence = 'fine' } = spec
    const alarm = new Alarm(scope, `Alarm-${name}`, {
      alarmName: `${config.name}-${name}`,
      alarmDescription: `${broken} ${todo} Runbook: docs/runbook.md, ${name}.`,
      metric,
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: MISSING[silence],
    })
    alarm.addAlarmAction(new SnsAction(alarmTopic))
    // Of an event there is no recovery: that nothing failed in the next five minutes says nothing.
    if (silence !== 'fine') alarm.addOkAction(new SnsAction(alarmTopic))
    return alarm
  })
}

const MISSING = {
  fine: TreatMissingData.NOT_BREACHING,
  'as-it-was': TreatMissingData.IGNORE,
  broken: TreatMissingData.BREACHING,
}
