import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Store } from '../../shared/store/store.ts'
import { Crash, crashingClient } from './client.fixture.ts'
import { assessment, at, finding, node, scanRecord, sighting, wholeScan } from './fleet.fixture.ts'
import { now, startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const other = (status: 'PASS' | 'FAIL') => finding(status, status, { ruleId: 'other-rule', control: '2.1' })
const same = node('i-same')
const worse = node('i-worse')
const reworded = node('i-reworded')
const back = node('i-back')
const lost = node('i-lost')

const BEFORE: Assessment[] = [
  assessment(same, [finding('PASS'), other('PASS')]),
  assessment(worse, [finding('PASS'), other('PASS')]),
  assessment(reworded, [finding('FAIL', 'BY_FLAG'), other('PASS')]),
  assessment(lost, [finding('FAIL'), other('FAIL')]),
]
const AFTER: Assessment[] = [
  assessment(same, [finding('PASS'), other('PASS')], { evidenceText: 'again' }),
  assessment(worse, [finding('FAIL'), other('FAIL')]),
  assessment(reworded, [finding('FAIL', 'BY_FILE'), other('PASS')]),
  assessment(back, [finding('ERROR'), other('PASS')]),
]

const before = async (store: Store) => {
  await wholeScan(store, 's1', 0, BEFORE, [sighting(back, 'unreachable', { detail: 'ConnectionLost' })])
}

/** A durable step: runs again after a crash, with the same input. */
const step = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Crash) return work()
    throw error
  }
}

const secondScan = async (store: Store) => {
  const scanId = 's2'
  const target = { account: same.account, region: same.region }
  await step(() => store.openScan(scanRecord(scanId, 10)))
  await step(() =>
    store.applySightings(scanId, at(11), [sighting(lost, 'unreachable', { detail: 'Inactive' })]),
  )
  const changes = await step(() => store.applyAssessments(scanId, at(12), AFTER))
  await step(() => store.putCommandResult({ scanId, ...target, n: '0', outcomes: [], changes }))
  const coverage = { total: 5, assessed: 4, byState: { assessed: 4, unreachable: 1 } }
  await step(() => store.putTarget(target, { inventoriedAt: at(13), coverage }))
  const digest = { scanId, route: 'ops', subject: 's', bodies: { default: 'b' }, attributes: {} }
  await step(() => store.freezeDigest(digest))
  await step(() => store.markDigestPublished(scanId, 'ops', at(14), 'message'))
  await step(() =>
    store.closeScan(scanId, { status: 'closed', closedAt: at(15), coverage, digest: 'published' }),
  )
  return { changes, transitions: await store.transitionsOf(scanId) }
}

test('a crash before or after any write, then a repeat, ends as if nothing had happened', async () => {
  const run = async (crash?: Parameters<typeof crashingClient>[1]) => {
    const name = await tables.newTable()
    await before(createStore(tables.client, name, { now }))
    const { client, writes } = crashingClient(tables.client, crash)
    const result = await secondScan(createStore(client, name, { now }))
    return { result, content: await tables.contentOf(name), writes: writes() }
  }
  const undisturbed = await run()
  expect(undisturbed.result.changes).toEqual([
    { instanceId: 'i-worse', ruleId: 'etcd-auto-tls-disabled' },
    { instanceId: 'i-worse', ruleId: 'other-rule' },
    { instanceId: 'i-reworded', ruleId: 'etcd-auto-tls-disabled' },
    { instanceId: 'i-back', ruleId: 'etcd-auto-tls-disabled' },
    { instanceId: 'i-back', ruleId: 'other-rule' },
  ])
  expect(undisturbed.result.transitions).toHaveLength(5)
  expect(undisturbed.writes).toBeGreaterThan(0)

  let injected = 0
  for (let atWrite = 1; atWrite <= undisturbed.writes; atWrite++)
    for (const when of ['before', 'after'] as const) {
      const { result, content } = await run({ atWrite, when })
      expect({ atWrite, when, ...result }).toEqual({ atWrite, when, ...undisturbed.result })
      expect(content, `crash ${when} write ${atWrite}`).toEqual(undisturbed.content)
      injected++
    }
  expect(injected).toBe(undisturbed.writes * 2)
  console.log(`${undisturbed.writes} writes of a scan, ${injected} crashes injected`)
})

test('a scan that crashed for good is made whole by the next, also where the facts went back', async () => {
  for (const facts of [BEFORE, AFTER]) {
    for (let atWrite = 1, crashed = true; crashed; atWrite++) {
      const name = await tables.newTable()
      await before(createStore(tables.client, name, { now }))
      const { client } = crashingClient(tables.client, { atWrite, when: 'after' })
      crashed = await createStore(client, name, { now })
        .applyAssessments('s2', at(12), AFTER)
        .then(
          () => false,
          (error: unknown) => error instanceof Crash,
        )
      const store = createStore(tables.client, name, { now })
      await wholeScan(store, 's3', 20, facts)
      const [allFindings, allHistory] = await Promise.all([store.findings({}), store.history({})])
      for (const { node, findings } of facts)
        for (const { ruleId, status, reason } of findings) {
          const isIt = (of: { instanceId: string; ruleId: string }) =>
            of.instanceId === node.instanceId && of.ruleId === ruleId
          const [stored, ...none] = allFindings.filter(isIt)
          expect(stored, `after a crash at write ${atWrite}`).toMatchObject({ status, reason })
          expect(none).toEqual([])
          const chain = allHistory.filter(isIt)
          expect(chain.at(-1)).toMatchObject({ to: status, reason })
          chain.forEach((transition, i) => {
            expect(transition.from, `after a crash at write ${atWrite}`).toBe(chain[i - 1]?.to)
            expect(transition.fromReason).toBe(chain[i - 1]?.reason)
          })
        }
    }
  }
})

test('two invocations that judge the same command at once end as one', async () => {
  const once = await tables.newTable()
  await before(createStore(tables.client, once, { now }))
  const alone = await secondScan(createStore(tables.client, once, { now }))

  const twice = await tables.newTable()
  const store = createStore(tables.client, twice, { now })
  await before(store)
  await store.openScan(scanRecord('s2', 10))
  const both = await Promise.all([1, 2].map(() => store.applyAssessments('s2', at(12), AFTER)))
  expect(both).toEqual([alone.changes, alone.changes])
  const transitions = (await store.history({})).filter(({ scanId }) => scanId === 's2')
  expect(transitions.map(({ instanceId, ruleId }) => ({ instanceId, ruleId })).sort(byName)).toEqual(
    [...alone.changes].sort(byName),
  )
})

const byName = (a: { instanceId: string; ruleId: string }, b: { instanceId: string; ruleId: string }) =>
  `${a.instanceId} ${a.ruleId}` < `${b.instanceId} ${b.ruleId}` ? -1 : 1
