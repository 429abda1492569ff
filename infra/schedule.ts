import { Aws, Duration, Stack } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { acknowledge } from './nag.ts'

/**
 * Scheduler puts the time here at which it meant to start: the same for every try. The scan is named by it, and not the
 * execution, whose name could not hold it: docs/adr/0008-the-scan-not-the-execution-is-named-by-the-scheduled-time.md
 */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>'

/** Starts scans. What it could not deliver, after an hour of tries, is kept in a queue that has an alarm. */
export class ScanSchedule extends Construct {
  readonly name: string
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, { name, schedule }: ScannerConfig, runScanArn: string) {
    super(scope, id)
    this.name = name
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `${name}-undelivered`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(this.deadLetters, {
      'AwsSolutions-SQS3': 'It is itself the dead-letter queue of the schedule, and has an alarm.',
    })
    const stack = Stack.of(this)
    const role = new Role(this, 'Role', {
      roleName: `${name}-schedule`,
      description: `Lets the schedule ${name} start scans`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnEquals: {
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: 'default',
            }),
          },
        },
      }),
      inlinePolicies: {
        schedule: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'StartScans',
              actions: ['lambda:InvokeFunction'],
              resources: [runScanArn],
            }),
            new PolicyStatement({
              sid: 'KeepWhatWasNotDelivered',
              actions: ['sqs:SendMessage'],
              resources: [this.deadLetters.queueArn],
            }),
          ],
        }),
      },
    })
    const { expression, timeZone, flexibleMinutes } = schedule
    new CfnSchedule(this, 'Schedule', {
      name,
      description: `Starts scans of ${name}`,
      scheduleExpression: expression,
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow:
        flexibleMinutes === 0
          ? { mode: 'OFF' }
          : { mode: 'FLEXIBLE', maximumWindowInMinutes: flexibleMinutes },
      target: {
        arn: runScanArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ scheduledTime: SCHEDULED_TIME }),
        retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      },
    })
  }
}
