import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ParseResultsEvent,
  parseResults,
  parseResultsEvent,
} from '../../lambdas/parse-results/parse-results.ts'
import { groupOf } from '../../shared/report/digest-groups.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { ROLES } from '../aws/member-roles.fixture.ts'
import { ETCD_RECORDS, envelopeOf } from '../evidence/envelope-of.ts'
import { startTables } from '../store/table.fixture.ts'
import { fakeWorld, many } from './scan.fixture.ts'

const OFF = 'etcd-auto-tls-disabled'
const HERE = '111111111111/eu-central-1'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

test.concurrent('run-scan hands on which rules are off, in a form that parse-results reads', async () => {
  const off = fakeWorld(await tables.newStore(), { [HERE]: many(1) }, `rulesOff: [${OFF}]\n`)
  await off.scan()
  expect(off.parsed.map((event) => parseResultsEvent.parse(event).rulesOff)).toEqual([[OFF]])
  const on = fakeWorld(await tables.newStore(), { [HERE]: many(1) })
  await on.scan()
  expect(on.parsed[0]).not.toHaveProperty('rulesOff')
})

test.concurrent('a rule that is off gives no finding; that is what is closed, and nobody is told', async () => {
  const store = await tables.newStore()
  const output = envelopeOf(ETCD_RECORDS)
  const judge = (scanId: string, more: Partial<ParseResultsEvent> = {}) =>
    parseResults(
      {
        ...{ scanId, commandId: 'c', n: '0', deadlinePassed: false, ...more },
        target: { account: '111111111111', region: 'eu-central-1', roles: ROLES, selectors: [{ a: 'b' }] },
        instances: [{ instanceId: 'i-a', tags: {} }],
      },
      {
        reader: () => ({
          invocations: async () => [{ instanceId: 'i-a', phase: 'succeeded', detail: 'Success', output }],
          fullOutput: async () => '',
        }),
        store,
        rules: loadRules(),
        now: () => new Date('2026-01-31T12:05:00Z'),
      },
    )
  const rulesNow = async () => (await store.findings({})).map(({ ruleId }) => ruleId).sort()
  const all = loadRules().map(({ id }) => id)
  await judge('s1')
  expect(await rulesNow()).toEqual(all)
  expect(await judge('s2', { rulesOff: [OFF] })).toMatchObject({ changes: 1 })
  expect(await rulesNow()).toEqual(all.filter((id) => id !== OFF))
  expect((await store.transitionsOf('s2')).map(groupOf)).toEqual([undefined])
})

test.concurrent('no more commands are under way than is configured', async () => {
  const store = await tables.newStore()
  const most = async (commands: number) => {
    const world = fakeWorld(
      store,
      { [HERE]: many(240) },
      `deadlineMinutes: 600\nconcurrency: { commands: ${commands} }\n`,
    )
    let open = 0
    let highest = 0
    const { access } = world.deps
    world.deps.access = (target) => {
      const real = access(target)
      return {
        ...real,
        send: async (request) => {
          highest = Math.max(highest, ++open)
          return real.send(request)
        },
        progress: async (...asked) => {
          const progress = await real.progress(...asked)
          if (progress.done) open--
          return progress
        },
      }
    }
    await world.scan({ scanId: `with-${commands}` })
    expect(world.sent).toHaveLength(5)
    world.advance(700)
    return highest
  }
  expect(await most(1)).toBe(1)
  expect(await most(2)).toBe(2)
})
