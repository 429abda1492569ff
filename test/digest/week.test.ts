import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { SNSClient } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOME_REGION, localCredentials } from '../../local/credentials.ts'
import { type DigestInbox, startDigestInbox } from '../../local/digest-inbox.ts'
import { digestTopic } from '../../shared/aws/digest-topic.ts'
import { type DigestBody, digestBodySchema } from '../../shared/report/digest-body.ts'
import { transitionId } from '../../shared/report/digest-covers.ts'
import { groupOf } from '../../shared/report/digest-groups.ts'
import { fakeWorld, START } from '../lambdas/scan.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { HOURS, hoursToTell, type Timeline, week } from './week.ts'

const HERE = '111111111111/eu-central-1'
const SEED = 20260131

let tables: Awaited<ReturnType<typeof startTables>>
let inbox: DigestInbox
beforeAll(async () => {
  tables = await startTables()
  inbox = await startDigestInbox()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await inbox.stop()
  await tables.stop()
})

const fleetAt = (timeline: Timeline, hour: number) =>
  Object.fromEntries(
    Object.entries(timeline).flatMap(([id, states]) => {
      const state = states[hour]
      return state === undefined || state === 'absent' ? [] : [[id, state]]
    }),
  )

test('a week of hourly scans writes only when there is something to tell, and tells each change once', {
  timeout: 300_000,
}, async () => {
  const timeline = week(SEED)
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: fleetAt(timeline, 0) }, 'sla: { high: 2 }\n')
  const sns = new SNSClient({ endpoint: inbox.url, region: HOME_REGION, credentials: localCredentials })
  world.deps.publish = digestTopic(sns, { digests: inbox.topicArn })
  const { access } = world.deps
  // The first look finds that all have answered: nobody has to wait.
  world.deps.access = (target) => ({
    ...access(target),
    progress: async (_, ids) => ({ done: true, answered: ids.length }),
  })

  const received: { hour: number; body: DigestBody }[] = []
  for (let hour = 0; hour <= HOURS; hour++) {
    world.fleet[HERE] = fleetAt(timeline, hour)
    world.advance((START.getTime() + hour * 3_600_000 - world.deps.now().getTime()) / 60_000)
    expect(await world.scan()).toMatchObject({ status: 'closed', targetErrors: [] })
    for (const { body } of await inbox.publishedDigests())
      received.push({ hour, body: digestBodySchema.parse(JSON.parse(body)) })
  }
  sns.destroy()

  const of = (kind: DigestBody['kind']) => received.filter(({ body }) => body.kind === kind)
  const told = [...of('baseline'), ...of('change')].map(({ hour }) => hour)
  expect(told).toEqual([...hoursToTell(timeline)].sort((a, b) => a - b))
  expect(of('baseline')).toHaveLength(1)
  expect(of('reminder').map(({ hour }) => hour)).toEqual([HOURS])

  const covered = new Map<string, number>()
  for (const { body } of received)
    for (const id of body.covers.ids ?? []) covered.set(id, (covered.get(id) ?? 0) + 1)
  const transitions = await store.history({})
  const news = transitions.filter((each) => groupOf(each) !== undefined)
  expect(news.filter((each) => covered.get(transitionId(each)) !== 1)).toEqual([])
  expect([...covered.values()].every((count) => count === 1)).toBe(true)
  const known = new Set(transitions.map(transitionId))
  expect([...covered.keys()].every((id) => known.has(id))).toBe(true)

  const groups = received.flatMap(({ body }) => body.blocks.map(({ group }) => group))
  const flapping = groups.filter((group) => group === 'flapping').length
  const settled = groups.filter((group) => group === 'settled').length
  expect(flapping).toBe(settled)
  expect(flapping).toBeGreaterThanOrEqual(4)
  console.log(
    `${HOURS + 1} hourly scans: ${told.length} with something to tell, ${received.length} messages (${of('reminder').length} of them a reminder); ` +
      `${news.length} changes that are news, each in exactly one digest; ${transitions.length - news.length} that are none; ${flapping} times flapping, ${settled} times settled`,
  )
})
