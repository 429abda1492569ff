import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awsError } from '../lambdas/scan.fixture.ts'
import { injector } from './injector.ts'
import {
  bodiesAt,
  DESTINATIONS,
  DISTURBED,
  destinationOf,
  distinct,
  NEXT,
  startSeveralRoutes,
} from './several-routes.fixture.ts'
import { deaths, each } from './two-scans.fixture.ts'

/** Hundreds of scans, which wait in real time. */
const TIME = 240_000

type Routes = Awaited<ReturnType<typeof startSeveralRoutes>>
type World = Awaited<ReturnType<Routes['world']>>
let routes: Routes
beforeAll(async () => {
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
  routes = await startSeveralRoutes()
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await routes.stop()
})

/** Nothing is missing anywhere, and nothing was told twice but under the same id. */
const expectAllTold = async (world: World, place: string) => {
  const changes = (await world.changes()).sort()
  for (const destination of DESTINATIONS) {
    const bodies = distinct(bodiesAt(destination, world.sent()))
    const covered = bodies.flatMap(({ covers }) => covers.ids ?? [])
    expect(covered.sort(), `${place}: ${destination}`).toEqual(changes)
    const flapping = bodies.filter(({ counts }) => (counts.flapping ?? 0) > 0)
    expect(flapping, `${place}: ${destination}`).toHaveLength(1)
    expect(
      bodies.filter(({ kind }) => kind === 'reminder'),
      `${place}: ${destination}`,
    ).toHaveLength(1)
  }
  const texts = new Map<string, string>()
  for (const { route, attributes, bodies } of world.sent()) {
    const key = `${attributes.digestId} ${route}`
    expect(texts.get(key) ?? bodies.default, `${place}: ${key}`).toBe(bodies.default)
    texts.set(key, bodies.default ?? '')
  }
  expect(await world.store.unpublishedDigests(), place).toEqual([])
}

test('each route gets its message at each of its destinations, and a reminder', async () => {
  const world = await routes.world()
  expect(await world.scan(DISTURBED)).toMatchObject({ status: 'closed', digest: 'published' })
  await expectAllTold(world, 'undisturbed')
  expect(world.published.map(({ route }) => route).sort()).toEqual([
    ...['all', 'all~amazon-q', 'all~reminder', 'all~reminder~amazon-q', 'urgent', 'urgent~reminder'],
  ])
  expect(await world.scan(NEXT)).toMatchObject({ digest: 'none' })
})

test.each([
  ['NotFoundException', DESTINATIONS],
  ['AuthorizationErrorException', ['urgent']],
  ['Throttling', ['all']],
])(
  'a topic that answers %s holds up no other and repeats none; what it missed comes with the next scan',
  {
    timeout: TIME,
  },
  async (error, destinations) => {
    await each(destinations, async (refusing) => {
      const world = await routes.world()
      const { publish } = world.deps
      world.deps.publish = async (digest) => {
        if (destinationOf(digest) === refusing) throw awsError(error)
        return publish(digest)
      }
      expect(await world.scan(DISTURBED)).toMatchObject({ status: 'closed', digest: 'frozen' })
      const others = world.published.map((sent) => destinationOf(sent))
      expect(new Set(others)).toEqual(new Set(DESTINATIONS.filter((name) => name !== refusing)))

      world.deps.publish = publish
      expect(await world.scan(NEXT)).toMatchObject({ status: 'closed', digest: 'none', unpublished: 0 })
      await expectAllTold(world, `${refusing} ${error}`)
      const keys = world.published.map(({ route, attributes }) => `${attributes.digestId} ${route}`)
      expect(new Set(keys).size).toBe(keys.length)
    })
  },
)

test('a function that dies around freezing, publishing or marking loses nothing, and repeats under the same id', {
  timeout: TIME,
}, async () => {
  const undisturbed = await routes.world()
  const faults = injector()
  await undisturbed.scan({ ...DISTURBED, faults })
  const cases = deaths([...faults.effects]).filter(
    ({ place }) => /D#|publish|FLAPPING|REMINDER|META/.test(place) || place === 'at the end',
  )
  expect(cases.length).toBeGreaterThan(20)
  let repeated = 0
  const run = async (again: boolean) =>
    each(cases, async ({ place, ...fault }) => {
      const world = await routes.world()
      await world.scan({ ...DISTURBED, faults: injector({ ...fault, dies: true }) })
      if (again) await world.scan(DISTURBED)
      await world.scan(NEXT)
      await expectAllTold(world, `${place}${again ? ', started again' : ''}`)
      const keys = world.published.map(({ route, attributes }) => `${attributes.digestId} ${route}`)
      repeated += keys.length - new Set(keys).size
    })
  await run(true)
  await run(false)
  expect(repeated).toBeGreaterThan(0)
  console.log(
    `${cases.length} deaths around the digests, each started again and each left to the next scan: nothing lost; ${repeated} messages repeated, each under the id it had`,
  )
})
