import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import type { FindingFilter, Store } from '../../shared/store/store.ts'
import { intercepted } from './client.fixture.ts'
import { assessment, at, finding, node, scanRecord, sighting, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore(2)
  const peer = finding('FAIL', 'PEER', { ruleId: 'peer-rule', control: '2.6', severity: 'low' })
  await wholeScan(store, 's1', 0, [
    assessment(node('i-a'), [finding('FAIL'), peer], { cluster: 'prod' }),
    assessment(node('i-b'), [finding('PASS')], { cluster: 'test' }),
    assessment(node('i-a', '222222222222', 'us-east-1'), [finding('ERROR')]),
    assessment(node('i-A'), [finding('NOT_APPLICABLE')]),
  ])
  await wholeScan(store, 's2', 10, [assessment(node('i-b'), [finding('FAIL')], { cluster: 'test' })])
})
afterAll(() => tables.stop())

const named = async (filter: FindingFilter) =>
  (await store.findings(filter)).map(
    (f) => `${f.account.slice(0, 1)} ${f.instanceId} ${f.control} ${f.status}`,
  )

describe('findings', () => {
  test.each<[string, FindingFilter, string[]]>([
    [
      'nothing in particular: all, by node and rule',
      {},
      ['1 i-A 2.3 NOT_APPLICABLE', '1 i-a 2.3 FAIL', '1 i-a 2.6 FAIL', '1 i-b 2.3 FAIL', '2 i-a 2.3 ERROR'],
    ],
    ['a status', { status: ['ERROR'] }, ['2 i-a 2.3 ERROR']],
    ['a status that nothing has any more', { status: ['PASS'] }, []],
    [
      'two statuses, one of them twice',
      { status: ['ERROR', 'NOT_APPLICABLE', 'ERROR'] },
      ['1 i-A 2.3 NOT_APPLICABLE', '2 i-a 2.3 ERROR'],
    ],
    ['a rule', { rule: ['peer-rule'] }, ['1 i-a 2.6 FAIL']],
    ['the beginning of a rule only', { rule: ['peer'] }, []],
    ['a control', { control: ['2.6'] }, ['1 i-a 2.6 FAIL']],
    ['a severity', { severity: ['low', 'critical'] }, ['1 i-a 2.6 FAIL']],
    ['a cluster', { cluster: ['test'] }, ['1 i-b 2.3 FAIL']],
    ['an account', { account: ['222222222222'] }, ['2 i-a 2.3 ERROR']],
    ['a region', { region: ['us-east-1'] }, ['2 i-a 2.3 ERROR']],
    [
      'an instance id: wherever it is',
      { instance: ['i-a'] },
      ['1 i-a 2.3 FAIL', '1 i-a 2.6 FAIL', '2 i-a 2.3 ERROR'],
    ],
    ['an instance by its full name', { instance: ['222222222222/us-east-1/i-a'] }, ['2 i-a 2.3 ERROR']],
    ['an instance and a status', { instance: ['i-a', 'i-b'], status: ['ERROR'] }, ['2 i-a 2.3 ERROR']],
    ['an instance whose case differs', { instance: ['I-B'] }, []],
    ['since a moment', { since: at(5) }, ['1 i-b 2.3 FAIL']],
    ['since that very moment, written otherwise', { since: '2026-01-31T13:11:00+01:00' }, ['1 i-b 2.3 FAIL']],
    ['since a moment after', { since: at(12) }, []],
  ])('by %s', async (_, filter, expected) => {
    expect(await named(filter)).toEqual(expected)
  })

  test('are counted over the fleet as they stand', async () => {
    expect(await store.countFindings()).toEqual({ FAIL: 3, ERROR: 1, NOT_APPLICABLE: 1 })
  })
})

describe('history', () => {
  const told = async (filter: FindingFilter) =>
    (await store.history(filter)).map(
      (t) => `${t.account.slice(0, 1)} ${t.instanceId} ${t.control} ${t.from ?? '-'}>${t.to}`,
    )

  test.each<[string, FindingFilter, string[]]>([
    [
      'nothing in particular: all, oldest first',
      {},
      [
        '1 i-A 2.3 ->NOT_APPLICABLE',
        '1 i-a 2.3 ->FAIL',
        '1 i-a 2.6 ->FAIL',
        '1 i-b 2.3 ->PASS',
        '2 i-a 2.3 ->ERROR',
        '1 i-b 2.3 PASS>FAIL',
      ],
    ],
    ['an instance', { instance: ['i-b'] }, ['1 i-b 2.3 ->PASS', '1 i-b 2.3 PASS>FAIL']],
    ['an instance since', { instance: ['i-b'], since: at(11) }, ['1 i-b 2.3 PASS>FAIL']],
    ['since', { since: at(11) }, ['1 i-b 2.3 PASS>FAIL']],
    ['the status it came to', { status: ['PASS'] }, ['1 i-b 2.3 ->PASS']],
    ['a rule', { rule: ['peer-rule'] }, ['1 i-a 2.6 ->FAIL']],
    ['a cluster', { cluster: ['test'] }, ['1 i-b 2.3 ->PASS', '1 i-b 2.3 PASS>FAIL']],
    ['an account', { account: ['222222222222'] }, ['2 i-a 2.3 ->ERROR']],
  ])('by %s', async (_, filter, expected) => {
    expect(await told(filter)).toEqual(expected)
  })
})

describe('a fleet of hundreds', () => {
  test('is read whole, also where DynamoDB answers a read only in part', async () => {
    const name = await tables.newTable()
    const fleet = Array.from({ length: 230 }, (_, i) => assessment(node(`i-${i}`), [finding('PASS')]))
    await createStore(tables.client, name).applyAssessments('s1', at(0), fleet)
    let partly = 0
    const stingy = intercepted(tables.client, async (command, { input }, call) => {
      const requests = input.RequestItems as Record<string, { Keys: unknown[] }> | undefined
      const request = requests?.[name]
      if (command !== 'BatchGetCommand' || !request || request.Keys.length <= 60) return call()
      partly++
      const left = request.Keys.splice(60)
      return { ...(await call()), UnprocessedKeys: { [name]: { Keys: left } } }
    })
    const found = await createStore(stingy, name, { pageSize: 7, firstWaitMs: 1 }).findings({})
    expect(new Set(found.map(({ instanceId }) => instanceId)).size).toBe(230)
    expect(found).toHaveLength(230)
    expect(partly).toBeGreaterThan(0)
  })

  test('a read that DynamoDB never answers ends as an error, not as an empty list', async () => {
    const name = await tables.newTable()
    await createStore(tables.client, name).applyAssessments('s1', at(0), [
      assessment(node('i-a'), [finding('FAIL')]),
    ])
    const silent = intercepted(tables.client, async (command, { input }, call) =>
      command === 'BatchGetCommand' ? { UnprocessedKeys: input.RequestItems } : call(),
    )
    await expect(createStore(silent, name, { firstWaitMs: 1 }).findings({})).rejects.toThrow('unanswered')
  })
})

describe('coverage', () => {
  const A = node('i-a')
  const target = { account: A.account, region: A.region }

  test('an unchanged node is as fresh as the last closed scan; one that fell silent is stale from the scan before', async () => {
    const store = await tables.newStore()
    const verdict = assessment(A, [finding('FAIL')], { cluster: 'prod' })
    await wholeScan(store, 's1', 0, [verdict])
    await wholeScan(store, 's2', 10, [verdict])
    expect(await store.findings({})).toMatchObject([
      { coverage: 'assessed', assessedAt: at(12), since: at(1) },
    ])
    await wholeScan(
      store,
      's3',
      20,
      [],
      [sighting(A, 'unreachable', { cluster: 'prod', detail: 'ConnectionLost' })],
    )
    await wholeScan(
      store,
      's4',
      30,
      [],
      [sighting(A, 'unreachable', { cluster: 'prod', detail: 'Inactive' })],
    )
    expect(await store.findings({})).toMatchObject([
      { status: 'FAIL', coverage: 'unreachable', assessedAt: at(12), cluster: 'prod' },
    ])
    expect(await wholeScan(store, 's5', 40, [verdict])).toEqual([])
    expect(await store.findings({})).toMatchObject([
      { coverage: 'assessed', assessedAt: at(42), since: at(1) },
    ])
    expect(await store.nodesOf(target)).toEqual([
      { node: A, state: 'assessed', cluster: 'prod', tags: { role: 'control-plane' } },
    ])
  })

  test('a node whose target could not be inventoried is no fresher than the last inventory', async () => {
    const store = await tables.newStore()
    const coverage = { total: 1, assessed: 1, byState: { assessed: 1 } }
    await wholeScan(store, 's1', 0, [assessment(A, [finding('FAIL')])])
    await store.putTarget(target, { inventoriedAt: at(2), coverage })
    await wholeScan(store, 's2', 10, [])
    expect(await store.findings({})).toMatchObject([{ assessedAt: at(2) }])
  })

  test('a scan that never closed makes nothing fresh', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('FAIL')])])
    await store.openScan(scanRecord('s2', 10))
    expect(await store.findings({})).toMatchObject([{ assessedAt: at(2) }])
  })

  test('a target lists its nodes with their state, page after page, and no others', async () => {
    const store = await tables.newStore(2)
    const states = ['unreachable', 'unmanaged', 'stopped', 'excluded', 'left-scope', 'retired'] as const
    const sightings = states.map((state, i) => sighting(node(`i-${i}`), state))
    await store.applySightings('s1', at(0), [...sightings, sighting(node('i-9', '222222222222'), 'stopped')])
    expect(await store.nodesOf(target)).toEqual(sightings)
  })

  test('a node that moves keeps its verdicts and is not judged anew when it returns unchanged', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('FAIL')])])
    await store.applySightings('s2', at(10), [sighting(A, 'stopped')])
    expect(await store.findings({ status: ['FAIL'] })).toMatchObject([
      { coverage: 'stopped', coverageSince: at(10) },
    ])
    // Another detail, or another tag, is no other state.
    await store.applySightings('s3', at(15), [sighting(A, 'stopped', { detail: 'stopping' })])
    expect(await store.findings({})).toMatchObject([{ coverageSince: at(10) }])
    expect(await store.applyAssessments('s3', at(20), [assessment(A, [finding('FAIL')])])).toEqual([])
    expect(await store.history({})).toHaveLength(1)
  })
})
