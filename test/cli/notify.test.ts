import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { filtered } from '../../cli/subscribers.ts'
import { postToSlack } from '../../lambdas/post-to-slack/post-to-slack.ts'
import { type Account, startAccount } from '../../local/account.ts'
import { loadFleet } from '../../local/fleet.ts'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import { startSlackServer } from '../slack/slack-server.ts'
import { fleetScanner, type Run } from './command.ts'

const NODES = join(import.meta.dirname, '../../samples/nodes')
const CONFIG = `name: etcd-watch
targets:
  - account: "000000000000"
    regions: [eu-central-1]
    selectors: [{ "fleet-scanner:fleet": local }]
routes:
  - { name: urgent, severities: [high, critical], slack: { secret: hook } }
  - { name: chat, owners: [chat], amazonQ: { workspaceId: T0123ABCD, channelId: C0123ABCD } }
  - { name: siem, clusters: [siem], topic: "arn:aws:sns:eu-central-1:000000000000:siem" }
`

let folder: string
let account: Account
let sns: SNSClient
let configFile: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-scanner-notify-'))
  await cp(join(NODES, 'kubeadm.json'), join(folder, 'good.json'))
  await writeFile(join(folder, 'fleet.yaml'), 'instances:\n  - { id: i-0000000a, recording: good.json }\n')
  configFile = join(folder, 'fleet-scanner.yaml')
  await writeFile(configFile, CONFIG)
  const fleet = await loadFleet(join(folder, 'fleet.yaml'))
  account = await startAccount({ dataDir: join(folder, 'data'), fleet, configFile })
  sns = new SNSClient()
})
afterAll(async () => {
  sns.destroy()
  await account.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => account.publishedDigests())

const onStack = (...args: string[]): Promise<Run> =>
  fleetScanner(['notify', 'test', ...args, '--stack', account.stack], {
    cwd: folder,
    env: account.environment,
  })
const json = ({ stdout }: Run) => JSON.parse(stdout)

describe('notify test on a stack', () => {
  it('publishes as a scan does, and says who gets it', async () => {
    const run = await onStack('--route', 'urgent', '--format', 'json')
    expect(run.stderr).toContain('asking stack etcd-watch to send a test message to route urgent')
    const [message] = await account.publishedDigests()
    expect(json(run)).toEqual({
      route: 'urgent',
      topics: [
        {
          ...{ key: 'urgent', form: 'digest', topicArn: message?.topicArn, messageId: message?.messageId },
          subscribers: [{ protocol: 'sqs', endpoint: expect.stringContaining('inbox'), gets: 'yes' }],
        },
      ],
    })
    expect(run.code).toBe(0)
    const body = digestBodySchema.parse(JSON.parse(message?.body ?? ''))
    expect(body).toMatchObject({ kind: 'test', route: 'urgent', subject: 'fleet-scanner: this is a test' })
    const { digestId, scanId } = body
    expect(message).toMatchObject({
      subject: 'fleet-scanner: this is a test',
      attributes: { digestId, scanId, route: 'urgent', kind: 'test', worst: 'FAIL', severity: 'high' },
    })
    expect(body.more).toMatch(/^fleet-scanner findings --local --data '.+' --status FAIL,ERROR$/)
  })

  it('leaves nothing in the table: it is no scan', async () => {
    await onStack('--route', 'urgent')
    const { stdout } = await fleetScanner(['scans', '--stack', account.stack, '--format', 'json'], {
      env: account.environment,
    })
    expect(JSON.parse(stdout)).toEqual([])
  })

  it('what was published is what the Slack function posts', async () => {
    await onStack('--route', 'urgent')
    const [message] = await account.publishedDigests()
    const slack = await startSlackServer()
    const deps = {
      secrets: { urgent: 'hook' },
      readSecret: async () => `${slack.origin}/services/T`,
      allowedOrigin: slack.origin,
    }
    const Sns = { MessageId: message?.messageId ?? '', Message: message?.body ?? '' }
    await postToSlack({ Records: [{ Sns }] }, deps, () => 60_000)
    expect(slack.posts).toMatchObject([{ body: { text: 'fleet-scanner: this is a test' } }])
    await slack.stop()
  })

  it('sends Amazon Q its own form, on its own topic', async () => {
    const run = await onStack('--route', 'chat', '--format', 'json')
    expect(json(run).topics).toMatchObject([{ form: 'digest' }, { form: 'amazon-q' }])
    const [digest, toQ] = await account.publishedDigests()
    expect(digest?.topicArn).not.toBe(toQ?.topicArn)
    expect(JSON.parse(toQ?.body ?? '')).toMatchObject({
      ...{ version: '1.0', source: 'custom' },
      content: { title: 'fleet-scanner: this is a test' },
    })
    expect(run.code).toBe(0)
  })

  it('names the routes where there is none of that name', async () => {
    const { code, stderr } = await onStack('--route', 'urgnet')
    expect(stderr).toContain('there is no route urgnet; there are: urgent, chat, siem, default')
    expect(code).toBe(2)
    expect(await account.publishedDigests()).toEqual([])
  })

  it('tells who is subscribed to other routes, and who has not confirmed', async () => {
    const { topicArn: TopicArn } = (await onStack('--route', 'urgent', '--format', 'json').then(json))
      .topics[0]
    const queue = 'arn:aws:sqs:eu-central-1:000000000000:fleet-scanner-digest-inbox'
    const subscribe = async (Protocol: string, Endpoint: string, FilterPolicy: object) =>
      sns.send(
        new SubscribeCommand({
          ...{ TopicArn, Protocol, Endpoint },
          Attributes: { FilterPolicy: JSON.stringify(FilterPolicy) },
        }),
      )
    await subscribe('sqs', `${queue}-other`, { route: ['chat'] })
    await subscribe('email', 'ana@example.com', { route: ['urgent'] })
    const { code, stdout } = await onStack('--route', 'urgent')
    expect(stdout).toMatch(/sqs \S+-inbox gets it/)
    expect(stdout).toMatch(/sqs \S+-inbox-other is for other routes/)
    expect(stdout).toMatch(/email ana@example.com has not confirmed/)
    expect(code).toBe(3)
  })

  it('says what SNS refused, and exits with 3', async () => {
    const { topicArn: TopicArn } = (await onStack('--route', 'siem', '--format', 'json').then(json)).topics[0]
    await sns.send(new DeleteTopicCommand({ TopicArn }))
    const { code, stdout } = await onStack('--route', 'siem')
    expect(stdout).toMatch(/not published: .*Topic/i)
    expect(code).toBe(3)
  })
})

describe('notify test', () => {
  it('goes through the topics of the embedded account', async () => {
    const args = ['notify', 'test', '--local', '--data', join(folder, 'own'), '--config', configFile]
    const { code, stdout } = await fleetScanner([...args, '--route', 'chat'])
    expect(stdout).toMatch(
      /^route chat\narn:aws:sns:\S+\n {2}published as \S+\n {2}sqs \S+ gets it\nAmazon Q: arn/,
    )
    expect(code).toBe(0)
    const wrong = await fleetScanner([...args, '--route', 'nope'])
    expect(wrong.stderr).toContain('there is no route nope; there are: urgent, chat, siem, default')
    expect(wrong.code).toBe(2)
  })

  it('asks for a place and a route', async () => {
    expect((await fleetScanner(['notify', 'test', '--route', 'x'])).code).toBe(2)
    expect((await fleetScanner(['notify', 'test', '--local'])).code).toBe(2)
  })
})

describe('a filter policy', () => {
  const attributes = { route: 'urgent', kind: 'test' }
  it.each([
    ['{"route":["urgent"]}', 'yes'],
    ['{"route":["chat","urgent"],"kind":["test"]}', 'yes'],
    ['{"route":["chat"]}', 'no'],
    ['{"route":["urgent"],"kind":["change"]}', 'no'],
    ['{"owner":["a"]}', 'no'],
    ['{"route":[{"prefix":"urg"}]}', 'maybe'],
    ['{"route":[{"prefix":"urg"}],"kind":["change"]}', 'no'],
    ['{"$or":[{"route":["urgent"]}]}', 'maybe'],
    ['no JSON', 'maybe'],
  ])('%s: %s', (policy, gets) => {
    expect(filtered(policy, attributes)).toBe(gets)
  })
})
