import { expect, test } from 'vitest'
import type { Ledger } from '../../shared/push/plan-push.ts'
import { pushTable, pushWent } from '../../shared/push/push-table.ts'
import { PushProblem } from '../../shared/push/send-due.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { DAY_MS, finding, hub, idsOf, left, START, still, sum } from './hub.fixture.ts'

const ONE = finding(1, 'FAILED', START)
const OTHER = finding(2, 'PASSED', START)
const statuses = (security: ReturnType<typeof hub>) =>
  security.holds().map(({ Compliance, RecordState }) => `${RecordState} ${Compliance?.Status}`)

/** A push that ends as a process does that is killed: Security Hub has had the batch, and nothing is heard or written any more. */
const killed = async (security: ReturnType<typeof hub>, of = [ONE], batches = 1) => {
  let sent = 0
  const push = security.push(of, {
    keep: (...given) => (sent < batches ? security.keep(...given) : Promise.reject(new Error('killed'))),
    send: async (...given) => {
      const refused = await security.send(...given)
      if (++sent === batches) throw new Error('killed')
      return refused
    },
  })
  await expect(push).rejects.toThrow('killed')
}

test('a finding that was sent by a push that was killed is archived when it has left', async () => {
  const security = hub()
  await killed(security)
  expect(statuses(security)).toEqual(['ACTIVE FAILED'])
  security.at(1)
  expect((await security.push([left(ONE)])).sent).toMatchObject({ archived: 1 })
  expect(statuses(security)).toEqual(['ARCHIVED FAILED'])
})

test('what a killed push has sent and what then is as it was before is sent again', async () => {
  const security = hub()
  await security.push([ONE])
  security.at(1)
  await killed(security, [finding(1, 'PASSED', START + DAY_MS)])
  security.at(2)
  expect((await security.push([ONE])).sent).toMatchObject({ changed: 1 })
  expect(statuses(security)).toEqual(['ACTIVE FAILED'])
  expect(sum((await security.push([ONE])).sent)).toBe(0)
})

test('a push that is killed again and again gets further each time', async () => {
  const security = hub()
  const fleet = still(6000)
  await killed(security, fleet, 30)
  // What was under way for certain is sent again, what was kept before is not.
  const { sent, unchanged } = await security.push(fleet)
  expect([sum(sent), unchanged]).toEqual([3500, 2500])
  expect(security.active()).toHaveLength(6000)
})

test('with `all` what has left is archived although the memory of it was lost, and only once', async () => {
  const security = hub()
  await security.push([ONE, OTHER])
  security.remember(new Map())
  security.at(1)
  const now = [left(ONE), OTHER]
  expect((await security.push(now)).sent).toMatchObject({ new: 1, archived: 0 })
  expect(statuses(security)).toEqual(['ACTIVE FAILED', 'ACTIVE PASSED'])
  expect((await security.push(now, { all: true })).sent).toMatchObject({ refreshed: 1, archived: 1 })
  expect(statuses(security)).toEqual(['ARCHIVED FAILED', 'ACTIVE PASSED'])
  expect((await security.push(now, { all: true })).sent).toMatchObject({ refreshed: 1, archived: 0 })
})

/** Begins a push, and ends it when told to: its batches are sent, and what became of them is not written yet. */
const slow = (security: ReturnType<typeof hub>, of: (typeof ONE)[]) => {
  const { promise: isFree, resolve: end } = Promise.withResolvers<void>()
  const { promise: isSent, resolve: sent } = Promise.withResolvers<void>()
  const push = security.push(of, {
    send: async (...given) => {
      const refused = await security.send(...given)
      sent()
      await isFree
      return refused
    },
  })
  return {
    isSent,
    end: async () => {
      end()
      await push
    },
  }
}

test('of two pushes at once the later is believed, whichever ends first', async () => {
  const security = hub()
  await security.push([OTHER])
  security.at(1)
  const early = slow(security, [ONE, OTHER])
  await early.isSent
  security.at(1.1)
  await security.push([finding(1, 'PASSED', START + DAY_MS), OTHER, finding(3, 'FAILED', START)])
  await early.end()
  security.at(2)
  // Back as it was in the early push: Security Hub has it otherwise.
  expect((await security.push([ONE, OTHER, left(finding(3, 'FAILED', START))])).sent).toMatchObject({
    ...{ changed: 1, archived: 1 },
  })
  expect(statuses(security)).toEqual(['ACTIVE FAILED', 'ACTIVE PASSED', 'ARCHIVED FAILED'])
})

test('a push that has begun earlier and sends later changes nothing of what the other has sent', async () => {
  const security = hub()
  await security.push([ONE])
  security.at(1)
  const mended = finding(1, 'PASSED', START + DAY_MS)
  let isOther = false
  await security.push([finding(1, 'WARNING', START + DAY_MS)], {
    keep: async (...given) => {
      if (!isOther) {
        isOther = true
        security.at(1.1)
        await security.push([mended])
      }
      return security.keep(...given)
    },
  })
  expect(statuses(security)).toEqual(['ACTIVE PASSED'])
  security.at(2)
  expect((await security.push([finding(1, 'WARNING', START + DAY_MS)])).sent).toMatchObject({ changed: 1 })
  expect(statuses(security)).toEqual(['ACTIVE WARNING'])
})

test('of two pushes at the very same moment it is not known which was taken, so it is sent again', async () => {
  const security = hub()
  const [one, two] = [slow(security, [ONE]), slow(security, [finding(1, 'PASSED', START)])]
  await Promise.all([one.isSent, two.isSent])
  await one.end()
  await two.end()
  for (const says of [ONE, finding(1, 'PASSED', START)]) {
    security.at(1)
    const before = security.remembered()
    expect(sum((await security.push([says], { send: async () => [] })).sent)).toBe(1)
    security.remember(before)
  }
})

test('findings for which the whole request is refused stop no other, not for a year', async () => {
  const security = hub()
  const blank = finding(999, 'FAILED', START, { Description: ' ' })
  const fleet = [...still(40), blank]
  for (let day = 0; day <= 365; day += 5) {
    security.at(day)
    const { rejected, problem } = await security.push(fleet)
    expect({ rejected: rejected.map(({ id }) => id), problem }).toEqual({
      ...{ rejected: [blank.Id], problem: undefined },
    })
    expect(security.active()).toHaveLength(40)
  }
  expect(security.remembered().has(blank.Id)).toBe(false)
})

test('where the memory cannot be written or read nothing is sent, and that is said of this target', async () => {
  const security = hub()
  const keep = async () => {
    throw new PushProblem('no right to write')
  }
  const unwritten = await security.push([ONE], { keep })
  expect(unwritten).toMatchObject({ unsent: 1, problem: 'no right to write', sent: { new: 0 } })
  const ledger = async () => {
    throw new PushProblem('no right to read')
  }
  expect(await security.push([ONE], { ledger })).toMatchObject({ unsent: 1, problem: 'no right to read' })
  expect(security.holds()).toEqual([])
  expect(pushWent([unwritten])).toBe(false)
})

test('a memory that cannot be written at the end is a problem, and what was sent is sent again', async () => {
  const security = hub()
  let writes = 0
  const went = await security.push([ONE], {
    keep: async (...given) => {
      if (++writes > 1) throw new PushProblem('it is out')
      return security.keep(...given)
    },
  })
  expect(went).toMatchObject({ sent: { new: 1 }, unsent: 0, problem: 'it is out' })
  expect(pushWent([went])).toBe(false)
  expect(pushTable([went], false, unpainted)).toContain('  problem: it is out')
  expect((await security.push([ONE])).sent).toMatchObject({ new: 1 })
})

test('where nothing is due nothing is written', async () => {
  const security = hub()
  await security.push([ONE])
  const keep = async () => {
    throw new Error('written')
  }
  expect(sum((await security.push([ONE], { keep })).sent)).toBe(0)
})

test.each([
  ['far ahead', '9999-01-01T00:00:00.000Z', START],
  ['at the end of time', '9999-12-31T23:59:59.999Z', START],
  ['no time', 'nonsense', START],
  ['a date alone', '2026-01-01', START],
  ['of a clock that was a month ahead', '2026-02-01T06:00:00.000Z', Date.parse('2026-02-01T06:00:00.001Z')],
])('a memory with a time that is %s (%s) is not believed', async (_, at, updated) => {
  const security = hub()
  await security.push([ONE])
  const poisoned: Ledger = new Map(
    [...security.remembered()].map(([id, { content }]) => [id, { content, at }]),
  )
  for (const [says, why] of [
    [ONE, 'new'],
    [left(ONE), 'archived'],
  ] as const) {
    security.remember(poisoned)
    const times: string[] = []
    const { sent } = await security.push([says], {
      send: async (_target, batch) => {
        times.push(...batch.map(({ UpdatedAt }) => UpdatedAt))
        return []
      },
    })
    expect(sent).toMatchObject({ [why]: 1 })
    expect(times).toEqual([new Date(updated).toISOString()])
  }
})

test('what is there and is not looked at any more is counted and said, and is no failure', async () => {
  const security = hub()
  await security.push(still(5))
  const went = await security.push(still(3))
  expect(went).toMatchObject({ unchanged: 3, staying: 2 })
  expect(pushTable([went], false, unpainted)).toMatch(
    /^ {2}2 left there as last sent: the last scan did not look at them/m,
  )
  expect(pushWent([went])).toBe(true)
  // A part of the findings says nothing of the rest, and what has left or expired is not there.
  expect(await security.push(still(3), { isPart: true })).toMatchObject({ staying: 0 })
  expect(await security.push([...still(3), ...still(5).slice(3).map(left)])).toMatchObject({ staying: 0 })
  expect(await security.push(still(3))).toMatchObject({ staying: 0 })
  security.at(91)
  expect(await security.push([])).toMatchObject({ staying: 0 })
})

test('a target without configuration fails as long as something of it stands, and not for what has left', async () => {
  const security = hub()
  await security.push(still(3))
  const gone = still(3).map(left)
  const before = security.remembered()
  const one = await security.push([finding(0, 'PASSED', START), ...gone.slice(1)], { send: 'no target' })
  expect(one).toMatchObject({ unsent: 3, problem: 'no target' })
  const went = await security.push(gone, { send: 'no target' })
  expect({ ...went, problem: went.problem }).toMatchObject({ unsent: 0, staying: 3, problem: undefined })
  expect(pushWent([went])).toBe(true)
  expect(security.remembered()).toBe(before)
  // Put back, it is archived.
  expect((await security.push(gone)).sent).toMatchObject({ archived: 3 })
  expect(idsOf(security.active())).toEqual([])
})
