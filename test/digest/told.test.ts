import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestBodySchema } from '../../shared/report/digest-body.ts'
import type { Digest, Store } from '../../shared/store/store.ts'
import { type FakeFleet, fakeWorld, START } from '../lambdas/scan.fixture.ts'
import { RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

const HERE = '111111111111/eu-central-1'
const THERE = '222222222222/eu-west-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const subjects = (published: Digest[]) => published.map(({ subject }) => subject)
const bodies = (published: Digest[]) =>
  published.map(({ bodies: { default: body = '' } }) => digestBodySchema.parse(JSON.parse(body)))

/** The same table, with a configuration that has the targets of this fleet. */
const worldAt = (store: Store, fleet: FakeFleet, minutes: number, settings = '') => {
  const world = fakeWorld(store, fleet, settings)
  world.advance(minutes)
  return world
}

test.concurrent('a target that is added reads as a first scan, whatever fails there', async () => {
  const store = await tables.newStore()
  await worldAt(store, { [HERE]: { 'i-1': 'PASS' } }, 0).scan()
  const world = worldAt(store, { [HERE]: { 'i-1': 'FAIL' }, [THERE]: { 'i-2': 'FAIL', 'i-3': 'PASS' } }, 60)
  await world.scan()
  expect(subjects(world.published)).toEqual([
    'fleet-scanner: 1 fail again after a pass, 1 found in a new target, 1 new target',
  ])
  expect(bodies(world.published)[0]?.notes).toContain(
    `First scan of ${THERE}: 2 instances. What is found there is not new, only newly looked at.`,
  )
  // From now on a failure there is a failure.
  world.fleet[THERE] = { 'i-2': 'FAIL', 'i-3': 'FAIL' }
  world.advance(60)
  await world.scan()
  expect(subjects(world.published)[1]).toBe('fleet-scanner: 1 fail again after a pass')
})

test.concurrent('an added target in which nothing fails is told all the same, once', async () => {
  const store = await tables.newStore()
  await worldAt(store, { [HERE]: { 'i-1': 'PASS' } }, 0).scan()
  const world = worldAt(store, { [HERE]: { 'i-1': 'PASS' }, [THERE]: { 'i-2': 'PASS' } }, 60)
  await world.scan()
  world.advance(60)
  await world.scan()
  expect(subjects(world.published)).toEqual(['fleet-scanner: 1 new target'])
})

test.concurrent('a target that falls out of reach is told once, and once when it is in reach again', async () => {
  const store = await tables.newStore()
  const world = worldAt(store, { [HERE]: { 'i-1': 'PASS' }, [THERE]: { 'i-2': 'PASS' } }, 0)
  await world.scan()
  const there = world.fleet[THERE] ?? {}
  for (const what of [new Error('denied'), new Error('denied again'), there]) {
    world.fleet[THERE] = what
    world.advance(60)
    await world.scan()
  }
  expect(subjects(world.published).slice(1)).toEqual([
    'fleet-scanner: 1 target out of reach',
    'fleet-scanner: 1 target in reach again',
  ])
})

const waiver = (until: string, value: string) => ({
  ...{ id: `w-20260101-${value}`, rule: RULE, reason: 'it is being replaced', ticket: 'OPS-1', until },
  scope: { kind: 'instance' as const, value },
  ...{ who: 'ana', createdAt: '2026-01-01T00:00:00.000Z', changedBy: 'ana' },
  ...{ changedAt: '2026-01-01T00:00:00.000Z', revision: 1 },
})
const DAY = 24 * 60

test.concurrent('a waived failure is counted; its waiver is told of 30, 7 and 1 days before its end, and alerts after it', async () => {
  const store = await tables.newStore()
  await store.putWaiver(waiver('2026-03-12T23:59:59.999Z', 'i-1'), undefined)
  const world = worldAt(store, { [HERE]: { 'i-1': 'PASS', 'i-2': 'PASS' } }, 0, 'reminder: { off: true }\n')
  await world.scan()
  world.fleet[HERE] = { 'i-1': 'FAIL', 'i-2': 'PASS' }
  const told: [number, string][] = []
  for (const day of [1, 10, 11, 12, 33, 34, 35, 39, 40, 41, 42]) {
    const before = world.published.length
    world.advance((START.getTime() - world.deps.now().getTime()) / 60_000 + day * DAY)
    await world.scan()
    for (const subject of subjects(world.published.slice(before))) told.push([day, subject])
  }
  expect(told).toEqual([
    [11, 'fleet-scanner: 1 waiver(s) ending'],
    [34, 'fleet-scanner: 1 waiver(s) ending'],
    [40, 'fleet-scanner: 1 waiver(s) ending'],
    [41, 'fleet-scanner: 1 no longer waived, 1 waiver(s) ending'],
  ])
  const last = world.published.at(-1)?.bodies.email?.replace(/\s+/g, ' ')
  expect(last).toContain(
    'waiver w-20260101-i-1 (ticket OPS-1) has ended, 2026-03-12 23:59 UTC: etcd-auto-tls-disabled, instance i-1; covers 1 failure; asked for by ana',
  )
  expect(last).toContain('waiver w-20260101-i-1 has ended: it is FAIL by FAIL')
}, 120_000)

test.concurrent('each owner is told of its own; a reminder repeats what is overdue, and not what is waived', async () => {
  const store = await tables.newStore()
  await store.putWaiver({ ...waiver('2026-12-31T23:59:59.999Z', 'i-2'), id: 'w-2' }, undefined)
  // What parse-results stores here has the tag role=control-plane.
  const settings = `ownerTag: role
routes:
  - { name: mine, owners: [control-plane], email: [me@example.com] }
  - { name: theirs, owners: [somebody-else], email: [them@example.com] }
  - { name: all, email: [all@example.com] }
sla: { high: 5 }
`
  const world = worldAt(store, { [HERE]: { 'i-1': 'FAIL', 'i-2': 'FAIL' } }, 0, settings)
  await world.scan()
  const seen = (from: number) =>
    world.published.slice(from).map(({ route, subject }) => `${route}: ${subject}`)
  expect(seen(0).sort()).toEqual([
    'all: fleet-scanner, first scan: 1 failing, 2 of 2 assessed',
    'mine: fleet-scanner, first scan: 1 failing, 2 of 2 assessed',
  ])
  expect(bodies(world.published).map(({ kind, waived }) => [kind, waived])).toEqual([
    ['baseline', 1],
    ['baseline', 1],
  ])
  for (const days of [6, 1, 1]) {
    world.advance(days * DAY)
    await world.scan()
  }
  expect(seen(2).sort()).toEqual([
    'all~reminder: fleet-scanner, reminder: 1 overdue',
    'mine~reminder: fleet-scanner, reminder: 1 overdue',
  ])
})

test.concurrent('what no route takes goes to the one that is always there', async () => {
  const store = await tables.newStore()
  const settings = 'routes: [{ name: theirs, owners: [somebody-else], email: [them@example.com] }]\n'
  const world = worldAt(store, { [HERE]: { 'i-1': 'PASS' } }, 0, settings)
  await world.scan()
  world.fleet[HERE] = { 'i-1': 'FAIL' }
  world.advance(60)
  await world.scan()
  expect(world.published.map(({ route, attributes }) => [route, attributes.kind])).toEqual([
    ['theirs', 'baseline'],
    ['default', 'change'],
  ])
})
