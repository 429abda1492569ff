import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findingKey } from '../../shared/findings/flapping.ts'
import { currentFindings } from '../../shared/queries/current-findings.ts'
import { CursorError, cursorOf, placeOf } from '../../shared/queries/cursor.ts'
import type { FindingFilter, Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import { histories, lived, MEMBERS, NOW } from './histories.fixture.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const ORDER = ['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE']
const filters = fc.record<FindingFilter>(
  {
    status: fc.subarray(['FAIL', 'ERROR', 'PASS'] as const, { minLength: 1 }).map((each) => [...each]),
    rule: fc.subarray(['rule-a', 'rule-b', 'rule-x'], { minLength: 1 }),
    account: fc.subarray(['111111111111', '222222222222'], { minLength: 1 }),
    region: fc.subarray(['eu-west-1', 'us-east-1'], { minLength: 1 }),
    cluster: fc.subarray(['harbour', 'orchard'], { minLength: 1 }),
    severity: fc.subarray(['high', 'low'] as const, { minLength: 1 }).map((each) => [...each]),
    instance: fc.subarray(['i-0', 'i-2', 'i-4'], { minLength: 1 }),
  },
  { requiredKeys: [] },
)

const allPages = async (store: Store, filter: FindingFilter, limit: number) => {
  const found = []
  let cursor: string | undefined
  do {
    const page = await currentFindings(store, NOW, filter, { limit, ...(cursor !== undefined && { cursor }) })
    expect(page.findings.length).toBeLessThanOrEqual(limit)
    // A page that is not full is the last.
    if (page.findings.length < limit) expect(page.next).toBeUndefined()
    found.push(...page.findings)
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

describe('findings a page at a time', () => {
  test.each(['FAIL#', 'FAIL#\u{1f600}'])(
    'a cursor whose place is no key of a table is refused: %j',
    (begin) => {
      const of = (bytes: number) => cursorOf(begin + 'x'.repeat(bytes - Buffer.byteLength(begin)), {})
      expect(placeOf(of(1023), {})).toMatch(/x$/)
      expect(() => placeOf(of(1024), {})).toThrow(CursorError)
      expect(() => placeOf(cursorOf('FAIL#\ud800', {}), {})).toThrow(CursorError)
    },
  )

  test('are all that there are, each once, worst first, whatever the filter and the size of a page', () =>
    fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.tuple(filters, fc.integer({ min: 1, max: 12 })), { minLength: 4, maxLength: 4 }),
        async (scans, questions) => {
          const store = await tables.newStore()
          await lived(store, scans)
          for (const [filter, limit] of questions) {
            const expected = (await store.findings(filter)).toSorted(
              (a, b) =>
                ORDER.indexOf(a.status) - ORDER.indexOf(b.status) ||
                (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0) ||
                (findingKey(a) < findingKey(b) ? -1 : 1),
            )
            expect(await allPages(store, filter, limit)).toEqual(expected)
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    ))

  test('of an instance that had gone and is back, unread, are not those of a cluster; named, they show', async () => {
    const store = await tables.newStore()
    const all = (sight: 'retired' | 'stopped' | { 'rule-a': 'FAIL'; 'rule-b': 'FAIL' }) =>
      MEMBERS.map(() => sight)
    await lived(
      store,
      ([{ 'rule-a': 'FAIL', 'rule-b': 'FAIL' }, 'retired', 'stopped'] as const).map((sight) => ({
        ...{ gapHours: 2, kind: 'whole' as const, seen: all(sight) },
      })),
    )
    expect(await allPages(store, { cluster: ['harbour'] }, 3)).toEqual([])
    expect(await allPages(store, { instance: ['i-0'] }, 3)).toMatchObject([
      { ruleId: 'rule-a', closed: 'retired' },
      { ruleId: 'rule-b', closed: 'retired' },
    ])
  })

  test('go on only with the cursor of the same question', async () => {
    const store = await tables.newStore()
    const seen = MEMBERS.map(() => ({ 'rule-a': 'PASS', 'rule-b': 'FAIL' }) as const)
    await lived(store, [{ gapHours: 2, kind: 'whole', seen }])
    const { next = '' } = await currentFindings(store, NOW, { status: ['FAIL', 'PASS'] }, { limit: 2 })
    const again = currentFindings(store, NOW, { status: ['PASS', 'FAIL'] }, { limit: 2, cursor: next })
    await expect(again).resolves.toMatchObject({ findings: [{}, {}] })
    for (const cursor of [next, 'garbage', '', Buffer.from('[1,"x","y"]').toString('base64url')])
      await expect(currentFindings(store, NOW, {}, { cursor })).rejects.toThrow(CursorError)
  })

  test('go on with a time before now as it was given, which is another moment by the next page', async () => {
    const store = await tables.newStore()
    const seen = MEMBERS.map(() => ({ 'rule-a': 'PASS', 'rule-b': 'FAIL' }) as const)
    await lived(store, [{ gapHours: 2, kind: 'whole', seen }])
    const page = (since: string, paging: { cursor?: string; since?: string }) =>
      currentFindings(store, NOW, { since }, { limit: 2, ...paging })
    const { next: cursor = '' } = await page('2020-01-01T00:00:00Z', { since: '9999d' })
    const later = '2020-01-01T00:00:09Z'
    await expect(page(later, { since: '9999d', cursor })).resolves.toMatchObject({ findings: [{}, {}] })
    await expect(page(later, { since: '8888d', cursor })).rejects.toThrow(CursorError)
    await expect(page(later, { cursor })).rejects.toThrow(CursorError)
  })

  test('say which scan they rest on', async () => {
    const store = await tables.newStore()
    expect((await currentFindings(store, NOW, {})).fresh).toEqual({ at: NOW })
    const [scan] = await lived(store, [
      { gapHours: 2, kind: 'whole', seen: [{ 'rule-a': 'PASS', 'rule-b': 'PASS' }] },
    ])
    expect((await currentFindings(store, NOW, {})).fresh).toMatchObject({
      at: NOW,
      scan: { scanId: scan?.scanId, closedAt: scan?.closedAt },
    })
  })
})
