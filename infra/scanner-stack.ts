import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import packageJson from '../package.json' with { type: 'json' }
import { collectorDocument } from '../shared/aws/document.ts'
import type { ScannerConfig } from '../shared/config/scanner-config.ts'
import { alarms } from './alarms.ts'
import { AmazonQChannels } from './amazon-q.ts'
import { CONFIG_FILE, type FunctionName } from './bundle.ts'
import { dashboard } from './dashboard.ts'
import { encryptionKey } from './encryption.ts'
import { evidenceBucket, writeSeals } from './evidence-bucket.ts'
import { accessLogName, QueryApi } from './query-api.ts'
import { ownTopics, subscribeByMail } from './routes.ts'
import { ScannerFunction } from './scanner-function.ts'
import { ScanSchedule } from './schedule.ts'
import { hasSlack, SlackPosts } from './slack.ts'
import {
  assumeMembers,
  leavePushes,
  leaveWaivers,
  listAccounts,
  orchestrate,
  publishTo,
  useOfKey,
  useOfTable,
} from './statements.ts'
import { findingsTable } from './table.ts'
import { alarmTopic, secureTopic } from './topics.ts'

export type ScannerStackProps = StackProps & {
  config: ScannerConfig
  /** Folder of each function's bundled code. */
  code: Record<FunctionName, string>
}

/** A scan may judge and tell after its deadline; after that its execution is taken for stuck. */
const GRACE = Duration.minutes(30)

/** The scanner itself: in one account and region, with the rights to enter those that it scans. */
export class ScannerStack extends Stack {
  constructor(scope: Construct, id: string, { config, code, ...props }: ScannerStackProps) {
    super(scope, id, {
      description: 'fleet-scanner: scheduled checks of etcd on Kubernetes control planes',
      terminationProtection: config.removalPolicy === 'retain',
      ...props,
    })
    const { name } = config
    Tags.of(this).add('fleet-scanner', name)
    const removal = config.removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    const key = encryptionKey(this, name, removal, [
      `/aws/lambda/${name}-*`,
      ...(config.api ? [accessLogName(name)] : []),
    ])
    const table = findingsTable(this, key, removal)
    const digests = secureTopic(this, 'DigestTopic', `${name}-digests`, key)
    subscribeByMail(digests, config)
    const alarmed = alarmTopic(this, config, key)
    const shared = { scanner: name, key }
    const slack = hasSlack(config)
      ? new SlackPosts(this, 'Slack', { ...shared, config, topic: digests, code: code['post-to-slack'] })
      : undefined
    const seals = config.evidenceBucket && evidenceBucket(this, config)
    const amazonQ = new AmazonQChannels(this, 'AmazonQ', config, key)
    const topicsOfQ = Object.entries(amazonQ.topics).map(
      ([route, { topicArn }]) => [route, topicArn] as const,
    )

    const parseResults = new ScannerFunction(this, 'ParseResults', {
      ...shared,
      name: 'parse-results',
      code: code['parse-results'],
      memorySize: 1769,
      timeout: Duration.minutes(5),
      environment: {
        TABLE_NAME: table.tableName,
        SCANNER_NAME: name,
        HISTORY_DAYS: String(config.retention.historyDays),
      },
      statements: [
        useOfTable(table.tableArn, { deletes: false }),
        leaveWaivers(table.tableArn),
        leavePushes(table.tableArn),
        useOfKey(key, 'dynamodb'),
        ...assumeMembers(config, 'reader'),
      ],
    })
    const runScan = new ScannerFunction(this, 'RunScan', {
      ...shared,
      name: 'run-scan',
      code: code['run-scan'],
      memorySize: 1024,
      timeout: Duration.minutes(15),
      durableConfig: {
        executionTimeout: Duration.minutes(config.deadlineMinutes).plus(GRACE),
        retentionPeriod: Duration.days(30),
      },
      environment: {
        TABLE_NAME: table.tableName,
        DIGEST_TOPIC_ARN: digests.topicArn,
        PARSE_FUNCTION_NAME: parseResults.alias.functionArn,
        CONFIG_FILE,
        ...(seals && { EVIDENCE_BUCKET: seals.bucketName }),
        ...(topicsOfQ.length > 0 && {
          AMAZON_Q_TOPICS: this.toJsonString(Object.fromEntries(topicsOfQ)),
        }),
      },
      statements: [
        useOfTable(table.tableArn, { deletes: true }),
        leaveWaivers(table.tableArn),
        leavePushes(table.tableArn),
        useOfKey(key, 'dynamodb'),
        publishTo([digests.topicArn, ...ownTopics(config), ...topicsOfQ.map(([, arn]) => arn)]),
        useOfKey(key, 'sns'),
        ...orchestrate(this, config),
        ...assumeMembers(config, 'sender'),
        ...listAccounts(config),
        ...(seals ? [writeSeals(seals.bucketArn)] : []),
      ],
    })
    const api =
      config.api &&
      new QueryApi(this, 'QueryApi', {
        ...shared,
        settings: config.api,
        code: code['query-findings'],
        tableName: table.tableName,
        tableArn: table.tableArn,
      })
    const schedule = new ScanSchedule(this, 'Schedule', config, runScan.alias.functionArn)

    const watched = {
      config,
      functions: {
        'run-scan': runScan.function,
        'parse-results': parseResults.function,
        ...(slack && { 'post-to-slack': slack.function }),
        ...(api && { 'query-findings': api.function }),
      },
      digestTopic: digests,
      amazonQTopics: Object.values(amazonQ.topics),
      alarmTopic: alarmed,
      // The class is typed more loosely than the interface that it implements.
      table: table as ITable,
      deadLetters: schedule.deadLetters,
      ...(slack && { slackDeadLetters: slack.deadLetters }),
      ...(api && { api: api.api }),
    }
    dashboard(this, { ...watched, alarms: alarms(this, watched) })

    const outputs = {
      TableName: table.tableName,
      RunScanArn: runScan.alias.functionArn,
      DigestTopicArn: digests.topicArn,
      AlarmTopicArn: alarmed.topicArn,
      ScheduleName: schedule.name,
      DocumentName: collectorDocument().name,
      Version: packageJson.version,
      ...(slack && { SlackFunctionName: slack.function.functionName }),
      ...(api && { ApiUrl: api.url, ApiInvokeArn: api.invokeArn }),
      ...(seals && { EvidenceBucketName: seals.bucketName }),
    }
    for (const [output, value] of Object.entries(outputs)) new CfnOutput(this, output, { value })
  }
}
