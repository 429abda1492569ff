import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchesOf, MOST_BYTES } from '../../shared/push/batches.ts'
import { type Ledger, planPush, sentOf } from '../../shared/push/plan-push.ts'
import { pushTarget } from '../../shared/push/push-target.ts'
import { PushProblem } from '../../shared/push/send-due.ts'
import type { AsffFinding } from '../../shared/report/formats/asff.ts'
import {
  DAY_MS,
  FIRST,
  finding,
  hub,
  idsOf,
  left,
  PLACE,
  START,
  type Status,
  saysOf,
  still,
  sum,
} from './hub.fixture.ts'

/** What is remembered once all that is due has been taken. */
const after = (findings: AsffFinding[], now: Date): Ledger =>
  new Map(planPush(findings, new Map(), now).due.map((due) => [due.finding.Id, sentOf(due)]))

test('the first push sends everything that stands, what passes too, and nothing of what had left before', async () => {
  const security = hub()
  const { sent } = await security.push([...still(250), left(finding(999, 'FAILED', START))])
  expect(sent).toEqual({ new: 250, changed: 0, refreshed: 0, archived: 0 })
  expect(security.active()).toHaveLength(250)
  expect(security.active().filter(({ Compliance }) => Compliance?.Status === 'PASSED')).toHaveLength(200)
})

test('a push that is repeated sends nothing', async () => {
  const security = hub()
  await security.push(still(30))
  const { sent, unchanged } = await security.push(still(30))
  expect([sum(sent), unchanged]).toEqual([0, 30])
})

const FIELDS = FIRST?.ProductFields ?? {}
test.each<[string, Partial<AsffFinding>, 'changed' | 'nothing']>([
  ['its text', { Description: 'etcd says something else' }, 'changed'],
  ['a waiver', { ProductFields: { ...FIELDS, 'fleet-scanner/WaivedBy': 'w-1' } as never }, 'changed'],
  ['its severity', { FindingProviderFields: { Severity: { Label: 'LOW' }, Types: [] } as never }, 'changed'],
  ['the scan that saw it', { LastObservedAt: '2026-01-02T12:00:00Z' }, 'nothing'],
  [
    'old history that expired',
    { CreatedAt: '2026-01-01T00:00:00Z', FirstObservedAt: '2026-01-01T00:00:00Z' },
    'nothing',
  ],
  [
    'the release that sends it',
    { ProductFields: { ...finding(1, 'FAILED', START).ProductFields, 'fleet-scanner/Version': '99' } },
    'nothing',
  ],
])('what is another in %s: %o is %s to send', async (_, more, expected) => {
  const security = hub()
  await security.push([finding(1, 'FAILED', START)])
  security.at(1)
  const { sent } = await security.push([finding(1, 'FAILED', START, more)])
  expect(sum(sent)).toBe(expected === 'changed' ? 1 : 0)
  expect(sent.changed).toBe(expected === 'changed' ? 1 : 0)
})

test('what has left is archived once, and active again under its id when it is back', async () => {
  const security = hub()
  const one = finding(1, 'FAILED', START)
  await security.push([one])
  security.at(1)
  expect((await security.push([left(one)])).sent).toMatchObject({ archived: 1 })
  expect(security.holds()).toMatchObject([{ Id: one.Id, RecordState: 'ARCHIVED' }])
  security.at(2)
  expect(sum((await security.push([left(one)])).sent)).toBe(0)
  security.at(3)
  expect((await security.push([finding(1, 'PASSED', START + 3 * DAY_MS)])).sent).toMatchObject({ changed: 1 })
  expect(security.active()).toMatchObject([{ Id: one.Id, Compliance: { Status: 'PASSED' } }])
})

test('a change is taken although the clock of the last push was ahead', () => {
  const ahead = new Date(START + DAY_MS)
  const ledger = after([finding(1, 'FAILED', START)], ahead)
  const [next] = planPush([finding(1, 'PASSED', START)], ledger, new Date(START)).due
  expect(next?.finding.UpdatedAt).toBe(new Date(ahead.getTime() + 1).toISOString())
})

test('with `all` everything is sent again, and what changed first', async () => {
  const ledger = after(still(3), new Date(START))
  const now = [...still(2), finding(2, 'WARNING', START)]
  const { due } = planPush(now, ledger, new Date(START + 1), true)
  expect(due.map(({ why, finding: { Id } }) => `${why} ${Id}`)).toEqual([
    ...['changed fleet-scanner/f2', 'refreshed fleet-scanner/f0', 'refreshed fleet-scanner/f1'],
  ])
})

test('what is rejected or breaks off is due again, and hides nothing of the rest', async () => {
  const security = hub(['f0'])
  const { sent, rejected } = await security.push(still(10))
  expect([sum(sent), rejected.map(({ id }) => id)]).toEqual([9, ['fleet-scanner/f0']])
  const again = await security.push(still(10))
  expect([sum(again.sent), again.rejected.length, again.unchanged]).toEqual([0, 1, 9])
  security.breakDown(true)
  expect(await security.push(still(150))).toMatchObject({ unsent: 141, problem: 'it is out', unchanged: 9 })
  security.breakDown(false)
  expect(sum((await security.push(still(150))).sent)).toBe(140)
})

test('what was taken before a push broke off is not sent again', async () => {
  const seen: string[][] = []
  let ledger: Ledger = new Map()
  const push = (most: number) =>
    pushTarget(PLACE, still(250), {
      now: () => new Date(START),
      ledger: async () => ledger,
      keep: async (_, next) => {
        ledger = next
        return next
      },
      send: async (_, batch) => {
        if (seen.length === most) throw new PushProblem('it is out')
        seen.push(idsOf(batch))
        return []
      },
    })
  expect(await push(2)).toMatchObject({ sent: { new: 200 }, unsent: 50, problem: 'it is out' })
  expect(await push(99)).toMatchObject({ sent: { new: 50 }, unsent: 0 })
  expect(new Set(seen.flat()).size).toBe(250)
  expect(seen.flat()).toHaveLength(250)
})

test('a year of daily pushes of a still fleet: nothing expires, and a day brings a part of it', async () => {
  const security = hub()
  const fleet = still(120)
  const perDay: number[] = []
  for (let day = 0; day <= 365; day++) {
    security.at(day)
    expect(security.active()).toHaveLength(day === 0 ? 0 : 120)
    perDay.push(sum((await security.push(fleet)).sent))
  }
  const [first, ...rest] = perDay
  expect(first).toBe(120)
  // Each about every 30 days: a year is 12 times the fleet, and no day near all of it.
  expect(sum(rest)).toBeLessThan(120 * 15)
  expect(sum(rest)).toBeGreaterThan(120 * 9)
  expect(Math.max(...rest)).toBeLessThan(20)
})

/** A step of the world: days pass, findings change, leave or come, and a push succeeds or fails. */
const step = fc.record({
  days: fc.nat({ max: 49 }),
  fails: fc.boolean(),
  changes: fc.array(fc.tuple(fc.nat({ max: 19 }), fc.constantFrom('FAILED', 'PASSED', 'WARNING', 'gone')), {
    maxLength: 4,
  }),
})

test('whatever happens, a push leaves Security Hub with what stands, and nothing that stands expires before the next', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const security = hub()
      const world = new Map<number, AsffFinding>()
      let day = 0
      let pushedAt = 0
      let held: string[] = []
      for (const { days, fails, changes } of steps) {
        day += days
        security.at(day)
        const now = START + day * DAY_MS
        // Archived or still active, what was there at the last push is there: it may have left since.
        expect(idsOf(security.active())).toEqual(held)
        for (const [n, status] of changes) {
          const known = world.get(n)
          if (status !== 'gone') world.set(n, finding(n, status as Status, now))
          else if (known) world.set(n, left(known))
        }
        // Failures may add up to no more than what the refresh leaves time for.
        security.breakDown(fails && day - pushedAt + 49 <= 50)
        const { problem } = await security.push([...world.values()])
        if (problem !== undefined) continue
        const stands = [...world.values()].filter(({ RecordState }) => RecordState === 'ACTIVE')
        expect(security.active().map(saysOf)).toEqual(stands.map(saysOf).sort())
        expect(sum((await security.push([...world.values()])).sent)).toBe(0)
        pushedAt = day
        held = idsOf(stands)
      }
    }),
    { numRuns: 150 },
  )
})

test('batches hold at most 100 findings and 6 MB, in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 240 * 1024 }), { maxLength: 130 }), (sizes) => {
      const given = sizes.map((size, n) => ({ n, text: 'x'.repeat(size) }))
      const batches = batchesOf(given)
      expect(batches.flat()).toEqual(given)
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(100)
        expect(JSON.stringify({ Findings: batch }).length).toBeLessThanOrEqual(MOST_BYTES)
      }
    }),
    { numRuns: 20 },
  )
  expect(batchesOf(still(201)).map(({ length }) => length)).toEqual([100, 100, 1])
  expect(batchesOf([])).toEqual([])
})
