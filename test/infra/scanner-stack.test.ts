import type { Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { withApp } from '../../infra/all-templates.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import type { ScannerConfig } from '../../shared/config/scanner-config.ts'
import { TTL_ATTRIBUTE, tableDefinition } from '../../shared/store/table.ts'
import { everySetting, HOME } from './every-setting.ts'

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
  it.each(['run-scan', 'parse-results', 'post-to-slack'])('%s runs what is bundled for it', (name) => {
    expect(fn(name).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    })
    expect(environmentOf(name)).toMatchObject({ NODE_OPTIONS: '--enable-source-maps' })
  })

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

  it('no concurrency is reserved: an account begins with ten, and a deployment there would fail', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
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
    Version: '0.1.0',
  })
})

it('looks nothing up, and waits for nothing but the bootstrap', () => {
  expect(Object.keys(template.findParameters('*'))).toEqual(['BootstrapVersion'])
  expect(withApp(everySetting(), (app) => app.synth().manifest.missing)).toBeUndefined()
})
