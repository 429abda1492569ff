import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fleetAt } from '../../shared/history/past.ts'
import { type Judging, verifyEvidence } from '../../shared/history/verify-evidence.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import type { Assessment, Store } from '../../shared/store/store.ts'
import { evidence } from '../cli/command.ts'
import { assessment, at, finding, node, RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { scanned } from './scans.fixture.ts'

const rules = loadRules().filter(({ id }) => id === RULE)
const A = node('i-a')

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
let tableName: string
beforeAll(async () => {
  tables = await startTables()
})
beforeEach(async () => {
  tableName = await tables.newTable()
  store = createStore(tables.client, tableName)
})
afterAll(() => tables.stop())

const kept = (value: unknown): Assessment['evidence'] => {
  const json = JSON.stringify(value)
  return { hash: createHash('sha256').update(json).digest('hex'), gzip: gzipSync(json) }
}
const FAILING = evidence('i-a', '--auto-tls=true')
const UNREADABLE = { unreadable: 'ENVELOPE_CUT', message: 'was cut', output: 'cannot fork' }

/** A verdict as some engine gave it, on evidence that may say otherwise. */
const given = (status: 'PASS' | 'FAIL' | 'ERROR', reason: string, on: unknown = FAILING) =>
  assessment(A, [finding(status, reason)], { evidence: kept(on), fingerprint: JSON.stringify(on) })

const verify = (more: Partial<Judging> = {}) =>
  verifyEvidence(store, {}, { rules, engineVersion: '2', at: at(500), append: false, ...more })

describe('evidence that is judged again', () => {
  test('agrees where it comes out the same', async () => {
    await scanned(store, 's1', 0, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED')] })
    expect(await verify()).toMatchObject({ verdicts: 1, pieces: 1, agree: 1, differ: [], unverifiable: [] })
  })

  test('that is newer than the last change is judged too', async () => {
    await scanned(store, 's1', 0, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED')] })
    const safe = evidence('i-a', '--auto-tls=false')
    await scanned(store, 's2', 10, { assessed: [given('FAIL', 'AUTO_TLS_ENABLED', safe)] })
    expect(await verify()).toMatchObject({
      ...{ verdicts: 2, pieces: 2, agree: 1 },
      differ: [{ from: 'FAIL', to: judge(safe as never, rules)[0]?.status, evidenceHash: kept(safe).hash }],
    })
  })

  test('where the output could not be read, is decoded again', async () => {
    await scanned(store, 's1', 0, { assessed: [given('ERROR', 'ENVELOPE_CUT', UNREADABLE)] })
    expect(await verify()).toMatchObject({
      differ: [{ from: 'ERROR', fromReason: 'ENVELOPE_CUT', to: 'ERROR', reason: 'ENVELOPE_MISSING' }],
    })
  })

  test('that somebody altered is named, and never agrees', async () => {
    const forged = {
      ...given('FAIL', 'AUTO_TLS_ENABLED'),
      evidence: { ...kept(FAILING), hash: 'f'.repeat(64) },
    }
    await scanned(store, 's1', 0, { assessed: [forged] })
    expect(await verify()).toMatchObject({
      agree: 0,
      unverifiable: [{ instanceId: 'i-a', ruleId: RULE, problem: expect.stringContaining('altered') }],
    })
  })

  test('that cannot be unpacked, is too large, of another schema, or under a rule of another time, is named', async () => {
    const broken = { ...given('FAIL', 'X'), evidence: { ...kept(FAILING), gzip: Buffer.from('no gzip') } }
    await scanned(store, 's1', 0, { assessed: [broken] })
    const large = { hash: 'a'.repeat(64), gzip: new Uint8Array(400_000) }
    await scanned(store, 's2', 10, {
      assessed: [{ ...given('FAIL', 'Y'), evidence: large, fingerprint: 'large' }],
    })
    await scanned(store, 's3', 20, { assessed: [given('FAIL', 'Z', { schemaVersion: 99 })] })
    const other = finding('FAIL', 'R', { ruleId: 'a-rule-of-old' })
    await scanned(store, 's4', 30, {
      assessed: [assessment(node('i-b'), [other], { evidence: kept(FAILING) })],
    })
    const problems = (await verify()).unverifiable.map(({ problem }) => problem).sort()
    expect(problems).toEqual([
      expect.stringContaining('too large to keep'),
      'the stored evidence cannot be unpacked',
      'the stored evidence is nothing that this version reads',
      'this version has no such rule',
    ])
  })
})

describe('a restatement', () => {
  beforeEach(async () => {
    await scanned(store, 's1', 0, { assessed: [given('PASS', 'AUTO_TLS_DISABLED')] })
  })

  test('is only shown until it is asked for', async () => {
    const before = await tables.contentOf(tableName)
    expect(await verify()).toMatchObject({
      agree: 0,
      differ: [{ from: 'PASS', to: 'FAIL', appended: false }],
    })
    expect(await tables.contentOf(tableName)).toEqual(before)
  })

  test('is appended, and overwrites nothing', async () => {
    const before = await tables.contentOf(tableName)
    expect((await verify({ append: true })).differ).toMatchObject([{ appended: true }])
    const after = await tables.contentOf(tableName)
    expect(after).toHaveLength(before.length + 1)
    expect(after).toEqual(expect.arrayContaining(before))
    expect(await store.findings({})).toMatchObject([{ status: 'PASS', reason: 'AUTO_TLS_DISABLED' }])
  })

  test('stands in the history when it was made, with what it restates and what judged', async () => {
    await verify({ append: true })
    for (const filter of [{}, { instance: ['i-a'] }])
      expect(await store.history(filter)).toMatchObject([
        { to: 'PASS', at: at(1) },
        {
          ...{ restates: at(1), scanId: 's1', at: at(500), engineVersion: '2' },
          ...{ from: 'PASS', fromReason: 'AUTO_TLS_DISABLED', to: 'FAIL', reason: 'AUTO_TLS_ENABLED' },
          evidenceHash: kept(FAILING).hash,
        },
      ])
    expect(await store.transitionsOf('s1')).toHaveLength(1)
  })

  test('is what the evidence is held against from then on, by whichever version comes next', async () => {
    await verify({ append: true })
    expect(await verify({ append: true, at: at(600) })).toMatchObject({ agree: 1, differ: [] })
    const lenient = rules.map((rule) => ({
      ...rule,
      ...{ version: rule.version + 1, reasons: { ...rule.reasons, fail: 'OTHER_WORD' } },
    }))
    const next = await verify({ append: true, at: at(700), rules: lenient })
    expect(next.differ).toMatchObject([{ from: 'FAIL', to: 'FAIL', reason: 'OTHER_WORD', appended: true }])
    expect(await verify({ append: true, at: at(800) })).toMatchObject({ differ: [{ appended: true }] })
    expect(await store.history({})).toHaveLength(4)
  })

  test('of two that are made at once, one is appended', async () => {
    const both = await Promise.all([verify({ append: true }), verify({ append: true })])
    expect(both.flatMap(({ differ }) => differ.map(({ appended }) => appended)).sort()).toEqual([false, true])
    expect(await store.history({})).toHaveLength(2)
  })

  test('is shown beside the past verdict, which stays what it was', async () => {
    await verify({ append: true })
    const past = await fleetAt(store, at(50), {})
    expect(past?.findings).toMatchObject([
      {
        ...{ status: 'PASS', reason: 'AUTO_TLS_DISABLED', engineVersion: '1' },
        restated: { status: 'FAIL', reason: 'AUTO_TLS_ENABLED', engineVersion: '2', at: at(500) },
      },
    ])
  })
})
