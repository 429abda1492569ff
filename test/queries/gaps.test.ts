import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverageGaps } from '../../shared/queries/coverage-gaps.ts'
import { type Look, runningGaps } from '../../shared/queries/gaps-of.ts'
import { readAhead } from '../../shared/queries/read-ahead.ts'

type Reads = Parameters<typeof coverageGaps>[0]

const hour = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 3_600_000).toISOString()
const collect = () => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

test('a year of scans takes no more memory than a few of them: what was seen is forgotten, the gaps stay', async () => {
  const [instances, scans, gc] = [2000, 150, collect()]
  const held: number[] = []
  const store = {
    scanAt: async () => undefined,
    scansBetween: async () =>
      Array.from({ length: scans }, (_, i) => ({
        ...{ scanId: `s${i}`, openedAt: hour(i), closedAt: hour(i), status: 'closed', trigger: 'schedule' },
      })),
    commandResults: async (scanId: string) => {
      const n = Number(scanId.slice(1))
      if (n % 50 === 40) {
        gc()
        held.push(process.memoryUsage().heapUsed / 1e6)
      }
      // The first is never reached but at the beginning and at the end.
      const outcomes = Array.from({ length: instances }, (_, i) => ({
        instanceId: `i-${i}`,
        state: i === 0 && n % (scans - 1) !== 0 ? 'unreachable' : 'assessed',
      }))
      return [{ account: '111111111111', region: 'eu-west-1', outcomes }]
    },
    nodesOf: async () => [],
    targets: async () => [],
  } as unknown as Reads
  const { gaps } = await coverageGaps(store, hour(scans), { from: hour(0), to: hour(scans) })
  expect(gaps).toMatchObject([{ of: '111111111111/eu-west-1/i-0', missed: scans - 2, open: false }])
  const [early = 0, , late = 0] = held
  // All looks of a hundred more scans would be some thirty.
  expect(late - early).toBeLessThan(5)
})

const states = fc.constantFrom('assessed', 'unreachable', 'unmanaged', 'stopped', 'retired', undefined)
const histories = fc.array(fc.record({ a: states, b: states, c: states }), { maxLength: 12 })

/** What a reader of the definition would do with the whole history of one name in hand: every gap, and the longest of them. */
const byHand = (seen: (string | undefined)[], end: string) => {
  const gaps: { from: string; to: string; missed: number; open: boolean }[] = []
  let last: string | undefined
  for (let i = 0; i < seen.length; i++) {
    const isMissed = (n: number) =>
      seen[n] === 'unreachable' || seen[n] === 'unmanaged' || (seen[n] === undefined && last !== undefined)
    if (seen[i] === 'assessed') last = hour(i)
    else if (seen[i] === 'stopped' || seen[i] === 'retired') last = undefined
    else if (isMissed(i)) {
      let next = i
      while (next < seen.length && (isMissed(next) || seen[next] === undefined)) next++
      const open = next === seen.length
      gaps.push({ from: last ?? hour(i), to: open ? end : hour(next), missed: next - i, open })
      i = next - 1
    }
  }
  const lasts = ({ from, to }: { from: string; to: string }) => Date.parse(to) - Date.parse(from)
  return gaps.toSorted((a, b) => lasts(b) - lasts(a))[0]
}

test('scan by scan comes to the same as the whole history at once', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const running = runningGaps()
      const end = hour(history.length)
      for (const [i, each] of history.entries()) {
        const seen = Object.entries(each).flatMap(([name, state]) => (state ? [[name, [{ state }]]] : []))
        running.see({
          at: hour(i),
          states: new Map(seen as [string, [{ state: 'assessed' }]][]) as Look['states'],
        })
      }
      const found = running.longest(end)
      for (const name of ['a', 'b', 'c'] as const) {
        const expected = byHand(
          history.map((each) => each[name]),
          end,
        )
        if (expected === undefined) expect(found.has(name)).toBe(false)
        else expect(found.get(name)).toMatchObject(expected)
      }
    }),
  )
})

test('a few are read at once, told in their order, and the first that fails in it is told', async () => {
  let [underWay, most] = [0, 0]
  const read = async (n: number) => {
    most = Math.max(most, ++underWay)
    // The later, the sooner.
    await new Promise((done) => setTimeout(done, 20 - n))
    underWay--
    if (n > 7) throw new Error(`of ${n}`)
    return n * 2
  }
  const told: [number, number][] = []
  const all = async () => {
    for await (const each of readAhead([1, 2, 3, 4, 5, 6, 7, 8, 9], read, 3)) told.push(each)
  }
  await expect(all()).rejects.toThrow('of 8')
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => [n, n * 2]))
  expect(most).toBe(3)
})
