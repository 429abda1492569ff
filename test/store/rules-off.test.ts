import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import type { Store } from '../../shared/store/store.ts'
import { countingClient, crashingClient } from './client.fixture.ts'
import { assessment, at, finding, node, RULE, sighting, wholeScan } from './fleet.fixture.ts'
import { now, startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const A = node('i-a')
const OTHER = 'other-rule'
const other = finding('FAIL', 'FAIL', { ruleId: OTHER })
// The facts of the node are the same throughout.
const facts = { fingerprint: 'facts' }
const both = assessment(A, [finding('PASS'), other], facts)
const one = assessment(A, [finding('PASS')], facts)

const statusesOf = async (store: Store) =>
  (await store.findings({})).map(({ ruleId, status }) => `${ruleId} ${status}`)

test('what a rule said is closed once the node is judged without it, and is no recovery', async () => {
  const store = await tables.newStore()
  await wholeScan(store, 's1', 0, [both])
  expect(await store.countFindings()).toEqual({ PASS: 1, FAIL: 1 })
  expect(await wholeScan(store, 's2', 10, [one])).toEqual([{ instanceId: 'i-a', ruleId: OTHER }])
  expect(await statusesOf(store)).toEqual([`${RULE} PASS`])
  expect(await store.countFindings()).toEqual({ PASS: 1 })
  expect((await store.history({ rule: [OTHER] })).at(-1)).toMatchObject({
    ...{ from: 'FAIL', to: 'FAIL', closed: 'rule-off', scanId: 's2', at: at(11) },
    message: expect.stringMatching(/^the rule is judged by no longer; its last verdict: /),
  })
  expect(await store.transitionsOf('s2')).toMatchObject([{ ruleId: OTHER, closed: 'rule-off' }])
  expect(await store.findings({ instance: ['i-a'], rule: [OTHER] })).toMatchObject([
    { status: 'FAIL', closed: 'rule-off' },
  ])
  // Once is enough, also where the facts change.
  expect(await wholeScan(store, 's3', 20, [one])).toEqual([])
  const changed = assessment(A, [finding('ERROR')])
  expect(await wholeScan(store, 's4', 30, [changed])).toEqual([{ instanceId: 'i-a', ruleId: RULE }])
})

test('a rule that is switched on again begins anew', async () => {
  const store = await tables.newStore()
  await wholeScan(store, 's1', 0, [both])
  await wholeScan(store, 's2', 10, [one])
  expect(await wholeScan(store, 's3', 20, [both])).toEqual([{ instanceId: 'i-a', ruleId: OTHER }])
  const [found] = await store.findings({ rule: [OTHER] })
  expect(found).toMatchObject({ status: 'FAIL', since: at(21) })
  expect(found).not.toHaveProperty('closed')
  expect((await store.history({ rule: [OTHER] })).at(-1)).not.toHaveProperty('from')
})

test('a node that was out of reach meanwhile is closed when it is judged again; one that left stays as it left', async () => {
  const store = await tables.newStore()
  const B = node('i-b')
  await wholeScan(store, 's1', 0, [both, { ...both, node: B }])
  await store.applySightings('s2', at(10), [sighting(A, 'unreachable'), sighting(B, 'retired')])
  expect(await statusesOf(store)).toHaveLength(2)
  expect(await wholeScan(store, 's3', 20, [one])).toEqual([{ instanceId: 'i-a', ruleId: OTHER }])
  await wholeScan(store, 's4', 30, [{ ...one, node: B }])
  expect(await store.findings({ instance: ['i-b'], rule: [OTHER] })).toMatchObject([{ closed: 'retired' }])
})

test('an unchanged node still costs one read and no write', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await wholeScan(store, 's1', 0, [both])
  await wholeScan(store, 's2', 10, [one])
  const { client, calls } = countingClient(tables.client)
  await createStore(client, name).applyAssessments('s3', at(20), [one])
  expect(calls).toEqual(['BatchGetCommand'])
})

test('a crash before or after any write, then a repeat, closes the same and reports the same', async () => {
  const run = async (crash?: { atWrite: number; when: 'before' | 'after' }, scanAfter = 's2') => {
    const name = await tables.newTable()
    await wholeScan(createStore(tables.client, name, { now }), 's1', 0, [both])
    const { client, writes } = crashingClient(tables.client, crash)
    const apply = (scan: string) => createStore(client, name, { now }).applyAssessments(scan, at(10), [one])
    const changes = await apply('s2').catch(() => apply(scanAfter))
    return { changes, writes: writes(), content: await tables.contentOf(name), apply, name }
  }
  const undisturbed = await run()
  expect(undisturbed.changes).toEqual([{ instanceId: 'i-a', ruleId: OTHER }])
  expect(await undisturbed.apply('s2')).toEqual(undisturbed.changes)
  for (let atWrite = 1; atWrite <= undisturbed.writes; atWrite++)
    for (const when of ['before', 'after'] as const) {
      const { changes, content } = await run({ atWrite, when })
      expect(changes, `crash ${when} write ${atWrite}`).toEqual(undisturbed.changes)
      expect(content, `crash ${when} write ${atWrite}`).toEqual(undisturbed.content)
      // Where the scan is given up, the next one makes it whole.
      const next = await run({ atWrite, when }, 's3')
      const closing = (await createStore(tables.client, next.name, { now }).history({ rule: [OTHER] })).slice(
        1,
      )
      expect(closing, `crash ${when} write ${atWrite}`).toMatchObject([{ closed: 'rule-off' }])
    }
})
