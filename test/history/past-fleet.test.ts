import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countingReads } from '../../bench/queries/counting-reads.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { createQueries } from '../../shared/queries/queries.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { assessment, at, finding, node, wholeScan } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { lived, madeOlder, plainly, scans } from './past-fleet.fixture.ts'

/** Each lives through some scans of a table of its own. */
const RUNS = 6

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const contentOf = async (name: string) => (await tables.contentOf(name)) as Parameters<typeof plainly>[0]
/** When a scan writes, and after it. */
const momentsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => at(n * 10 + (n % 2 ? 1 : 5)))

describe('the fleet at a moment', () => {
  test('is the last change of each finding up to then, whatever has happened since', () =>
    fc.assert(
      fc.asyncProperty(
        scans,
        fc.option(fc.nat(9), { nil: undefined }),
        fc.constantFrom<Status[] | undefined>(undefined, ['FAIL'], ['FAIL', 'ERROR'], ['PASS']),
        async (seen, olderAfter, status) => {
          const name = await tables.newTable()
          const store = createStore(tables.client, name, { pageSize: 2 })
          await lived(store, seen, async (n) => {
            if (n === olderAfter) await madeOlder(tables.client, name, await contentOf(name))
          })
          const items = await contentOf(name)
          for (const moment of momentsOf(seen.length))
            expect(await store.transitionsAt(moment, status ? { status } : {})).toEqual(
              plainly(items, moment).filter(({ to }) => status?.includes(to) ?? true),
            )
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    ))

  test.each([
    ['this version', false],
    ['the version before', true],
  ])(
    'names the evidence that brought a verdict, and its weight then, after newer evidence has confirmed it: %s',
    async (_, isOlder) => {
      const name = await tables.newTable()
      const store = createStore(tables.client, name)
      const seen = ['facts', 'newer facts', 'newest facts'].map((evidenceText, i) =>
        assessment(node('i-a'), [finding('FAIL', 'R', { severity: i ? 'low' : 'high', message: `${i}` })], {
          evidenceText,
          fingerprint: evidenceText,
        }),
      )
      for (const [n, each] of seen.entries()) await wholeScan(store, `s${n}`, n * 10, [each])
      if (isOlder) await madeOlder(tables.client, name, await contentOf(name))
      const hashes = seen.map(({ evidence }) => evidence.hash)
      expect(await store.findings({})).toMatchObject([{ evidenceHash: hashes[2], severity: 'low' }])
      expect(await store.transitionsAt(at(40), {})).toMatchObject([
        { evidenceHash: hashes[0], severity: 'high', message: '0' },
      ])
      expect(await store.transitionsAt(at(40), { severity: ['high'] })).toHaveLength(1)
    },
  )

  test('of a scan that is being written is right, too: its change may not be in the list yet', async () => {
    const name = await tables.newTable()
    const store = createStore(tables.client, name)
    await wholeScan(store, 's1', 0, [assessment(node('i-a'), [finding('FAIL', 'ONE')])])
    await wholeScan(store, 's2', 10, [assessment(node('i-a'), [finding('FAIL', 'OTHER')])])
    const unlisted = createStore(
      new Proxy(tables.client, {
        get: (target, property) =>
          property === 'send'
            ? (command: { input: { ExpressionAttributeValues?: Record<string, string> } }) =>
                command.input.ExpressionAttributeValues?.[':list']?.startsWith('TRANSITIONS')
                  ? { Items: [] }
                  : target.send(command as never)
            : Reflect.get(target, property, target),
      }),
      name,
    )
    expect(await unlisted.transitionsAt(at(5), {})).toMatchObject([{ reason: 'ONE' }])
    expect(await unlisted.transitionsAt(at(20), {})).toMatchObject([{ reason: 'OTHER' }])
  })

  test('costs what it answers, however long the history before is', async () => {
    const name = await tables.newTable()
    const store = createStore(tables.client, name)
    const nodes = Array.from({ length: 10 }, (_, i) => node(`i-${i}`))
    for (let n = 0; n < 6; n++)
      await wholeScan(
        store,
        `s${String(n).padStart(2, '0')}`,
        n * 10,
        nodes.map((of) => assessment(of, [finding(n % 2 ? 'FAIL' : 'PASS')])),
      )
    const counted = countingReads(tables.client)
    const { findings } = await createQueries(createStore(counted.client, name)).fleetThen(at(200), {})
    expect(findings).toHaveLength(10)
    // With the scan that answers, the one after it in the same read, and its record.
    expect(counted.seen().distinct).toBeLessThanOrEqual(13)
  })
})
