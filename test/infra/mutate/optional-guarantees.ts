import { policyText } from '../../../infra/policy-text.ts'
import { every, type Guarantee, resourcesOf } from './guarantee.ts'

/** What holds of the parts that are there only where they are configured. */

type Settings = { ThrottlingRateLimit?: number; ThrottlingBurstLimit?: number }
type AccessLog = { DestinationArn?: unknown; Format?: string }

const API: Guarantee[] = [
  every(
    'AWS::ApiGatewayV2::Route',
    'every request is signed by somebody whom IAM lets ask: a route without authorization is open to the world',
    ({ AuthorizationType }) => AuthorizationType === 'AWS_IAM',
  ),
  {
    says: 'there is one route, and it reads',
    broken: (template) => {
      const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) =>
        String(properties.RouteKey),
      )
      return routes.join() === 'GET /v1/{proxy+}' ? [] : [`routes: ${routes.join(', ')}`]
    },
  },
  every(
    'AWS::ApiGatewayV2::Api',
    'no page of a browser may ask: there is no CORS, and no target beside the route',
    ({ CorsConfiguration, Target, RouteKey, ProtocolType }) =>
      CorsConfiguration === undefined &&
      Target === undefined &&
      RouteKey === undefined &&
      ProtocolType === 'HTTP',
  ),
  every(
    'AWS::ApiGatewayV2::Stage',
    'whoever may ask cannot ask without end: it would cost money, and keep others from being answered',
    ({ DefaultRouteSettings, RouteSettings }) => {
      const { ThrottlingRateLimit, ThrottlingBurstLimit } = (DefaultRouteSettings ?? {}) as Settings
      return ThrottlingRateLimit === 10 && ThrottlingBurstLimit === 20 && RouteSettings === undefined
    },
  ),
  {
    says: 'whoever asks cannot use up the concurrency that scans need: query-findings has its own, and alone',
    broken: (template) =>
      resourcesOf(template, 'AWS::Lambda::Function')
        .map(({ properties: { FunctionName, ReservedConcurrentExecutions: reserved } }) => ({
          name: String(FunctionName),
          reserved,
        }))
        .filter(
          ({ name, reserved }) => reserved !== (name === 'fleet-scanner-query-findings' ? 5 : undefined),
        )
        .map(({ name, reserved }) => `${name}: ${reserved}`),
  },
  every(
    'AWS::ApiGatewayV2::Stage',
    'who asked for what is written down, without what stands behind the question mark',
    ({ AccessLogSettings }) => {
      const { DestinationArn, Format = '' } = (AccessLogSettings ?? {}) as AccessLog
      return (
        policyText(DestinationArn) === '<QueryApiAccessLog.Arn>' &&
        Format.includes('$context.identity.userArn') &&
        Format.startsWith('{"path":"$context.path"') &&
        !/querystring|header|authorizer/i.test(Format)
      )
    },
  ),
]

/** That a log is encrypted and ends is said of all of them; a stage would also write to one that is not there. */
const LOG: Guarantee = {
  says: 'the log of requests is one of the stack, under the name that the key admits',
  broken: (template) => {
    const names = resourcesOf(template, 'AWS::Logs::LogGroup').map(
      ({ properties }) => properties.LogGroupName,
    )
    return names.includes('/aws/vendedlogs/fleet-scanner-api') ? [] : ['missing']
  },
}

type Lock = { ObjectLockEnabled?: string; Rule?: { DefaultRetention?: { Mode?: string; Days?: number } } }
type Encryption = {
  ServerSideEncryptionConfiguration?: { ServerSideEncryptionByDefault?: { SSEAlgorithm?: string } }[]
}
type Ownership = { Rules?: { ObjectOwnership?: string }[] }

const BUCKET: Guarantee[] = [
  every(
    'AWS::S3::Bucket',
    'a seal stays as it was written until its retention has ended, as configured',
    ({ ObjectLockEnabled, ObjectLockConfiguration }) => {
      const { ObjectLockEnabled: enabled, Rule } = (ObjectLockConfiguration ?? {}) as Lock
      const { Mode, Days } = Rule?.DefaultRetention ?? {}
      return ObjectLockEnabled === true && enabled === 'Enabled' && Mode === 'COMPLIANCE' && Days === 800
    },
  ),
  every(
    'AWS::S3::Bucket',
    'what is written again under one name does not take the place of what was there',
    ({ VersioningConfiguration }) =>
      (VersioningConfiguration as { Status?: string } | undefined)?.Status === 'Enabled',
  ),
  every('AWS::S3::Bucket', 'nothing in it can be made public', ({ PublicAccessBlockConfiguration }) => {
    const block = (PublicAccessBlockConfiguration ?? {}) as Record<string, boolean>
    return ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every(
      (each) => block[each] === true,
    )
  }),
  every(
    'AWS::S3::Bucket',
    'access is by policies alone, and the account owns what is written',
    ({ OwnershipControls }) =>
      (OwnershipControls as Ownership | undefined)?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced',
  ),
  every(
    'AWS::S3::Bucket',
    "it is encrypted, by S3's own key: with a key that is deleted all seals would be lost",
    ({ BucketEncryption }) =>
      (BucketEncryption as Encryption | undefined)?.ServerSideEncryptionConfiguration?.[0]
        ?.ServerSideEncryptionByDefault?.SSEAlgorithm === 'AES256',
  ),
  every(
    'AWS::S3::Bucket',
    'nothing expires: a chain with a gap proves less',
    ({ LifecycleConfiguration }) => LifecycleConfiguration === undefined,
  ),
  ...(['DeletionPolicy', 'UpdateReplacePolicy'] as const).map((policy) =>
    every(
      'AWS::S3::Bucket',
      `it stays when the stack goes (${policy}), whatever the configuration says`,
      (_, resource) => resource[policy] === 'Retain',
    ),
  ),
  every(
    'AWS::S3::BucketPolicy',
    'the policy is that of the bucket',
    ({ Bucket }) => policyText(Bucket) === '<EvidenceBucket>',
  ),
]

export const OPTIONAL_GUARANTEES: Guarantee[] = [...API, LOG, ...BUCKET]
