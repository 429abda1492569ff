import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStore } from '../../shared/store/create-store.ts'
import { EvidenceNotKeptError } from '../../shared/store/store.ts'
import { TTL_ATTRIBUTE } from '../../shared/store/table.ts'
import { countingClient } from './client.fixture.ts'
import { assessment, at, finding, node, RULE, sighting, wholeScan } from './fleet.fixture.ts'
import { startTables } from './table.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const A = node('i-0aBc')

describe('what changed', () => {
  test('the first verdict is a change that comes from nothing', async () => {
    const store = await tables.newStore()
    const changes = await wholeScan(store, 's1', 0, [
      assessment(A, [finding('FAIL', 'AUTO_TLS_ENABLED')], { cluster: 'prod' }),
    ])
    expect(changes).toEqual([{ instanceId: 'i-0aBc', ruleId: RULE }])
    const [first] = await store.history({})
    expect(first).toEqual({
      ...A,
      ...{ ruleId: RULE, control: '2.3', severity: 'high', cluster: 'prod', scanId: 's1', at: at(1) },
      ...{ to: 'FAIL', reason: 'AUTO_TLS_ENABLED', message: 'it is FAIL by AUTO_TLS_ENABLED' },
      ...{ since: at(1), engineVersion: '1', ruleVersion: '1' },
      evidenceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('a status that changes keeps what it was, since when, and by which scan', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('FAIL')])])
    const changes = await wholeScan(store, 's2', 10, [assessment(A, [finding('PASS')])])
    expect(changes).toHaveLength(1)
    expect(await store.findings({})).toMatchObject([
      { status: 'PASS', previousStatus: 'FAIL', since: at(11), scanId: 's2' },
    ])
    expect(await store.history({})).toMatchObject([
      { to: 'FAIL', scanId: 's1' },
      { from: 'FAIL', fromReason: 'FAIL', to: 'PASS', scanId: 's2' },
    ])
  })

  test('another reason for the same status is a change, but does not restart its since', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    await wholeScan(store, 's2', 10, [assessment(A, [finding('FAIL', 'BY_FLAG')])])
    expect(await wholeScan(store, 's3', 20, [assessment(A, [finding('FAIL', 'BY_FILE')])])).toHaveLength(1)
    expect(await store.findings({})).toMatchObject([
      { reason: 'BY_FILE', previousStatus: 'PASS', since: at(11), scanId: 's2' },
    ])
    expect((await store.history({})).at(-1)).toMatchObject({
      ...{ from: 'FAIL', fromReason: 'BY_FLAG', to: 'FAIL', reason: 'BY_FILE', scanId: 's3' },
    })
  })

  test('new facts with the same verdict are no change, but the verdict shows the evidence it was judged on', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    const newer = assessment(A, [finding('PASS', 'PASS', { message: 'better' })], {
      ...{ fingerprint: 'other facts', evidenceText: 'other facts' },
    })
    expect(await wholeScan(store, 's2', 10, [newer])).toEqual([])
    expect(await store.findings({})).toMatchObject([
      { message: 'better', evidenceHash: newer.evidence.hash, since: at(1), scanId: 's1' },
    ])
    expect(await store.evidence(A, newer.evidence.hash)).toMatchObject({ psOutput: 'other facts' })
  })

  test('a newer engine judges unchanged facts anew', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    const stricter = {
      ...assessment(A, [finding('FAIL')]),
      engineVersion: '2',
      fingerprint: 'facts of PASS PASS',
    }
    expect(await wholeScan(store, 's2', 10, [stricter])).toHaveLength(1)
    expect(await store.findings({})).toMatchObject([{ status: 'FAIL', engineVersion: '2' }])
    expect(await store.history({})).toMatchObject([
      { to: 'PASS', engineVersion: '1' },
      { from: 'PASS', to: 'FAIL', cause: 'engine', engineVersion: '2' },
    ])
  })

  test('a newer engine that meets other facts is no cause of what changed', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    await wholeScan(store, 's2', 10, [{ ...assessment(A, [finding('FAIL')]), engineVersion: '2' }])
    expect((await store.history({})).at(-1)).not.toHaveProperty('cause')
  })

  test('a verdict that a newer rule alone has turned says so', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    const turned = assessment(A, [finding('FAIL')], {
      ...{ fingerprint: 'facts of PASS PASS', ruleVersions: { [RULE]: '2' } },
    })
    await wholeScan(store, 's2', 10, [turned])
    expect((await store.history({})).at(-1)).toMatchObject({ to: 'FAIL', cause: 'rule', ruleVersion: '2' })
  })

  test('a newer rule judges unchanged facts anew', async () => {
    const store = await tables.newStore()
    await wholeScan(store, 's1', 0, [assessment(A, [finding('PASS')])])
    const severe = assessment(A, [finding('PASS', 'PASS', { severity: 'critical' })], {
      ruleVersions: { [RULE]: '2' },
    })
    expect(await wholeScan(store, 's2', 10, [severe])).toEqual([])
    expect(await store.findings({})).toMatchObject([{ severity: 'critical', ruleVersion: '2' }])
  })
})

describe('cost', () => {
  test('fifty unchanged nodes cost one read and no write', async () => {
    const name = await tables.newTable()
    const { client, calls } = countingClient(tables.client)
    const store = createStore(client, name)
    const fleet = Array.from({ length: 50 }, (_, i) => assessment(node(`i-${i}`), [finding('PASS')]))
    expect(await store.applyAssessments('s1', at(0), fleet)).toHaveLength(50)
    calls.length = 0
    const seenAgain = fleet.map(({ node, findings }) =>
      assessment(node, findings, { evidenceText: 'other pids' }),
    )
    expect(await store.applyAssessments('s2', at(10), seenAgain)).toEqual([])
    expect(calls).toEqual(['BatchGetCommand'])
  })

  test('fifty instances that are still unreachable cost one read and no write', async () => {
    const name = await tables.newTable()
    const { client, calls } = countingClient(tables.client)
    const store = createStore(client, name)
    const silent = Array.from({ length: 50 }, (_, i) =>
      sighting(node(`i-${i}`), 'unreachable', { detail: 'ConnectionLost' }),
    )
    await store.applySightings('s1', at(0), silent)
    calls.length = 0
    await store.applySightings('s2', at(10), silent)
    expect(calls).toEqual(['BatchGetCommand'])
  })
})

describe('one bad node does not sink the scan', () => {
  test('evidence too large for the table leaves a mark that says so, and the verdict stands', async () => {
    const store = await tables.newStore()
    const huge = assessment(A, [finding('FAIL')], {
      evidence: { hash: 'f'.repeat(64), gzip: randomBytes(500_000) },
    })
    await wholeScan(store, 's1', 0, [huge])
    expect(await store.findings({})).toMatchObject([{ status: 'FAIL', evidenceHash: 'f'.repeat(64) }])
    const missing = await store.evidence(A, 'f'.repeat(64)).catch((error: unknown) => error)
    expect(missing).toBeInstanceOf(EvidenceNotKeptError)
    expect(missing).toMatchObject({ bytes: 500_000 })
  })

  test('evidence just under the limit is kept', async () => {
    const store = await tables.newStore()
    const large = assessment(A, [finding('FAIL')], { evidenceText: randomBytes(200_000).toString('hex') })
    expect(large.evidence.gzip.byteLength).toBeGreaterThan(200_000)
    await wholeScan(store, 's1', 0, [large])
    expect(await store.evidence(A, large.evidence.hash)).toMatchObject({ schemaVersion: 1 })
    expect(await store.evidence(A, 'unknown')).toBeUndefined()
  })

  test('a finding on a host with thousands of processes is stored shortened', async () => {
    const store = await tables.newStore()
    const processes = Array.from({ length: 9000 }, (_, pid) => ({
      ...{ pid, status: 'FAIL' as const, reason: 'AUTO_TLS_ENABLED', caveats: [], value: 'x'.repeat(100) },
    }))
    const crowded = finding('FAIL', 'AUTO_TLS_ENABLED', { running: { status: 'FAIL', processes } })
    await wholeScan(store, 's1', 0, [assessment(A, [crowded])])
    const [stored] = await store.findings({})
    expect(stored).toMatchObject({ status: 'FAIL', reason: 'AUTO_TLS_ENABLED' })
    expect(stored?.running?.processes).toHaveLength(10)
  })

  test('text that is no valid Unicode and parts that are undefined are stored', async () => {
    const store = await tables.newStore()
    const odd = JSON.parse('"\\ud800 \\u001b[31m<script>"') as string
    const finds = finding('FAIL', 'FAIL', { evidence: [{ source: 'process', text: odd }] })
    Object.assign(finds, { effect: undefined })
    await wholeScan(store, 's1', 0, [assessment(A, [finds])])
    const [stored] = await store.findings({})
    expect(stored?.evidence[0]?.text).toBe('\ufffd \u001b[31m<script>')
  })
})

test('superseded transitions may expire after 400 days, the latest never', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  await wholeScan(store, 's1', 0, [assessment(A, [finding('FAIL')])])
  await wholeScan(store, 's2', 10, [assessment(A, [finding('PASS')])])
  const expiry = (await tables.contentOf(name)).flatMap((item) =>
    String(item.sk).startsWith('H#') ? [[item.scanId, item[TTL_ATTRIBUTE]]] : [],
  )
  expect(expiry).toEqual([
    ['s1', Date.parse(at(11)) / 1000 + 400 * 86_400],
    ['s2', undefined],
  ])
})

test('a scan judges a node once: another verdict within the scan waits for the next', async () => {
  const store = await tables.newStore()
  await store.applyAssessments('s1', at(0), [assessment(A, [finding('FAIL')])])
  const second = assessment(A, [finding('PASS')])
  expect(await store.applyAssessments('s1', at(1), [second])).toHaveLength(1)
  expect(await store.findings({})).toMatchObject([{ status: 'FAIL' }])
  expect(await store.history({})).toMatchObject([{ to: 'FAIL' }])
  await store.applyAssessments('s2', at(2), [second])
  expect(await store.findings({})).toMatchObject([{ status: 'PASS', previousStatus: 'FAIL' }])
})
