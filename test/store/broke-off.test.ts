import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'
import { Crash, intercepted } from './client.fixture.ts'
import { assessment, at, finding, node, scanRecord, sighting, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const A = node('i-a')
const PASSES = assessment(A, [finding('PASS')])
const FAILS = assessment(A, [finding('FAIL')])

/** A client that breaks off before it writes any change: what is found has been written by then. */
const breaking = (client: DynamoDBDocumentClient) =>
  intercepted(client, async (name, { input }, call) => {
    const { sk } = (input.Item ?? {}) as { sk?: string }
    if (name === 'PutCommand' && sk?.startsWith('H#')) throw new Crash('before the change')
    return call()
  })

/** A scan that breaks off between a finding and its change, and is given up. */
const brokeOff = async (name: string, seen: Assessment | Sighting) => {
  const store = createStore(breaking(tables.client), name)
  await store.openScan(scanRecord('s2', 10))
  const half =
    'findings' in seen
      ? store.applyAssessments('s2', at(11), [seen])
      : store.applySightings('s2', at(11), [seen])
  await expect(half).rejects.toThrow(Crash)
  await store.closeScan('s2', { status: 'failed', closedAt: at(12) })
}

const failedThen = async (store: Store) =>
  (await store.transitionsAt(at(5), { status: ['FAIL'] })).map(({ ruleId, scanId }) => [ruleId, scanId])
const BY_THE_FIRST = [[FAILS.findings[0]?.ruleId, 's1']]

const gone = sighting(A, 'left-scope')
const silent = sighting(A, 'unreachable')

describe('a failure of the past stands, where a scan broke off before it wrote what became of it, and then', () => {
  test.each<[string, Assessment | Sighting, Assessment[], Sighting[]]>([
    ['it had left, and is judged again, otherwise', gone, [PASSES], []],
    ['it had left, and is judged again, alike', gone, [FAILS], []],
    ['it had left, and is out of reach', gone, [], [silent]],
    ['it was mended, and is out of reach', PASSES, [], [silent]],
    ['it was mended, and leaves', PASSES, [], [gone]],
    ['it was mended, and is judged again', PASSES, [PASSES], []],
  ])('%s', async (_, half, assessed, sighted) => {
    const name = await tables.newTable()
    const store = createStore(tables.client, name)
    await wholeScan(store, 's1', 0, [FAILS])
    await brokeOff(name, half)
    await wholeScan(store, 's3', 20, assessed, sighted)
    expect(await failedThen(store)).toEqual(BY_THE_FIRST)
    expect((await store.history({})).map(({ scanId }) => scanId).slice(0, 2)).toEqual(['s1', 's2'])
    // Whoever is judged has an open verdict, and not the closed one of the scan that broke off.
    if (assessed.length > 0) expect(await store.findings({})).toHaveLength(1)
  })
})

test('a failure of the past stands also where its end was never written: a table that such a scan has left', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await wholeScan(store, 's1', 0, [FAILS])
  await wholeScan(store, 's2', 10, [], [gone])
  await wholeScan(store, 's3', 20, [PASSES])
  const unended = createStore(
    intercepted(tables.client, async (_, __, call) => {
      const answer = await call()
      const isOther = ({ sk }: { sk?: string }) => !sk?.endsWith('#s2')
      const { Items, Responses } = answer as { Items?: object[]; Responses?: Record<string, object[]> }
      if (Items) return { ...answer, Items: Items.filter(isOther) }
      if (!Responses) return answer
      return { ...answer, Responses: { [name]: (Responses[name] ?? []).filter(isOther) } }
    }),
    name,
  )
  expect(await failedThen(unended)).toEqual(BY_THE_FIRST)
  expect(await store.transitionsAt(at(15), {})).toEqual([])
})

test('what a new rule said is closed with the rule, also where the scan that brought it broke off', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await wholeScan(store, 's1', 0, [PASSES])
  await brokeOff(name, assessment(A, [finding('FAIL', 'NEW', { ruleId: 'new-rule' }), finding('PASS')]))
  expect(await store.findings({ status: ['FAIL'] })).toHaveLength(1)
  await wholeScan(store, 's3', 20, [PASSES])
  expect(await store.findings({ status: ['FAIL'] })).toEqual([])
  expect(await store.history({ rule: ['new-rule'] })).toMatchObject([
    { scanId: 's2', to: 'FAIL' },
    { scanId: 's3', closed: 'rule-off' },
  ])
})
