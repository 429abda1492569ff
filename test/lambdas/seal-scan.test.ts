import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SealOutcome } from '../../lambdas/run-scan/deps.ts'
import { manifestSchema, unpack } from '../../shared/seal/manifest.ts'
import { tableReader } from '../../shared/seal/reader.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { awsError, fakeWorld } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const withSeals = (store: Store) => {
  const world = fakeWorld(store, { [HERE]: { 'i-1': 'FAIL', 'i-2': 'PASS' } })
  const outcomes: SealOutcome[] = []
  world.deps.recordSeal = (outcome) => outcomes.push(outcome)
  return { world, outcomes }
}
const problemsOf = async (store: Store, now: Date) =>
  (await verifySeals(tableReader(store), { now: now.toISOString() })).problems

test('every scan that ends is sealed, one that fails too', async () => {
  const store = await tables.newStore()
  const { world, outcomes } = withSeals(store)
  await world.scan({ scanId: 'good' })
  world.fleet[HERE] = { 'i-1': 'PASS', 'i-2': 'FAIL' }
  world.advance(60)
  world.deps.store = {
    ...store,
    countFindings: () => {
      throw awsError('ValidationException', 'the table is odd')
    },
  }
  await expect(world.scan({ scanId: 'bad' })).rejects.toThrow()
  expect((await store.seals.newest(5)).map(({ number, scanId }) => [number, scanId])).toEqual([
    [2, 'bad'],
    [1, 'good'],
  ])
  expect(await store.scan('bad')).toMatchObject({ status: 'failed', seal: { number: 2 } })
  expect(outcomes).toEqual([{ scanId: 'good' }, { scanId: 'bad' }])
  expect(await problemsOf(store, world.deps.now())).toEqual([])
})

test('a scan that cannot be sealed, or whose seal the bucket refuses, has ended all the same; the next one makes up for it', async () => {
  const store = await tables.newStore()
  const { world, outcomes } = withSeals(store)
  await world.scan({ scanId: 's1' })
  world.advance(60)
  world.deps.store = {
    ...store,
    seals: { ...store.seals, put: () => Promise.reject(awsError('ValidationException', 'the table is odd')) },
  }
  expect(await world.scan({ scanId: 's2' })).toMatchObject({ status: 'closed' })
  world.deps.store = store
  world.advance(60)
  world.deps.sealBucket = () => Promise.reject(awsError('AccessDenied', 'the bucket is shut'))
  expect(await world.scan({ scanId: 's3' })).toMatchObject({ status: 'closed' })
  expect((await store.seals.newest(5)).map(({ scanId }) => scanId)).toEqual(['s3', 's2', 's1'])

  const written: string[] = []
  world.deps.sealBucket = async (key) => void written.push(key)
  world.advance(60)
  await world.scan({ scanId: 's4' })
  const hashes = (await store.seals.newest(4)).map(({ hash }) => hash.slice(0, 16)).reverse()
  // The newest first: what others cannot write keeps it from nothing.
  expect(written).toEqual([4, 1, 2, 3].map((n) => `seals/000000000${n}-s${n}-${hashes[n - 1]}.json.gz`))
  expect(outcomes).toEqual([
    { scanId: 's1' },
    { scanId: 's2', problem: 'the scan could not be sealed: the table is odd' },
    { scanId: 's3', problem: 'a seal could not be written to the bucket: the bucket is shut' },
    { scanId: 's4' },
  ])
})

test('a damaged scan, and a seal of which a part is gone, are told of after each scan and stop no other', async () => {
  const store = await tables.newStore()
  const { world, outcomes } = withSeals(store)
  await world.scan({ scanId: 's1' })
  const opened = world.deps.now().toISOString()
  world.advance(60)
  const odd = { scanId: 'odd', status: 'open', trigger: 'manual', openedAt: opened } as const
  await store.openScan({ ...odd, deadlineAt: 'x', targets: 1, engineVersion: '1' })
  await store.closeScan('odd', { status: 'failed', closedAt: opened })
  const seal = await store.seals.seal(1)
  const { parts } = manifestSchema.parse(JSON.parse(unpack(seal?.manifest ?? Buffer.of())))
  const part = async (hash: string) => (hash === parts[0]?.[1] ? undefined : store.seals.part(hash))
  world.deps.store = { ...store, seals: { ...store.seals, part } }
  const written: string[] = []
  world.deps.sealBucket = async (key) => void written.push(key)
  await world.scan({ scanId: 's2' })
  expect(written).toEqual([expect.stringMatching(/^seals\/0000000002-s2-/)])
  expect(outcomes.at(-1)?.problem).toMatch(
    /^scan odd could not be sealed: .*; seals still to be written to the bucket: 1 \(seal 1: part \w+ of a seal/,
  )
})
