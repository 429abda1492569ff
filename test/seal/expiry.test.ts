import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tableReader } from '../../shared/seal/reader.ts'
import { verifySeals } from '../../shared/seal/verify-seals.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { type Key, keys } from '../../shared/store/keys.ts'
import { assessment, finding, node, RULE } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { sealedScan } from './chain.fixture.ts'

const DAY = 24 * 60
const a = node('i-a')
const target = { account: a.account, region: a.region }

let tables: Awaited<ReturnType<typeof startTables>>
let name: string
beforeAll(async () => {
  tables = await startTables()
  name = await tables.newTable()
  // i-a fails on day 0, passes on day 10, fails on day 20; results and scans are kept 30 days from their scan.
  for (const [day, status] of [
    [0, 'FAIL'],
    [10, 'PASS'],
    [20, 'FAIL'],
  ] as const) {
    const noon = Date.UTC(2026, 0, 31 + day, 12)
    const store = createStore(tables.client, name, { historyDays: 30, now: () => new Date(noon) })
    await sealedScan(store, `s${day}`, day * DAY, [assessment(a, [finding(status)])])
  }
})
afterAll(() => tables.stop())

const problemsOnDay = async (day: number) => {
  const now = new Date(Date.UTC(2026, 0, 31 + day, 13)).toISOString()
  const report = await verifySeals(tableReader(createStore(tables.client, name)), { now })
  return {
    expired: report.expired,
    problems: report.problems.map(({ item, problem }) => `${item} ${problem}`),
  }
}
const remove = ({ pk, sk }: Key) =>
  tables.client.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }))

test('what is gone when the seals say that it has expired is no problem; a day earlier it is', async () => {
  await remove(keys.scan('s0'))
  await remove(keys.commandResult('s0', target, '0', 0))
  expect((await problemsOnDay(29)).problems).toEqual([
    'record of scan s0 is gone, and expires on 2026-03-02T12:00:00.000Z',
    `result of ${a.account}/${a.region} 0 in scan s0 is gone, and expires on 2026-03-02T12:00:00.000Z`,
  ])
  expect(await problemsOnDay(30)).toEqual({ expired: 2, problems: [] })

  // The first change was superseded on day 10, and kept 30 days from then.
  await remove(keys.transition(a, RULE, 's0'))
  expect((await problemsOnDay(39)).problems).toEqual([
    `transition of ${a.account}/${a.region}/i-a ${RULE} in scan s0 is gone, and is kept until 2026-03-12T12:01:00.000Z`,
  ])
  expect(await problemsOnDay(40)).toEqual({ expired: 3, problems: [] })

  // The second one too, which the change of day 20 has superseded.
  await remove(keys.transition(a, RULE, 's10'))
  expect(await problemsOnDay(50)).toEqual({ expired: 4, problems: [] })

  // The last one is kept for ever.
  await remove(keys.transition(a, RULE, 's20'))
  expect((await problemsOnDay(5000)).problems[0]).toBe(
    `transition of ${a.account}/${a.region}/i-a ${RULE} in scan s20 is gone, and the last change of a finding never expires`,
  )
})
