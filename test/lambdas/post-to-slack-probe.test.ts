import { afterEach, beforeEach, expect, test } from 'vitest'
import { isProbe, probeWebhooks } from '../../lambdas/post-to-slack/probe.ts'
import { type SlackServer, startSlackServer } from '../slack/slack-server.ts'

let slack: SlackServer
beforeEach(async () => {
  slack = await startSlackServer()
})
afterEach(() => slack.stop())

/** The webhook of each route, as its secret holds it. */
const probe = (webhooks: Record<string, string>) =>
  probeWebhooks({
    secrets: Object.fromEntries(Object.keys(webhooks).map((route) => [route, `secret of ${route}`])),
    readSecret: async (id) => {
      const webhook = webhooks[id.replace('secret of ', '')]
      if (webhook === 'denied') throw new Error('the secret cannot be read')
      return webhook ?? ''
    },
    allowedOrigin: slack.origin,
    answersWithinMs: 300,
  })

test('a webhook that has nothing against us but that there is nothing to post is good', async () => {
  slack.answers.push({ status: 400, says: 'no_text' }, { status: 400, says: 'invalid_payload' })
  expect(await probe({ ops: `${slack.origin}/a`, sec: `${slack.origin}/b` })).toEqual([
    { route: 'ops' },
    { route: 'sec' },
  ])
  expect(slack.posts.map(({ body }) => body)).toEqual([{}, {}])
})

test.each([
  ['was taken back', { status: 404, says: 'no_service' } as const, 'Slack answers 404 no_service'],
  ['belongs to a channel that is archived', { status: 410, says: 'channel_is_archived' } as const, /410/],
  ['is out of order', { status: 500, says: 'oops' } as const, /500/],
  ['never answers', 'hang' as const, /gave no answer/],
])('a webhook that %s is a problem, in words', async (_, answer, problem) => {
  slack.answers.push(answer)
  expect(await probe({ ops: `${slack.origin}/a` })).toEqual([
    { route: 'ops', problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) },
  ])
})

test('one that cannot be read, or leads elsewhere, keeps no other from being looked at', async () => {
  slack.answers.push({ status: 400, says: 'no_text' })
  const found = await probe({ a: 'denied', b: 'https://example.com/x', c: `${slack.origin}/c` })
  expect(found.map(({ route, problem }) => [route, problem !== undefined])).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ])
  expect(JSON.stringify(found)).not.toContain('example.com/x')
})

test('a message of SNS is no question', () => {
  expect(isProbe({ probe: true })).toBe(true)
  for (const event of [{ Records: [] }, { probe: 'yes' }, null, 'probe']) expect(isProbe(event)).toBe(false)
})
