import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import { ScanLockedError } from '../../shared/store/store.ts'
import { Crash, crashingClient } from './client.fixture.ts'
import { assessment, at, finding, node, RULE, scanRecord, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const closed = (minutes: number) => ({ status: 'closed' as const, closedAt: at(minutes) })

describe('the lock', () => {
  test('a scan that overlaps an open one is refused, says which one is open, and leaves no record', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0))
    const refusal = await store.openScan(scanRecord('second', 5)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ScanLockedError)
    expect(refusal).toMatchObject({ openScanId: 'first', until: at(30) })
    expect(await store.scan('second')).toBeUndefined()
  })

  test('opening the same scan again is harmless', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0))
    await store.openScan(scanRecord('first', 0))
    expect(await store.scans()).toEqual([scanRecord('first', 0)])
  })

  test('another execution cannot open a scan that is open, and the one that did can', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0), 'execution-1')
    await expect(store.openScan(scanRecord('first', 0), 'execution-2')).rejects.toThrow(ScanLockedError)
    await store.openScan(scanRecord('first', 0), 'execution-1')
    await expect(store.openScan(scanRecord('first', 0))).rejects.toThrow(ScanLockedError)
  })

  test('the next scan starts once the first is closed', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0))
    await store.closeScan('first', closed(1))
    await store.openScan(scanRecord('second', 2))
    expect(await store.scan('second')).toEqual(scanRecord('second', 2))
  })

  test('a scan that died blocks nobody after its deadline, and not a minute less', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('dead', 0))
    await expect(store.openScan(scanRecord('next', 29))).rejects.toThrow(ScanLockedError)
    await store.openScan(scanRecord('next', 30))
    await expect(store.openScan(scanRecord('third', 31))).rejects.toMatchObject({ openScanId: 'next' })
  })

  test('a scan whose lock was taken over cannot release it when it closes late', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('slow', 0))
    await store.openScan(scanRecord('next', 30))
    await store.closeScan('slow', closed(31))
    await expect(store.openScan(scanRecord('third', 32))).rejects.toMatchObject({ openScanId: 'next' })
  })

  test('opening a scan that has ended takes no lock', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0))
    await store.closeScan('first', closed(1))
    await store.openScan(scanRecord('first', 0))
    await store.openScan(scanRecord('second', 2))
    expect(await store.scan('first')).toMatchObject({ status: 'closed' })
  })
})

describe('scan records', () => {
  test('scans come newest first, as many as asked for, over many pages', async () => {
    const store = await tables.newStore(2)
    for (let i = 0; i < 25; i++) {
      await store.openScan(scanRecord(`scan-${i}`, i))
      await store.closeScan(`scan-${i}`, closed(i))
    }
    expect((await store.scans()).map(({ scanId }) => scanId)).toEqual(
      Array.from({ length: 25 }, (_, i) => `scan-${24 - i}`),
    )
    expect((await store.scans(3)).map(({ scanId }) => scanId)).toEqual(['scan-24', 'scan-23', 'scan-22'])
    expect(await store.scans(0)).toEqual([])
  })

  test('a closed scan keeps its totals, and a later failure does not overwrite them', async () => {
    const store = await tables.newStore()
    await store.openScan(scanRecord('first', 0))
    const coverage = { total: 3, assessed: 2, byState: { assessed: 2, unreachable: 1 } }
    const end = { ...closed(1), coverage, findings: { PASS: 2 }, changes: 0, targetErrors: ['no role'] }
    await store.closeScan('first', end)
    await store.closeScan('first', { status: 'failed', closedAt: at(9) })
    expect(await store.scan('first')).toEqual({ ...scanRecord('first', 0), ...end })
  })

  test('closing a scan that never opened is an error', async () => {
    const store = await tables.newStore()
    await expect(store.closeScan('never', closed(1))).rejects.toThrow('no scan never')
  })
})

describe('command results', () => {
  test('the first record of a command stands; commands of other scans are not mixed in', async () => {
    const store = await tables.newStore()
    const result = { scanId: 's', account: '1', region: 'r', n: '0', outcomes: [], changes: [] }
    await store.putCommandResult(result)
    await store.putCommandResult({ ...result, commandId: 'late' })
    await store.putCommandResult({ ...result, scanId: 's2' })
    await store.putCommandResult({ ...result, n: 'inventory' })
    expect(await store.commandResults('s')).toEqual([result, { ...result, n: 'inventory' }])
  })

  test('a target with thousands of unreachable instances is recorded whole and in order', async () => {
    const store = await tables.newStore()
    const outcomes = Array.from({ length: 6001 }, (_, i) => ({
      instanceId: `i-${i}`,
      state: 'unreachable' as const,
      detail: 'ConnectionLost for a long while, as SSM says in words',
    }))
    const changes = [{ instanceId: 'i-1', ruleId: RULE }]
    const result = { scanId: 's', account: '1', region: 'r', n: 'inventory', outcomes, changes }
    await store.putCommandResult(result)
    expect(await store.commandResults('s')).toEqual([result])
  })

  const leaving = (nodes: number) => ({
    ...{ scanId: 's', account: '1', region: 'r', n: '1' },
    outcomes: Array.from({ length: nodes }, (_, i) => ({
      instanceId: `i-0123456789abc${i}`,
      state: 'retired' as const,
    })),
    changes: Array.from({ length: nodes * 6 }, (_, i) => ({
      instanceId: `i-0123456789abc${Math.floor(i / 6)}`,
      ruleId: `${RULE}-of-a-control-${i % 6}`,
    })),
  })

  test('a thousand instances that leave, each with six findings, are recorded whole and in order', async () => {
    const store = await tables.newStore()
    const result = leaving(1200)
    await store.putCommandResult(result)
    await store.putCommandResult(result)
    await store.putCommandResult({ ...result, n: '10', outcomes: [], changes: [] })
    expect((await store.commandResults('s')).find(({ n }) => n === '1')).toEqual(result)
    expect(await store.commandResult('s', result, '1')).toEqual(result)
  })

  test('a record that broke off between its parts is not there, and is made whole by a repeat', async () => {
    const name = await tables.newTable()
    const store = createStore(tables.client, name)
    const result = leaving(1200)
    const { client } = crashingClient(tables.client, { atWrite: 3, when: 'before' })
    await expect(createStore(client, name).putCommandResult(result)).rejects.toThrow(Crash)
    expect(await store.commandResult('s', result, '1')).toBeUndefined()
    await store.putCommandResult(result)
    expect(await store.commandResult('s', result, '1')).toEqual(result)
  })

  test('a longer record that comes late does not go on after the one that stands', async () => {
    const store = await tables.newStore()
    const result = leaving(1)
    await store.putCommandResult(result)
    await store.putCommandResult(leaving(1200))
    expect(await store.commandResults('s')).toEqual([result])
  })

  test('the transitions of a scan are the ones that its commands report', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 'one', 0, [assessment(node('i-a'), [finding('FAIL')])])
    await wholeScan(store, 'two', 10, [assessment(node('i-a'), [finding('PASS')])])
    expect(await store.transitionsOf('one')).toMatchObject([{ instanceId: 'i-a', to: 'FAIL', scanId: 'one' }])
    expect(await store.transitionsOf('two')).toMatchObject([{ instanceId: 'i-a', from: 'FAIL', to: 'PASS' }])
    expect(await store.transitionsOf('three')).toEqual([])
  })
})

describe('targets', () => {
  test('a target is unknown before its first inventory; an older inventory does not replace a newer one', async () => {
    const store = await tables.newStore()
    const key = { account: '111111111111', region: 'eu-central-1' }
    const coverage = { total: 1, assessed: 1, byState: { assessed: 1 } }
    expect(await store.target(key)).toBeUndefined()
    await store.putTarget(key, { inventoriedAt: at(10), coverage })
    await store.putTarget(key, { inventoriedAt: at(5), coverage: { total: 0, assessed: 0, byState: {} } })
    expect(await store.target(key)).toEqual({ firstInventoriedAt: at(10), inventoriedAt: at(10), coverage })
    expect(await store.target({ ...key, region: 'us-east-1' })).toBeUndefined()
  })
})
