import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListTopicsCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { subscriberChecks, webhookChecks } from '../../cli/doctor/stack-checks.ts'
import { targetChecks } from '../../cli/doctor/target-checks.ts'
import type { TargetPlan } from '../../lambdas/run-scan/deps.ts'
import { type Account, startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { fleetScanner } from './command.ts'

const FLEET = `instances:
  - { id: i-0000000a, tags: { k8s.io/role/control-plane: 1 }, silent: true }
  - { id: i-0000000b, tags: { k8s.io/role/control-plane: 1 }, unmanaged: true }
  - { id: i-0000000c, tags: { k8s.io/role/control-plane: 1 }, offline: true }
  - { id: i-0000000d, tags: { Name: "etcd-3 \\u001b[31mred" }, silent: true }
  - { id: i-0000000e, tags: { k8s.io/role/control-plane: 1 }, state: stopped }
  - { id: i-0000000f, account: 111122223333, tags: { k8s.io/role/control-plane: 1 }, silent: true }
denied:
  - { action: "sts:AssumeRole", account: 111122223333 }
`
const CONFIG = `targets:
  - { account: 000000000000, regions: [eu-central-1, eu-west-1], selectors: [kops] }
  - { account: 111122223333, regions: [eu-central-1], selectors: [kops] }
`
/** What each line that is no "ok" says, and about what. */
const PROBLEMS = [
  /problem {2}000000000000\/eu-central-1: tagged and running, and unknown to Systems Manager: i-0000000b\n {9}-> install the SSM Agent/,
  /problem {2}000000000000\/eu-central-1: Systems Manager cannot reach: i-0000000c \(ConnectionLost\)\n {9}-> see whether/,
  /problem {2}000000000000\/eu-central-1: look like control planes, and no selector matches them: i-0000000d \(etcd-3/,
  /note {5}000000000000\/eu-central-1: stopped, and not scanned: i-0000000e/,
  /note {5}000000000000\/eu-west-1: no instance has the tags/,
  /problem {2}111122223333\/eu-central-1: its instances could not be listed: .*AssumeRole.*\n {9}-> deploy the member role stack/,
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-doctor-'))
  await writeFile(join(folder, 'fleet.yaml'), FLEET)
  await writeFile(join(folder, 'scan.yaml'), CONFIG)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const EMBEDDED = ['--local', '--fleet', 'fleet.yaml', '--config', 'scan.yaml']

describe('doctor, on the embedded account', () => {
  it('says of each target what is missing and how to mend it, without sending anything', async () => {
    const { code, stdout } = await fleetScanner(['doctor', ...EMBEDDED], { cwd: folder })
    for (const line of PROBLEMS) expect(stdout).toMatch(line)
    expect(stdout).toMatch(/ok {7}000000000000\/eu-central-1: ready to be scanned: i-0000000a\n/)
    expect(stdout).toMatch(/\n4 problems to mend\n$/)
    expect(stdout).not.toContain('\u001b')
    expect(code).toBe(3)
  })

  it('says the same as JSON', async () => {
    const { stdout } = await fleetScanner(['doctor', ...EMBEDDED, '--format', 'json'], { cwd: folder })
    const { problems, checks } = JSON.parse(stdout)
    expect(problems).toBe(4)
    expect(checks.filter(({ state }: { state: string }) => state === 'problem')).toHaveLength(4)
    for (const { state, mend } of checks) expect(state === 'problem' ? typeof mend : 'string').toBe('string')
  })

  it('ends with 0 where all is well', async () => {
    await writeFile(join(folder, 'well.yaml'), 'instances:\n  - { id: i-0000000a, silent: true }\n')
    const { code, stdout } = await fleetScanner(['doctor', '--local', '--fleet', 'well.yaml'], {
      cwd: folder,
    })
    expect(stdout).toMatch(/\neverything is ready\n$/)
    expect(code).toBe(0)
  })
})

describe('doctor, on a deployed stack', () => {
  let account: Account
  beforeAll(async () => {
    const fleet = await loadFleet(join(folder, 'fleet.yaml'))
    account = await startAccount({
      dataDir: join(folder, 'data'),
      fleet,
      configFile: join(folder, 'scan.yaml'),
    })
  })
  afterAll(() => account.stop())
  const doctor = (...args: string[]) =>
    fleetScanner(['doctor', '--stack', account.stack, ...args], { cwd: folder, env: account.environment })

  it('asks the functions, which alone can assume the roles', async () => {
    const { code, stdout } = await doctor()
    for (const line of PROBLEMS) expect(stdout).toMatch(line)
    expect(stdout).toMatch(/ok {7}credentials: you are arn:aws:iam::000000000000:/)
    expect(stdout).toMatch(/ok {7}version: /)
    expect(stdout).toMatch(/ok {7}000000000000\/eu-central-1: the reader role can be assumed/)
    expect(stdout).toMatch(/ok {7}schedule: it starts scans/)
    expect(stdout).toMatch(
      /problem {2}alarms: nobody has subscribed to them\n {9}-> name addresses under `alarms`/,
    )
    expect(code).toBe(3)
  })

  it('says who is told', async () => {
    const sns = new SNSClient({
      region: 'eu-central-1',
      endpoint: account.environment.AWS_ENDPOINT_URL_SNS ?? '',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    })
    const { TopicArn } = (await sns.send(new ListTopicsCommand({}))).Topics?.[0] ?? {}
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'sec@example.com' }))
    const { stdout } = await doctor()
    expect(stdout).toMatch(/ok {7}digests: they go to .*sec@example\.com/)
  })

  it('says that the schedule is paused, and how to resume it', async () => {
    await fleetScanner(['pause', '--stack', account.stack], { env: account.environment })
    expect((await doctor()).stdout).toMatch(
      /problem {2}schedule: it is paused.*\n {9}-> fleet-scanner resume --stack/,
    )
    await fleetScanner(['resume', '--stack', account.stack], { env: account.environment })
  })

  it('counts a stack that cannot be reached as a problem, with what to do', async () => {
    const { code, stdout } = await fleetScanner(['doctor', '--stack', 'nowhere'], {
      env: account.environment,
    })
    expect(stdout).toMatch(/problem {2}stack: there is no stack nowhere in eu-central-1; name another/)
    expect(code).toBe(3)
  })
})

describe('what is said of a target', () => {
  const plan = (target: Partial<TargetPlan>) =>
    targetChecks({
      targets: [{ account: '1', region: 'r', toScan: [], skipped: [], document: 'ok', ...target }],
    })
  const problemsOf = (target: Partial<TargetPlan>) =>
    plan(target).flatMap(({ state, says }) => (state === 'problem' ? [says] : []))
  const instance = (instanceId: string, agentVersion = '3.3.0.0') => ({
    instanceId,
    tags: {},
    agent: { pingStatus: 'Online', platform: 'Linux', agentVersion },
  })

  test('an agent that is too old', () => {
    expect(problemsOf({ toScan: [instance('i-1'), instance('i-2', '2.0.500.0')] })).toEqual([
      expect.stringMatching(/^the SSM Agent is older than .*: i-2$/),
    ])
  })

  test('a document that is missing, or was changed', () => {
    const documentProblem = 'the document is missing'
    expect(problemsOf({ toScan: [instance('i-1')], document: 'missing', documentProblem })).toEqual([
      documentProblem,
    ])
  })

  test('answers that could not be read', () => {
    const readerProblem = 'the caller is not authorized to perform: sts:AssumeRole'
    expect(problemsOf({ toScan: [instance('i-1')], readerProblem })).toEqual([
      `answers could not be read: ${readerProblem}`,
    ])
  })

  test('many instances: some are named, the others counted', () => {
    const toScan = Array.from({ length: 8 }, (_, i) => instance(`i-${i}`))
    expect(plan({ toScan }).map(({ says }) => says)).toContain(
      'ready to be scanned: i-0, i-1, i-2, i-3, i-4, and 3 more',
    )
  })

  test('subscriptions that are not confirmed, or have ended', () => {
    const checks = subscriberChecks('alarms', [
      { Endpoint: 'a@example.com', SubscriptionArn: 'arn:aws:sns:eu-west-1:1:alarms:1' },
      { Endpoint: 'b@example.com', SubscriptionArn: 'PendingConfirmation' },
      { Endpoint: 'c@example.com', SubscriptionArn: 'Deleted' },
    ])
    expect(checks.map(({ state, says }) => [state, says])).toEqual([
      ['ok', 'they go to a@example.com'],
      ['problem', 'not confirmed yet: b@example.com'],
      ['note', 'has unsubscribed: c@example.com'],
    ])
  })

  test('a webhook that answers no', () => {
    expect(
      webhookChecks([{ route: 'ops' }, { route: 'sec', problem: 'Slack answers 404 no_service' }]),
    ).toEqual([
      { state: 'ok', about: 'Slack', says: 'the webhook of route ops answers' },
      {
        state: 'problem',
        about: 'Slack',
        says: 'the webhook of route sec takes nothing: Slack answers 404 no_service',
        mend: expect.stringContaining('the secret that the route names'),
      },
    ])
  })

  test('selectors that match nothing anywhere are a problem', () => {
    expect(problemsOf({})).toEqual(['no instance of any target has the tags'])
  })
})
