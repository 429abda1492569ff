import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import { Crash, countingClient, crashingClient } from './client.fixture.ts'
import { assessment, at, finding, node, RULE, wholeScan } from './fleet.fixture.ts'
import { now, startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const A = node('i-a')
const rated = (severity: 'critical' | 'low') =>
  assessment(A, [finding('FAIL', 'FAIL', { severity })], { severities: { [RULE]: severity } })
const asRuled = assessment(A, [finding('FAIL')])

test('a severity that was overridden reaches the finding of an unchanged node, and is no change of it', async () => {
  const store = await tables.newStore()
  await wholeScan(store, 's1', 0, [asRuled])
  for (const [scan, minutes, judged, severity] of [
    ['s2', 10, rated('critical'), 'critical'],
    ['s3', 20, rated('low'), 'low'],
    ['s4', 30, asRuled, 'high'],
  ] as const) {
    expect(await wholeScan(store, scan, minutes, [judged])).toEqual([])
    expect(await store.findings({})).toMatchObject([{ severity, since: at(1), scanId: 's1' }])
  }
  expect(await store.history({})).toMatchObject([{ to: 'FAIL', scanId: 's1', severity: 'high' }])
  expect(await store.findings({ severity: ['critical'] })).toEqual([])
})

test('once it is stored, an unchanged node costs no write', async () => {
  const name = await tables.newTable()
  await wholeScan(createStore(tables.client, name), 's1', 0, [rated('critical')])
  const { client, calls } = countingClient(tables.client)
  await createStore(client, name).applyAssessments('s2', at(10), [rated('critical')])
  expect(calls).toEqual(['BatchGetCommand'])
})

test('a change of the verdict is recorded with the severity of then', async () => {
  const store = await tables.newStore()
  await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
  await wholeScan(store, 's2', 10, [rated('critical')])
  expect((await store.history({})).at(-1)).toMatchObject({ to: 'FAIL', severity: 'critical' })
})

test('a crash on the way is made whole by a repeat, or by the next scan', async () => {
  const crashed = async (atWrite: number, scanAfter: string) => {
    const name = await tables.newTable()
    const store = createStore(tables.client, name, { now })
    await wholeScan(store, 's1', 0, [asRuled])
    const { client } = crashingClient(tables.client, { atWrite, when: 'after' })
    const apply = (to: typeof store, scan: string) => to.applyAssessments(scan, at(10), [rated('critical')])
    const crash = await apply(createStore(client, name, { now }), 's2').catch((error: unknown) => error)
    expect(await apply(store, scanAfter)).toEqual([])
    expect(await store.findings({})).toMatchObject([{ severity: 'critical', since: at(1) }])
    expect(await store.history({})).toHaveLength(1)
    return crash instanceof Crash
  }
  for (const scanAfter of ['s2', 's3']) {
    let atWrite = 1
    while (await crashed(atWrite, scanAfter)) atWrite++
    // Evidence, node begun, finding, node ended.
    expect(atWrite - 1).toBe(4)
  }
})
