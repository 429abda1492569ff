import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { sampleDigest } from '../../shared/report/digest-sample.ts'
import { type SlackServer, startSlackServer } from '../slack/slack-server.ts'

const TOKEN = '/services/T000/B000/s3cr3t'
const SECRET = 'arn:aws:secretsmanager:eu-central-1:999988887777:secret:hook-AbCdEf'

let slack: SlackServer
let secretsManager: Server
let asked: unknown[]
let logged: string[]
let handler: (event: unknown, context: object) => Promise<unknown>

/** Answers GetSecretValue as AWS does, over HTTP: https://docs.aws.amazon.com/secretsmanager/latest/apireference/ */
const startSecretsManager = async (value: () => string): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request))
    asked.push([request.headers['x-amz-target'], body])
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ ARN: SECRET, Name: 'hook', SecretString: value() }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

beforeAll(async () => {
  asked = []
  logged = []
  slack = await startSlackServer()
  secretsManager = await startSecretsManager(() => `${slack.origin}${TOKEN}`)
  const { port } = secretsManager.address() as AddressInfo
  for (const [name, value] of Object.entries({
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
    SLACK_ROUTES: JSON.stringify({ urgent: SECRET }),
    SCANNER_NAME: 'my-scanner',
    SLACK_ORIGIN: slack.origin,
    POWERTOOLS_DEV: 'true',
    POWERTOOLS_LOG_LEVEL: 'DEBUG',
    POWERTOOLS_METRICS_DISABLED: 'false',
  }))
    vi.stubEnv(name, value)
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((line: string) => void logged.push(line))
  handler = (await import('../../lambdas/post-to-slack/index.ts')).handler as typeof handler
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  secretsManager.close()
  secretsManager.closeAllConnections()
  await slack.stop()
})
beforeEach(() => {
  logged.length = 0
  slack.posts.length = 0
  asked.length = 0
})

const context = {
  functionName: 'my-scanner-post-to-slack',
  awsRequestId: 'r-1',
  getRemainingTimeInMillis: () => 60_000,
}

const message = () =>
  sampleDigest('test-1', 'urgent', '2026-01-31T12:00:00.000Z', '--stack my-scanner').bodies.default
/** As AWS documents what SNS sends to a function: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const event = {
  Records: [
    {
      EventVersion: '1.0',
      EventSubscriptionArn: 'arn:aws:sns:eu-central-1:999988887777:my-scanner-digests:21be56ed',
      EventSource: 'aws:sns',
      Sns: {
        SignatureVersion: '1',
        Timestamp: '2026-01-31T12:00:01.000Z',
        MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
        Message: message(),
        MessageAttributes: { route: { Type: 'String', Value: 'urgent' } },
        Type: 'Notification',
        TopicArn: 'arn:aws:sns:eu-central-1:999988887777:my-scanner-digests',
        Subject: 'fleet-scanner: this is a test',
      },
    },
  ],
}
const metricsOf = () =>
  logged
    .map((line) => JSON.parse(line))
    .filter((line) => '_aws' in line)
    .map(({ SlackRejected, service }) => ({ SlackRejected, service }))

it('posts what SNS delivers, with the webhook of the secret, which it reads once', async () => {
  await handler(event, context)
  await handler(event, context)
  expect(slack.posts.map(({ path }) => path)).toEqual([TOKEN, TOKEN])
  expect(asked).toEqual([['secretsmanager.GetSecretValue', { SecretId: SECRET }]])
  expect(metricsOf()).toEqual([])
})

it('throws what Slack refuses, so that the event is kept, and counts it for the alarm', async () => {
  slack.answers.push({ status: 403, says: 'invalid_token' })
  await expect(handler(event, context)).rejects.toThrow('Slack does not take the message: 403 invalid_token')
  expect(metricsOf()).toEqual([{ SlackRejected: 1, service: 'my-scanner' }])
  expect(logged.join()).toContain('"code": "invalid_token"')
  // It looks whether there is another webhook by now.
  expect(asked).toEqual([['secretsmanager.GetSecretValue', { SecretId: SECRET }]])
})

it('throws what may work later, and raises no alarm for it', async () => {
  slack.answers.push({ status: 503 })
  await expect(handler(event, context)).rejects.toThrow('Slack answers 503')
  expect(metricsOf()).toEqual([])
})

it('throws for an event that is not of SNS', async () => {
  await expect(handler({}, context)).rejects.toThrow()
  expect(slack.posts).toEqual([])
})

it('never logs the webhook', async () => {
  slack.answers.push({ status: 403 }, { status: 500 })
  for (let i = 0; i < 3; i++) await handler(event, context).catch(() => {})
  expect(logged.length).toBeGreaterThan(2)
  expect(logged.join('\n')).not.toMatch(/s3cr3t|services\/T000/)
})
