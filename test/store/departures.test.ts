import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import type { Store } from '../../shared/store/store.ts'
import { crashingClient } from './client.fixture.ts'
import { assessment, at, finding, node, RULE, sighting, wholeScan } from './fleet.fixture.ts'
import { now, startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const A = node('i-a')
const B = node('i-b')
const other = (status: 'PASS' | 'ERROR') => finding(status, status, { ruleId: 'other-rule' })

const withOpenFindings = async (store: Store) => {
  await wholeScan(store, 's1', 0, [
    assessment(A, [finding('FAIL'), other('ERROR')]),
    assessment(B, [finding('FAIL'), other('PASS')]),
  ])
}

test.each(['retired', 'left-scope'] as const)(
  'what a node that is %s failed in is closed, not recovered',
  async (state) => {
    const store = await tables.newStore()
    await withOpenFindings(store)
    const changes = await store.applySightings('s2', at(10), [sighting(A, state)])
    expect(changes).toEqual([
      { instanceId: 'i-a', ruleId: RULE },
      { instanceId: 'i-a', ruleId: 'other-rule' },
    ])
    const last = (await store.history({ instance: ['i-a'] })).filter(({ scanId }) => scanId === 's2')
    expect(last).toMatchObject([
      {
        ruleId: RULE,
        from: 'FAIL',
        to: 'FAIL',
        closed: state,
        at: at(10),
        message: expect.stringContaining('its last verdict'),
      },
      { ruleId: 'other-rule', from: 'ERROR', to: 'ERROR', closed: state },
    ])
  },
)

test('it is counted and listed no more, and found where its instance is named', async () => {
  const store = await tables.newStore()
  await withOpenFindings(store)
  expect(await store.countFindings()).toEqual({ FAIL: 2, ERROR: 1, PASS: 1 })
  await store.applySightings('s2', at(10), [sighting(A, 'retired')])
  expect(await store.countFindings()).toEqual({ FAIL: 1, PASS: 1 })
  expect((await store.findings({})).map(({ instanceId }) => instanceId)).toEqual(['i-b', 'i-b'])
  expect(await store.findings({ instance: ['i-a'], rule: [RULE] })).toMatchObject([
    { status: 'FAIL', since: at(1), closed: 'retired', coverage: 'retired', coverageSince: at(10) },
  ])
})

test('a node that comes back is judged anew, whatever it was', async () => {
  const store = await tables.newStore()
  await withOpenFindings(store)
  await store.applySightings('s2', at(10), [sighting(A, 'left-scope')])
  const again = [assessment(A, [finding('FAIL'), other('PASS')])]
  expect(await store.applyAssessments('s3', at(20), again)).toHaveLength(2)
  expect(await store.findings({ instance: ['i-a'], rule: [RULE] })).toMatchObject([
    { status: 'FAIL', since: at(20) },
  ])
  expect((await store.findings({ instance: ['i-a'] }))[0]).not.toHaveProperty('closed')
  const transitions = (await store.history({ rule: [RULE], instance: ['i-a'] })).map(
    ({ from, to, closed }) => [from, to, closed],
  )
  expect(transitions).toEqual([
    [undefined, 'FAIL', undefined],
    ['FAIL', 'FAIL', 'left-scope'],
    [undefined, 'FAIL', undefined],
  ])
  expect(await store.countFindings()).toMatchObject({ FAIL: 2 })
})

test('what has left the scope and is then terminated is closed once', async () => {
  const store = await tables.newStore()
  await withOpenFindings(store)
  await store.applySightings('s2', at(10), [sighting(A, 'left-scope')])
  expect(await store.applySightings('s3', at(20), [sighting(A, 'left-scope')])).toEqual([])
  expect(await store.applySightings('s4', at(30), [sighting(A, 'retired')])).toEqual([])
  expect((await store.nodesOf(A)).find(({ node }) => node.instanceId === 'i-a')?.state).toBe('retired')
})

test('an unreachable, stopped or opted-out node keeps its findings open', async () => {
  const store = await tables.newStore()
  await withOpenFindings(store)
  for (const state of ['unreachable', 'unmanaged', 'stopped', 'excluded'] as const)
    expect(await store.applySightings(`to ${state}`, at(10), [sighting(A, state)])).toEqual([])
  expect(await store.countFindings()).toEqual({ FAIL: 2, ERROR: 1, PASS: 1 })
})

test('a crash before or after any write, then a repeat, closes the same and reports the same', async () => {
  const leave = (store: Store) =>
    store.applySightings('s2', at(10), [sighting(A, 'retired'), sighting(B, 'retired')])
  const run = async (crash?: { atWrite: number; when: 'before' | 'after' }) => {
    const name = await tables.newTable()
    await withOpenFindings(createStore(tables.client, name, { now }))
    const { client, writes } = crashingClient(tables.client, crash)
    const store = createStore(client, name, { now })
    const changes = await leave(store).catch(() => leave(store))
    return { changes, writes: writes(), content: await tables.contentOf(name) }
  }
  const undisturbed = await run()
  expect(undisturbed.changes).toHaveLength(4)
  for (let atWrite = 1; atWrite <= undisturbed.writes; atWrite++)
    for (const when of ['before', 'after'] as const) {
      const { changes, content } = await run({ atWrite, when })
      expect(changes, `crash ${when} write ${atWrite}`).toEqual(undisturbed.changes)
      expect(content, `crash ${when} write ${atWrite}`).toEqual(undisturbed.content)
    }
})
