import { policyText } from '../../../infra/policy-text.ts'
import { every, type Guarantee, resourcesOf } from './guarantee.ts'
import { OPTIONAL_GUARANTEES } from './optional-guarantees.ts'
import { SCANNER_RIGHTS } from './scanner-rights.ts'

const isKey = (value: unknown): boolean => policyText(value) === '<Key.Arn>'

type Flag = {
  Enabled?: boolean
  PointInTimeRecoveryEnabled?: boolean
  SSEEnabled?: boolean
  SSEType?: string
  KMSMasterKeyId?: unknown
}

const LASTS: Record<string, string> = {
  'AWS::KMS::Key': 'what is encrypted with a key is lost with it',
  'AWS::DynamoDB::Table': 'the history is what the scanner is for',
  'AWS::Lambda::Version':
    'an execution goes on with the code that it began with, while a deployment moves the alias',
}

const KEPT = Object.entries(LASTS).flatMap(([type, why]) =>
  (['DeletionPolicy', 'UpdateReplacePolicy'] as const).map((policy) =>
    every(type, `${type} is retained (${policy}): ${why}`, (_, resource) => resource[policy] === 'Retain'),
  ),
)

const DATA: Guarantee[] = [
  every(
    'AWS::KMS::Key',
    'the key is renewed each year',
    ({ EnableKeyRotation }) => EnableKeyRotation === true,
  ),
  every(
    'AWS::DynamoDB::Table',
    'the table cannot be deleted by a slip',
    ({ DeletionProtectionEnabled }) => DeletionProtectionEnabled === true,
  ),
  every(
    'AWS::DynamoDB::Table',
    'a wrong write can be taken back for 35 days',
    ({ PointInTimeRecoverySpecification: recovery }) =>
      (recovery as Flag | undefined)?.PointInTimeRecoveryEnabled === true,
  ),
  every(
    'AWS::DynamoDB::Table',
    'the table is encrypted with the key of the scanner',
    ({ SSESpecification }) => {
      const { SSEEnabled, SSEType, KMSMasterKeyId } = (SSESpecification ?? {}) as Flag
      return SSEEnabled === true && SSEType === 'KMS' && isKey(KMSMasterKeyId)
    },
  ),
  every(
    'AWS::DynamoDB::Table',
    'what may expire does, so that the table does not grow for ever',
    ({ TimeToLiveSpecification: ttl }) => (ttl as Flag | undefined)?.Enabled === true,
  ),
  every('AWS::SNS::Topic', 'topics are encrypted with the key of the scanner', ({ KmsMasterKeyId }) =>
    isKey(KmsMasterKeyId),
  ),
  every(
    'AWS::SQS::Queue',
    'what was not delivered is encrypted',
    ({ SqsManagedSseEnabled }) => SqsManagedSseEnabled === true,
  ),
  every(
    'AWS::SQS::Queue',
    'what was not delivered is kept for two weeks: a weekend, and a holiday',
    ({ MessageRetentionPeriod }) => MessageRetentionPeriod === 14 * 86_400,
  ),
]

const LOGS: Guarantee[] = [
  every('AWS::Logs::LogGroup', 'logs are encrypted with the key of the scanner', ({ KmsKeyId }) =>
    isKey(KmsKeyId),
  ),
  every(
    'AWS::Logs::LogGroup',
    'logs are kept for three months',
    ({ RetentionInDays }) => RetentionInDays === 90,
  ),
  {
    says: 'each function has a log of its own, with a limit and a key; one that Lambda makes has neither',
    broken: (template) => {
      const logs = new Set(
        resourcesOf(template, 'AWS::Logs::LogGroup').map(({ properties }) => properties.LogGroupName),
      )
      return resourcesOf(template, 'AWS::Lambda::Function')
        .filter(({ properties }) => !logs.has(`/aws/lambda/${String(properties.FunctionName)}`))
        .map(({ id }) => `no log of its own: ${id}`)
    },
  },
]

/** Seconds that each function may take. */
const TIMEOUTS: Record<string, number> = {
  'fleet-scanner-run-scan': 900,
  'fleet-scanner-parse-results': 300,
  'fleet-scanner-post-to-slack': 60,
  'fleet-scanner-query-findings': 29,
}

type Durable = { ExecutionTimeout?: number; RetentionPeriodInDays?: number }

const RUNNING: Guarantee[] = [
  every(
    'AWS::Lambda::Function',
    'each function has the time that its work takes; the default is three seconds',
    ({ FunctionName, Timeout }) => Timeout === TIMEOUTS[String(FunctionName)],
  ),
  {
    says: 'run-scan is durable, and ends half an hour after its deadline; an execution that hangs would hold the lock',
    broken: (template) => {
      const [runScan] = resourcesOf(template, 'AWS::Lambda::Function').filter(
        ({ properties }) => properties.FunctionName === 'fleet-scanner-run-scan',
      )
      const durable = runScan?.properties.DurableConfig as Durable | undefined
      const isRight = durable?.ExecutionTimeout === 45 * 60 && durable.RetentionPeriodInDays === 30
      return isRight ? [] : [`not so: ${JSON.stringify(durable)}`]
    },
  },
  every(
    'AWS::Scheduler::Schedule',
    'a start that fails is tried again, for an hour, and is then kept in the dead-letter queue',
    ({ Target }) => {
      const { RetryPolicy: retry, DeadLetterConfig: letters } = Target as Record<
        string,
        Record<string, unknown> | undefined
      >
      return (
        retry?.MaximumRetryAttempts === 10 &&
        retry.MaximumEventAgeInSeconds === 3600 &&
        policyText(letters?.Arn) === '<ScheduleDeadLetters.Arn>'
      )
    },
  ),
]

const SLACK: Guarantee[] = [
  every(
    'AWS::Lambda::EventInvokeConfig',
    'a digest for Slack is tried three times, for six hours while Lambda cannot, and is then kept',
    ({ MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig, Qualifier }) =>
      MaximumRetryAttempts === 2 &&
      MaximumEventAgeInSeconds === 6 * 3600 &&
      Qualifier === '$LATEST' &&
      policyText((DestinationConfig as Destinations | undefined)?.OnFailure?.Destination) ===
        '<SlackDeadLetters.Arn>',
  ),
  ...['AWS::Lambda::EventInvokeConfig', 'AWS::Chatbot::SlackChannelConfiguration'].map(
    (type): Guarantee => ({
      says: `there is one ${type}`,
      broken: (template) => (resourcesOf(template, type).length === 1 ? [] : [`not one ${type}`]),
    }),
  ),
  every(
    'AWS::Chatbot::SlackChannelConfiguration',
    'nobody in the channel can do anything with it: the default of the guardrail is AdministratorAccess',
    ({ GuardrailPolicies, SnsTopicArns, IamRoleArn }) =>
      policyText((GuardrailPolicies as unknown[] | undefined)?.[0]) ===
        'arn:<AWS::Partition>:iam::aws:policy/AWSDenyAll' &&
      policyText((SnsTopicArns as unknown[])[0]) === '<AmazonQTopicchat>' &&
      policyText(IamRoleArn) === '<AmazonQRole.Arn>',
  ),
]

/** Who may invoke what without a right of a role; all else of a function's callers is said by their roles. */
const INVOKERS = [
  'sns.amazonaws.com for <DigestTopic>: <SlackFunction.Arn>',
  `apigateway.amazonaws.com for arn:<AWS::Partition>:execute-api:eu-central-1:999988887777:<QueryApi>/*/*/v1/{proxy+}: <QueryApiFunctionAliaslive>`,
]

const CALLED: Guarantee[] = [
  {
    says: 'SNS invokes post-to-slack for the topic of digests alone, and API Gateway query-findings for its one route',
    broken: (template) => {
      const found = resourcesOf(template, 'AWS::Lambda::Permission').map(
        ({ properties: { Principal, SourceArn, Action, FunctionName } }) =>
          `${Action === 'lambda:InvokeFunction' ? '' : String(Action)}${String(Principal)} for ${policyText(SourceArn)}: ${policyText(FunctionName)}`,
      )
      return [
        ...INVOKERS.filter((each) => !found.includes(each)).map((each) => `missing: ${each}`),
        ...found.filter((each) => !INVOKERS.includes(each)).map((each) => `too much: ${each}`),
      ]
    },
  },
]

type Destinations = { OnFailure?: { Destination?: unknown } }

/** The ways in which it can stop without anybody noticing; those of which a recovery is told as well. */
const ALARMS: Record<string, { tellsOfRecovery: boolean }> = {
  'no-scan-closed': { tellsOfRecovery: true },
  'target-errors': { tellsOfRecovery: true },
  'coverage-low': { tellsOfRecovery: true },
  'digests-unpublished': { tellsOfRecovery: true },
  'seals-missing': { tellsOfRecovery: true },
  'scan-failed': { tellsOfRecovery: false },
  'scan-timed-out': { tellsOfRecovery: false },
  'run-scan-errors': { tellsOfRecovery: false },
  'run-scan-throttles': { tellsOfRecovery: false },
  'parse-results-errors': { tellsOfRecovery: false },
  'parse-results-throttles': { tellsOfRecovery: false },
  'post-to-slack-errors': { tellsOfRecovery: false },
  'post-to-slack-throttles': { tellsOfRecovery: false },
  'query-findings-errors': { tellsOfRecovery: false },
  'query-findings-throttles': { tellsOfRecovery: false },
  'api-errors': { tellsOfRecovery: false },
  'slack-rejected': { tellsOfRecovery: false },
  'slack-not-delivered': { tellsOfRecovery: true },
  'digest-not-delivered': { tellsOfRecovery: false },
  'schedule-not-delivered': { tellsOfRecovery: true },
  'table-throttled': { tellsOfRecovery: false },
  'table-errors': { tellsOfRecovery: false },
}

const goesToAlarms = (actions: unknown): boolean =>
  Array.isArray(actions) && actions.map((each) => policyText(each)).join() === '<AlarmTopic>'

const WATCHED: Guarantee[] = [
  ...Object.entries(ALARMS).map(
    ([name, { tellsOfRecovery }]): Guarantee => ({
      says: `the alarm ${name} is there, and somebody hears it`,
      broken: (template) => {
        const [alarm] = resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(
          ({ properties }) => properties.AlarmName === `fleet-scanner-${name}`,
        )
        if (!alarm) return [`no alarm ${name}`]
        const { AlarmActions, OKActions } = alarm.properties
        if (!goesToAlarms(AlarmActions)) return [`${name} tells nobody`]
        return !tellsOfRecovery || goesToAlarms(OKActions) ? [] : [`${name} does not tell of its recovery`]
      },
    }),
  ),
  {
    says: 'every alarm is one that was thought about',
    broken: (template) =>
      resourcesOf(template, 'AWS::CloudWatch::Alarm')
        .map(({ properties }) => String(properties.AlarmName).replace('fleet-scanner-', ''))
        .filter((name) => !(name in ALARMS))
        .map((name) => `unknown: ${name}`),
  },
]

/** Who is subscribed to what, and to which routes of it. */
const SUBSCRIBED = [
  'lambda <SlackFunction.Arn> to <DigestTopic>: {"route":["urgent"]}',
  'email platform@example.com to <DigestTopic>: {"route":["platform"]}',
  'email oncall@example.com to <AlarmTopic>: everything',
]

const TOLD: Guarantee[] = SUBSCRIBED.map((subscribed) => ({
  says: `${subscribed}, as the configuration says`,
  broken: (template) => {
    const found = resourcesOf(template, 'AWS::SNS::Subscription').map(({ properties }) => {
      const { Protocol, Endpoint, TopicArn, FilterPolicy } = properties
      const filter = FilterPolicy === undefined ? 'everything' : JSON.stringify(FilterPolicy)
      return `${String(Protocol)} ${policyText(Endpoint)} to ${policyText(TopicArn)}: ${filter}`
    })
    return found.includes(subscribed) ? [] : ['missing']
  },
}))

export const SCANNER_GUARANTEES: Guarantee[] = [
  ...SCANNER_RIGHTS,
  ...KEPT,
  ...DATA,
  ...LOGS,
  ...RUNNING,
  ...SLACK,
  ...OPTIONAL_GUARANTEES,
  ...CALLED,
  ...WATCHED,
  ...TOLD,
]
