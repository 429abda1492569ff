import packageJson from '../package.json' with { type: 'json' }
import { collectorDocument } from '../shared/aws/document.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { HOME_ACCOUNT } from './caller.ts'
import { HOME_REGION } from './credentials.ts'
import { LOCAL_TABLE } from './database.ts'
import type { EndpointOptions } from './endpoint.ts'
import { durableExecutions, type RunFunction } from './executions.ts'

const ALIAS = 'live'

/** The stack that the embedded account has, as the command line finds a deployed one: outputs, function, schedule. */
export const deployedStack = (
  { name, schedule }: Pick<ScannerConfig, 'name' | 'schedule'>,
  digestTopicArn: string,
  run: RunFunction,
): NonNullable<EndpointOptions['stack']> => {
  const functionName = `${name}-run-scan`
  const runScanArn = `arn:aws:lambda:${HOME_REGION}:${HOME_ACCOUNT}:function:${functionName}:${ALIAS}`
  const scheduleName = `${name}-scan`
  return {
    name,
    outputs: {
      TableName: LOCAL_TABLE,
      RunScanArn: runScanArn,
      DigestTopicArn: digestTopicArn,
      AlarmTopicArn: `arn:aws:sns:${HOME_REGION}:${HOME_ACCOUNT}:${name}-alarms`,
      ScheduleName: scheduleName,
      DocumentName: collectorDocument().name,
      Version: packageJson.version,
    },
    runScan: { name: functionName, alias: ALIAS, executions: durableExecutions(functionName, run) },
    schedule: {
      name: scheduleName,
      first: {
        ScheduleExpression: schedule.expression,
        ScheduleExpressionTimezone: schedule.timeZone,
        Description: 'Scans the fleet.',
        State: 'ENABLED',
        ActionAfterCompletion: 'NONE',
        FlexibleTimeWindow:
          schedule.flexibleMinutes > 0
            ? { Mode: 'FLEXIBLE', MaximumWindowInMinutes: schedule.flexibleMinutes }
            : { Mode: 'OFF' },
        Target: {
          Arn: runScanArn,
          RoleArn: `arn:aws:iam::${HOME_ACCOUNT}:role/${name}-schedule`,
          Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 },
        },
      },
    },
  }
}
