import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type PostToSlackDeps,
  postToSlack,
  type SnsEvent,
} from '../../lambdas/post-to-slack/post-to-slack.ts'
import { SlackRejectedError, SlackUnavailableError } from '../../lambdas/post-to-slack/slack-errors.ts'
import { webhookUrl } from '../../lambdas/post-to-slack/webhook-url.ts'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import { sampleDigest } from '../../shared/report/digest-sample.ts'
import { slackMessage } from '../../shared/report/slack.ts'
import { type SlackServer, startSlackServer } from '../slack/slack-server.ts'

/** The part of a webhook's URL that is as good as a password. */
const TOKEN = '/services/T000/B000/s3cr3t'
const ROTATED = '/services/T000/B000/n3w'

const digest = (route = 'urgent') =>
  sampleDigest('test-1', route, '2026-01-31T12:00:00.000Z', '--stack fleet-scanner').bodies.default
const event = (Message = digest()): SnsEvent => ({
  Records: [{ EventSource: 'aws:sns', Sns: { MessageId: 'm-1', Message, Subject: 'x' } }],
})

let slack: SlackServer
/** What the secret holds at each read; the last stays. */
let secrets: string[]
let reads: string[]
let remaining: number

beforeEach(async () => {
  slack = await startSlackServer()
  secrets = [`${slack.origin}${TOKEN}`]
  reads = []
  remaining = 60_000
})
afterEach(() => slack.stop())

const deps = (): PostToSlackDeps => {
  let known: string | undefined
  return {
    secrets: { urgent: 'fleet-scanner/slack' },
    readSecret: async (id, { fresh = false } = {}) => {
      if (known === undefined || fresh) {
        reads.push(id)
        known = (secrets.length > 1 ? secrets.shift() : secrets[0]) ?? ''
      }
      return known
    },
    allowedOrigin: slack.origin,
    answersWithinMs: 300,
  }
}
const post = (message = event(), world = deps()) => postToSlack(message, world, () => remaining)
const failure = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )

describe('a digest', () => {
  it('is posted to the channel of its route, as blocks', async () => {
    expect(await post()).toEqual([{ digestId: 'test-1/urgent', route: 'urgent', messageId: 'm-1' }])
    expect(slack.posts).toEqual([
      {
        path: TOKEN,
        type: 'application/json; charset=utf-8',
        body: JSON.parse(JSON.stringify(slackMessage(digestBodySchema.parse(JSON.parse(digest()))))),
      },
    ])
    expect(reads).toEqual(['fleet-scanner/slack'])
  })

  it('that SNS delivers twice is posted twice, under the same id: Slack has no way to prevent that', async () => {
    const world = deps()
    await post(event(), world)
    await post(event(), world)
    const ids = slack.posts.map(({ body }) => /Digest `([^`]+)`/.exec(JSON.stringify(body))?.[1])
    expect(ids).toEqual(['test-1/urgent', 'test-1/urgent'])
    expect(reads).toHaveLength(1)
  })

  it.each([
    ['of a route without a channel', digest('other'), 'no_such_route'],
    ['of a route named like something that every object has', digest('constructor'), 'no_such_route'],
    ['that is none', '{"type":"something else"}', 'not_a_digest'],
    ['that is no JSON', 'hello', 'not_a_digest'],
  ])('%s is refused, and nothing is posted', async (_, message, code) => {
    expect(await failure(post(event(message)))).toMatchObject({ name: 'SlackRejectedError', code })
    expect(slack.posts).toEqual([])
  })
})

describe('Slack', () => {
  it('limits the rate: the message waits as long as Slack asks for', async () => {
    slack.answers.push({ status: 429, headers: { 'retry-after': '1' } })
    const begun = Date.now()
    await post()
    expect(Date.now() - begun).toBeGreaterThanOrEqual(990)
    expect(slack.posts).toHaveLength(2)
  })

  it('limits the rate for longer than the function may run: Lambda tries again', async () => {
    slack.answers.push({ status: 429, headers: { 'retry-after': '120' } })
    const error = await failure(post())
    expect(error).toBeInstanceOf(SlackUnavailableError)
    expect(error.message).toContain('120 seconds')
    expect(slack.posts).toHaveLength(1)
  })

  it('limits the rate again and again: it ends before the function does', async () => {
    slack.byPath[TOKEN] = { status: 429 }
    const until = Date.now() + 4500
    const ended = failure(postToSlack(event(), deps(), () => until - Date.now()))
    expect(await ended).toBeInstanceOf(SlackUnavailableError)
    expect(Date.now()).toBeLessThan(until)
    expect(slack.posts.length).toBeGreaterThan(1)
  })

  it('fails once: it is thrown, and posted when Lambda tries again', async () => {
    slack.answers.push({ status: 500, says: 'rollup_error' })
    const world = deps()
    expect(await failure(post(event(), world))).toBeInstanceOf(SlackUnavailableError)
    await post(event(), world)
    expect(slack.posts).toHaveLength(2)
  })

  it('hangs: it is given up within the time', async () => {
    slack.answers.push('hang')
    const begun = Date.now()
    const error = await failure(post())
    expect(error).toBeInstanceOf(SlackUnavailableError)
    expect(Date.now() - begun).toBeLessThan(5000)
  })

  it('is not there: it is thrown for Lambda to try again', async () => {
    await slack.stop()
    expect(await failure(post())).toMatchObject({
      name: 'SlackUnavailableError',
      message: 'Slack gave no answer (ECONNREFUSED)',
    })
    slack = await startSlackServer()
  })

  it.each([
    [400, 'invalid_blocks'],
    [403, 'invalid_token'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])(
    'refuses for good with %i: it is asked once, after a look whether the webhook has changed',
    async (status, says) => {
      slack.byPath[TOKEN] = { status, says }
      const error = await failure(post())
      expect(error).toBeInstanceOf(SlackRejectedError)
      expect(error.code).toBe(says)
      expect(slack.posts).toHaveLength(1)
      expect(reads).toHaveLength(2)
    },
  )

  it('has another webhook by now: the message goes there', async () => {
    slack.byPath[TOKEN] = { status: 404, says: 'no_service' }
    secrets.push(`${slack.origin}${ROTATED}`)
    await post()
    expect(slack.posts.map(({ path }) => path)).toEqual([TOKEN, ROTATED])
  })

  it('sends elsewhere: nobody follows', async () => {
    const elsewhere = await startSlackServer()
    slack.answers.push({ status: 307, headers: { location: `${elsewhere.origin}/` } })
    expect(await failure(post())).toBeInstanceOf(SlackUnavailableError)
    expect(elsewhere.posts).toEqual([])
    await elsewhere.stop()
  })
})

it('no error shows the webhook, whatever goes wrong', async () => {
  const errors: Error[] = []
  for (const answer of [
    { status: 500 },
    { status: 403 },
    { status: 429 },
    'hang',
    { status: 302 },
  ] as const) {
    slack.answers.push(answer)
    remaining = 100
    errors.push(await failure(post()))
  }
  secrets = [`https://evil.example${TOKEN}`]
  errors.push(await failure(post()))
  await slack.stop()
  secrets = [`${slack.origin}${TOKEN}`]
  errors.push(await failure(post()))
  expect(errors).toHaveLength(7)
  for (const error of errors) expect(inspect(error, { depth: 10 })).not.toMatch(/s3cr3t|127\.0\.0\.1/)
  slack = await startSlackServer()
})

describe('the URL of a webhook', () => {
  it.each([
    `https://hooks.slack.com${TOKEN}`,
    `https://hooks.slack-gov.com${TOKEN}\n`,
    `{"url": "https://hooks.slack.com${TOKEN}"}`,
  ])('is taken from %j', (secret) => {
    expect(webhookUrl(secret).pathname).toBe(TOKEN)
  })

  it.each([
    `http://hooks.slack.com${TOKEN}`,
    `https://hooks.slack.com:8443${TOKEN}`,
    `https://hooks.slack.com.evil.example${TOKEN}`,
    `https://hooks.slack.com@evil.example${TOKEN}`,
    `https://user@hooks.slack.com${TOKEN}`,
    `https://evil.example/hooks.slack.com`,
    'http://169.254.169.254/latest/meta-data',
    '{"webhook": "https://hooks.slack.com/services/T"}',
    'xoxb-a-token',
    '',
  ])('is refused: %j', (secret) => {
    expect(() => webhookUrl(secret)).toThrow(SlackRejectedError)
    // A server in Slack's place opens the door to no other.
    expect(() => webhookUrl(secret, 'http://127.0.0.1:9')).toThrow(SlackRejectedError)
  })
})
