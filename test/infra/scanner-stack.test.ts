import type { Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { withApp } from '../../infra/all-templates.ts'
import { statementsOf } from '../../infra/permissions.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import type { ScannerConfig } from '../../shared/config/scanner-config.ts'
import { keys } from '../../shared/store/keys.ts'
import { TTL_ATTRIBUTE, tableDefinition } from '../../shared/store/table.ts'
import { everySetting, HOME } from './every-setting.ts'
import { allows } from './iam.ts'

const scanner = (config: ScannerConfig) =>
  withApp(config, (app) => {
    const stack = app.node.findChild(config.name) as Stack
    return { template: Template.fromStack(stack), stack }
  })

/** The smallest configuration, with some lines of its own. */
const configured = (lines = ''): ScannerConfig =>
  parseConfig(
    `home: { account: ${HOME}, region: eu-central-1 }
targets: [{ account: ${HOME}, regions: [eu-central-1], selectors: [kops] }]
${lines}`,
    'fleet-scanner.yaml',
  )

const { template } = scanner(everySetting())
const small = scanner(configured()).template

/** The one resource of a type whose property has this value, or the only one. */
const only = (of: Template, type: string, properties: Record<string, unknown> = {}) => {
  const found = Object.entries(of.findResources(type, { Properties: properties }))
  expect(found, `${type} ${JSON.stringify(properties)}`).toHaveLength(1)
  const [id = '', resource] = found[0] ?? []
  return { id, ...(resource as { Properties: Record<string, unknown> }) }
}

const fn = (name: string, of = template) =>
  only(of, 'AWS::Lambda::Function', { FunctionName: `fleet-scanner-${name}` })
const alias = (name: string) =>
  only(template, 'AWS::Lambda::Alias', { FunctionName: { Ref: fn(name).id }, Name: 'live' })
const environmentOf = (name: string) =>
  (fn(name).Properties.Environment as { Variables: Record<string, unknown> }).Variables

describe('the table', () => {
  it('is the one that the store defines', () => {
    const { TableName, ...definition } = tableDefinition('any')
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      ...definition,
      TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
    })
  })

  it.each([
    ['retain', 'Retain', true],
    ['destroy', 'Delete', false],
  ])('and the key go the way of removalPolicy: %s', (removalPolicy, DeletionPolicy, isProtected) => {
    const { template, stack } = scanner(configured(`removalPolicy: ${removalPolicy}`))
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy,
      Properties: { DeletionProtectionEnabled: isProtected ? true : Match.not(true) },
    })
    template.hasResource('AWS::KMS::Key', { DeletionPolicy })
    expect(stack.terminationProtection).toBe(isProtected)
  })
})

describe('the functions', () => {
  it.each(['run-scan', 'parse-results', 'post-to-slack', 'query-findings'])(
    '%s runs what is bundled for it',
    (name) => {
      expect(fn(name).Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON' },
      })
      expect(environmentOf(name)).toMatchObject({ NODE_OPTIONS: '--enable-source-maps' })
    },
  )

  it.each(['run-scan', 'parse-results'])(
    '%s has a role of a fixed name, which member roles trust',
    (name) => {
      const role = only(template, 'AWS::IAM::Role', { RoleName: `fleet-scanner-${name}` })
      expect(fn(name).Properties.Role).toEqual({ 'Fn::GetAtt': [role.id, 'Arn'] })
    },
  )

  it('run-scan knows the table, the topics, its configuration and the published parse-results', () => {
    const topic = (name: string) => ({ Ref: only(template, 'AWS::SNS::Topic', { TopicName: name }).id })
    expect(environmentOf('run-scan')).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      TABLE_NAME: { Ref: only(template, 'AWS::DynamoDB::Table').id },
      DIGEST_TOPIC_ARN: topic('fleet-scanner-digests'),
      AMAZON_Q_TOPICS: {
        'Fn::Join': ['', ['{"chat":"', topic('fleet-scanner-amazon-q-chat'), '"}']],
      },
      CONFIG_FILE: 'config/fleet-scanner.yaml',
      EVIDENCE_BUCKET: { Ref: only(template, 'AWS::S3::Bucket').id },
      PARSE_FUNCTION_NAME: { Ref: alias('parse-results').id },
    })
  })

  it('parse-results knows the table, and how long the past is kept', () => {
    expect(environmentOf('parse-results')).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      TABLE_NAME: { Ref: only(template, 'AWS::DynamoDB::Table').id },
      SCANNER_NAME: 'fleet-scanner',
      HISTORY_DAYS: '400',
    })
  })

  it('run-scan alone is durable, and has half an hour beyond the deadline', () => {
    const { template } = scanner(configured('deadlineMinutes: 100'))
    expect(fn('run-scan', template).Properties.DurableConfig).toEqual({
      ExecutionTimeout: 130 * 60,
      RetentionPeriodInDays: 30,
    })
    expect(fn('parse-results', template).Properties).not.toHaveProperty('DurableConfig')
  })

  it('the alias is of the version that the deployment published', () => {
    const version = only(template, 'AWS::Lambda::Version', { FunctionName: { Ref: fn('run-scan').id } })
    expect(alias('run-scan').Properties.FunctionVersion).toEqual({
      'Fn::GetAtt': [version.id, 'Version'],
    })
  })

  it('no concurrency is reserved for scans: an account begins with ten, and a deployment there would fail', () => {
    small.allResourcesProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
    })
  })
})

describe('the schedule', () => {
  it('starts the alias, and says which time it meant', () => {
    expect(only(template, 'AWS::Scheduler::Schedule').Properties).toMatchObject({
      Name: 'fleet-scanner',
      ScheduleExpression: 'rate(6 hours)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: {
        Arn: { Ref: alias('run-scan').id },
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      },
    })
  })

  it('is exact where no window is configured', () => {
    small.hasResourceProperties('AWS::Scheduler::Schedule', { FlexibleTimeWindow: { Mode: 'OFF' } })
  })
})

describe('who is told', () => {
  const subscriptions = (lines: string) =>
    Object.values(scanner(configured(lines)).template.findResources('AWS::SNS::Subscription')).map(
      ({ Properties: { Endpoint, FilterPolicy } }) => [Endpoint, FilterPolicy?.route],
    )

  it('an address of several routes is subscribed once, and has all of them', () => {
    expect(
      subscriptions(`routes:
  - { name: one, owners: [a], email: [both@example.com] }
  - { name: two, owners: [b], email: [both@example.com, two@example.com] }`),
    ).toEqual([
      ['both@example.com', ['one', 'two']],
      ['two@example.com', ['two']],
    ])
  })

  it('a route with a topic of its own is not on the topic of the stack, and may be published to', () => {
    const { template } = scanner(everySetting())
    const topic = 'arn:aws:sns:eu-central-1:999988887777:security-findings'
    const role = only(template, 'AWS::IAM::Role', { RoleName: 'fleet-scanner-run-scan' })
    expect(JSON.stringify(role.Properties.Policies)).toContain(topic)
    expect(JSON.stringify(template.findResources('AWS::SNS::Subscription'))).not.toContain('siem')
  })

  it('without routes the topic is there for whoever subscribes', () => {
    expect(subscriptions('')).toEqual([])
    small.hasResourceProperties('AWS::SNS::Topic', { TopicName: 'fleet-scanner-digests' })
  })
})

describe('parts that are there only where they are configured', () => {
  const typesOf = (of: Template): string[] =>
    Object.values(of.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type)

  it('without their keys there is no API, no bucket, and no right for either', () => {
    expect(typesOf(small).filter((type) => /ApiGateway|S3::/.test(type))).toEqual([])
    expect(JSON.stringify(small.toJSON())).not.toMatch(
      /query-findings|EVIDENCE_BUCKET|"s3:|execute-api|vendedlogs/,
    )
    expect(Object.keys(small.findOutputs('*')).filter((name) => /Api|Evidence/.test(name))).toEqual([])
  })

  it('an API alone is throttled as it is without being told', () => {
    const { template } = scanner(configured('api: {}'))
    expect(only(template, 'AWS::ApiGatewayV2::Stage').Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 10,
      ThrottlingBurstLimit: 20,
    })
    template.resourceCountIs('AWS::S3::Bucket', 0)
  })

  it.each([
    ['api: {}', 5],
    ['api: { concurrency: 40 }', 40],
    ['api: { concurrency: none }', undefined],
  ])('%s: requests have so much concurrency of their own, and scans the rest', (lines, reserved) => {
    const of = Object.values(
      scanner(configured(lines)).template.findResources('AWS::Lambda::Function') as Record<
        string,
        { Properties: { FunctionName: string; ReservedConcurrentExecutions?: number } }
      >,
    ).map(({ Properties }) => [Properties.FunctionName, Properties.ReservedConcurrentExecutions])
    expect(Object.fromEntries(of)).toEqual({
      'fleet-scanner-run-scan': undefined,
      'fleet-scanner-parse-results': undefined,
      'fleet-scanner-query-findings': reserved,
    })
  })

  it('query-findings reads the table by the alias that API Gateway calls, and is done before that gives up', () => {
    expect(environmentOf('query-findings')).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      TABLE_NAME: { Ref: only(template, 'AWS::DynamoDB::Table').id },
    })
    expect(only(template, 'AWS::ApiGatewayV2::Integration').Properties).toMatchObject({
      IntegrationUri: { Ref: alias('query-findings').id },
      PayloadFormatVersion: '2.0',
    })
    expect(fn('query-findings').Properties.Timeout).toBeLessThan(30)
  })

  it.each([
    ['evidenceBucket: {}', { Mode: 'GOVERNANCE', Days: 400 }],
    ['evidenceBucket: {}\nretention: { historyDays: 90 }', { Mode: 'GOVERNANCE', Days: 90 }],
    [
      'evidenceBucket: { mode: compliance, retentionDays: 3650 }\nremovalPolicy: destroy',
      { Mode: 'COMPLIANCE', Days: 3650 },
    ],
  ])('the bucket of %s locks what is written, and stays when the stack goes', (lines, retention) => {
    scanner(configured(lines)).template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: retention } },
        BucketName: Match.absent(),
      },
    })
  })
})

describe('what a stolen role could do to the seals', () => {
  const rights = (name: string) =>
    statementsOf(template.toJSON() as Parameters<typeof statementsOf>[0]).filter(
      ({ of, kind }) => of === `fleet-scanner-${name}` && kind === 'rights',
    )
  const may = (
    name: string,
    action: string,
    context: Record<string, string>,
    key = 'seals/1-s1-0a1b.json.gz',
  ) => allows(rights(name), { action: `s3:${action}`, resource: `<EvidenceBucket.Arn>/${key}`, context })
  const once = { 's3:if-none-match': '*' }

  it('run-scan adds one under a name that is free, below one prefix', () => {
    expect(may('run-scan', 'PutObject', once)).toBe(true)
    expect(may('run-scan', 'PutObject', {})).toBe(false)
    expect(may('run-scan', 'PutObject', once, 'else/1')).toBe(false)
  })

  it.each([
    ...['GetObject', 'DeleteObject', 'DeleteObjectVersion', 'PutObjectRetention', 'PutObjectLegalHold'],
    ...['BypassGovernanceRetention', 'PutBucketObjectLockConfiguration', 'PutBucketPolicy'],
  ])('and cannot %s', (action) => {
    expect(may('run-scan', action, once)).toBe(false)
  })

  it('no other function can reach them', () => {
    for (const name of ['parse-results', 'post-to-slack', 'query-findings'])
      expect(rights(name).flatMap(({ actions }) => actions.filter((each) => each.startsWith('s3:')))).toEqual(
        [],
      )
  })
})

describe('what functions leave to people', () => {
  const rightsOf = (name: string) =>
    statementsOf(template.toJSON() as Parameters<typeof statementsOf>[0]).filter(
      ({ of, kind }) => of === `fleet-scanner-${name}` && kind === 'rights',
    )
  const writes = (name: string, action: string, partition: string) =>
    allows(rightsOf(name), {
      action: `dynamodb:${action}`,
      resource: '<Table.Arn>',
      context: { 'dynamodb:LeadingKeys': partition },
    })
  const waiver = keys.waiver('w-1').pk
  const push = keys.push({ account: HOME, region: 'eu-central-1' }, 0).pk

  it.each(
    ['run-scan', 'parse-results'].flatMap((name) =>
      ['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => [name, action] as const),
    ),
  )('%s has no %s of a waiver, nor of what Security Hub was told', (name, action) => {
    expect([waiver, push].map((partition) => writes(name, action, partition))).toEqual([false, false])
  })

  it('and writes what it has found', () => {
    for (const name of ['run-scan', 'parse-results'])
      for (const partition of [keys.scan('s1').pk, 'NODE#1/r/i-1', 'SETTINGS'])
        expect(writes(name, 'PutItem', partition)).toBe(true)
  })
})

it('query-findings has no right but to read the table, and to write its log', () => {
  const statements = statementsOf(template.toJSON() as Parameters<typeof statementsOf>[0])
  const actions = statements
    .filter(({ of, kind }) => of === 'fleet-scanner-query-findings' && kind === 'rights')
    .flatMap(({ actions }) => actions)
  expect(
    actions.filter(
      (action) => !/^(logs:(Create|Put)|dynamodb:(Get|BatchGet|Query)|kms:Decrypt$)/.test(action),
    ),
  ).toEqual([])
})

describe('rights by configuration', () => {
  const sidsOf = (name: string, of: Template): string[] => {
    const { Policies } = only(of, 'AWS::IAM::Role', { RoleName: `fleet-scanner-${name}` }).Properties
    return (Policies as { PolicyDocument: { Statement: { Sid: string }[] } }[]).flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement.map(({ Sid }) => Sid),
    )
  }

  it('Organizations is asked only where organizational units are configured', () => {
    expect(sidsOf('run-scan', template)).toContain('ListAccountsOfUnits')
    expect(sidsOf('run-scan', small)).not.toContain('ListAccountsOfUnits')
    expect(sidsOf('run-scan', small)).not.toContain('AssumeMembersOfUnits')
  })

  it('organizational units need the organization, to which their roles are held', () => {
    const units = `
  - { organizationalUnits: [ou-ab12-11112222], regions: [eu-central-1], selectors: [kops] }`
    const config = parseConfig(
      `home: { account: ${HOME}, region: eu-central-1 }\ntargets:${units}`,
      'fleet-scanner.yaml',
    )
    expect(() => scanner(config)).toThrow(/`organizationalUnits` need `organization` as well/)
  })

  it('more accounts than a policy holds are refused before a deployment does', () => {
    const accounts = Array.from(
      { length: 150 },
      (_, i) => `  - { account: ${100_000_000_000 + i}, regions: [eu-west-1], selectors: [kops] }\n`,
    )
    const config = parseConfig(
      `home: { account: ${HOME}, region: eu-central-1 }\ntargets:\n${accounts.join('')}`,
      'fleet-scanner.yaml',
    )
    expect(() => scanner(config)).toThrow(
      /policy of fleet-scanner-\S+ would have \d{5} characters, and IAM takes 10240; .*organizationalUnits/,
    )
  })
})

it('says of itself what the command line asks', () => {
  const outputs = Object.entries(template.findOutputs('*')).map(([name, { Value }]) => [name, Value])
  expect(Object.fromEntries(outputs)).toEqual({
    TableName: { Ref: only(template, 'AWS::DynamoDB::Table').id },
    RunScanArn: { Ref: alias('run-scan').id },
    DigestTopicArn: { Ref: only(template, 'AWS::SNS::Topic', { TopicName: 'fleet-scanner-digests' }).id },
    AlarmTopicArn: { Ref: only(template, 'AWS::SNS::Topic', { TopicName: 'fleet-scanner-alarms' }).id },
    ScheduleName: 'fleet-scanner',
    DocumentName: collectorDocument().name,
    SlackFunctionName: { Ref: fn('post-to-slack').id },
    ApiUrl: { 'Fn::GetAtt': [only(template, 'AWS::ApiGatewayV2::Api').id, 'ApiEndpoint'] },
    ApiInvokeArn: {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          `:execute-api:eu-central-1:${HOME}:`,
          { Ref: only(template, 'AWS::ApiGatewayV2::Api').id },
          '/$default/GET/v1/*',
        ],
      ],
    },
    EvidenceBucketName: { Ref: only(template, 'AWS::S3::Bucket').id },
    Version: '0.1.0',
  })
})

it('looks nothing up, and waits for nothing but the bootstrap', () => {
  expect(Object.keys(template.findParameters('*'))).toEqual(['BootstrapVersion'])
  expect(withApp(everySetting(), (app) => app.synth().manifest.missing)).toBeUndefined()
})
