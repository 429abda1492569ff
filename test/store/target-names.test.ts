import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countingReads } from '../../bench/queries/counting-reads.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import type { Store, TargetKey } from '../../shared/store/store.ts'
import { at } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const TARGETS: TargetKey[] = ['111111111111', '222222222222', '333333333333'].flatMap((account) =>
  ['eu-west-1', 'us-east-1'].map((region) => ({ account, region })),
)
const put = (store: Store, target: TargetKey, minutes = 0) =>
  store.putTarget(target, { inventoriedAt: at(minutes), coverage: coverageOf([]) })

test('the accounts and regions ever looked at are one read, however many they are', async () => {
  const name = await tables.newTable()
  const counted = countingReads(tables.client)
  const store = createStore(counted.client, name)
  await Promise.all(TARGETS.map((each) => put(store, each)))
  counted.reset()
  expect(await store.targets()).toEqual(TARGETS)
  expect(counted.seen()).toMatchObject({ distinct: 1, calls: 1 })
  expect(await store.target(TARGETS[0] as TargetKey)).toEqual({
    ...{ inventoriedAt: at(0), firstInventoriedAt: at(0), coverage: coverageOf([]) },
  })
})

test('those that an earlier version has listed are not lost, also where they are never looked at again', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  for (const each of TARGETS.slice(0, 4)) await put(store, each)
  await tables.client.send(new DeleteCommand({ TableName: name, Key: keys.targetNames }))
  for (const each of TARGETS.slice(0, 4))
    await tables.client.send(
      new UpdateCommand({ TableName: name, Key: keys.target(each), UpdateExpression: 'REMOVE named' }),
    )
  expect(await store.targets()).toEqual(TARGETS.slice(0, 4))
  await put(store, TARGETS[4] as TargetKey, 10)
  expect(await store.targets()).toEqual(TARGETS.slice(0, 5))
  await put(store, TARGETS[1] as TargetKey, 10)
  expect(await store.targets()).toEqual(TARGETS.slice(0, 5))
})

test('more names than one item takes do not stop an inventory: the list of targets holds them all', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await put(store, TARGETS[0] as TargetKey)
  const names = new Set([`${'1'.repeat(409_562)}#x`])
  await tables.client.send(new PutCommand({ TableName: name, Item: { ...keys.targetNames, names } }))
  for (const each of TARGETS.slice(1, 3)) await put(store, each, 10)
  const kept = await tables.contentOf(name)
  expect(kept.find(({ pk }) => pk === keys.targetNames.pk)).toEqual({ ...keys.targetNames, full: true })
  expect(await store.targets()).toEqual(TARGETS.slice(0, 3))
  expect(await store.target(TARGETS[2] as TargetKey)).toMatchObject({ inventoriedAt: at(10) })
})
