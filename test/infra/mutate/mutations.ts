import type { Template } from '../../../infra/member-templates.ts'

type Path = (string | number)[]

/** One thing taken out of a template. */
export type Mutation = { removed: string; template: Template }

/**
 * Properties that protect something, wherever they stand: taken out whole, or where they are a switch, turned off by being
 * left to their default.
 */
const PROTECTIONS = new Set([
  // Encryption and its keys.
  'KmsMasterKeyId',
  'KmsKeyId',
  'KmsKeyArn',
  'KMSMasterKeyId',
  'KMSKeyArn',
  'SSESpecification',
  'SSEType',
  'SqsManagedSseEnabled',
  'EnableKeyRotation',
  'KmsDataKeyReusePeriodSeconds',
  // What is lost when something is deleted, or wrongly written.
  'DeletionProtectionEnabled',
  'PointInTimeRecoverySpecification',
  'PointInTimeRecoveryEnabled',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'PendingWindowInDays',
  // Retries, and where goes what could not be delivered.
  'RetryPolicy',
  'MaximumRetryAttempts',
  'MaximumEventAgeInSeconds',
  'MaximumEventAge',
  'DeadLetterConfig',
  'DestinationConfig',
  'RedrivePolicy',
  // How long something is kept or may take.
  'TimeToLiveSpecification',
  'RetentionInDays',
  'MessageRetentionPeriod',
  'DurableConfig',
  'Timeout',
  'MaxSessionDuration',
  'timeoutSeconds',
  // Who is told.
  'AlarmActions',
  'OKActions',
  'FilterPolicy',
  // Who may ask the API, how often, and where it is written down.
  'AuthorizationType',
  'DefaultRouteSettings',
  'ThrottlingRateLimit',
  'ThrottlingBurstLimit',
  'AccessLogSettings',
  // What keeps a bucket closed, and what is in there as it was written.
  'BucketEncryption',
  'ObjectLockConfiguration',
  'ObjectLockEnabled',
  'DefaultRetention',
  'VersioningConfiguration',
  'PublicAccessBlockConfiguration',
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
  'OwnershipControls',
  // What may run, and where.
  'precondition',
  'TargetType',
  'ReservedConcurrentExecutions',
  'TracingConfig',
])

/** Resources that are there for nothing but protection. */
const GUARDS = new Set([
  'AWS::CloudWatch::Alarm',
  'AWS::KMS::Key',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::IAM::Policy',
  'AWS::Logs::LogGroup',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
])

/** Each thing that a template may not lose, taken out in turn. */
export const mutationsOf = (template: Template): Mutation[] =>
  pathsOf(template, []).map((path) => {
    const copy = structuredClone(template)
    remove(copy, path)
    return { removed: describe(template, path), template: copy }
  })

const pathsOf = (value: unknown, path: Path): Path[] => {
  if (Array.isArray(value)) return value.flatMap((each, index) => pathsOf(each, [...path, index]))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, each]) => {
    const here = [...path, key]
    // `Delete` is what holds without it as well.
    const isProtection = PROTECTIONS.has(key) && each !== 'Delete'
    const own = isGuard(path, each) || isProtection ? [here] : []
    if (key === 'Statement') own.push(...entries(each).map((index) => [...here, index]))
    if (key === 'Condition' && path.includes('Statement')) own.push(...conditions(each, here))
    if ((key === 'Action' || key === 'Resource') && Array.isArray(each))
      own.push(...entries(each).map((index) => [...here, index]))
    return [...own, ...pathsOf(each, here)]
  })
}

const isGuard = (path: Path, value: unknown): boolean =>
  path.length === 1 && path[0] === 'Resources' && GUARDS.has((value as { Type: string }).Type)

const entries = (value: unknown): number[] => (Array.isArray(value) ? [...value.keys()] : [])

/** Each key of each operator, and the whole of them where they are several. */
const conditions = (value: unknown, path: Path): Path[] => {
  const single = Object.entries(value as Record<string, Record<string, unknown>>).flatMap(
    ([operator, keys]) => Object.keys(keys).map((key) => [...path, operator, key]),
  )
  return single.length > 1 ? [...single, path] : single
}

const parentOf = (root: unknown, path: Path): Record<string | number, unknown> =>
  path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root) as Record<
    string | number,
    unknown
  >

const remove = (root: unknown, path: Path): void => {
  const parent = parentOf(root, path)
  const last = path.at(-1) ?? ''
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[last]
}

const describe = (template: Template, path: Path): string => {
  const at = path.lastIndexOf('Statement')
  const statement = at < 0 ? undefined : parentOf(template, [...path.slice(0, at + 2), ''])
  const sid = statement?.Sid === undefined ? '' : ` [${String(statement.Sid)}]`
  return path.slice(path[0] === 'Resources' ? 1 : 0).join('.') + sid
}
