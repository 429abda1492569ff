import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decidingHash, keepRules } from '../../shared/history/kept-rules.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { startTables } from '../store/table.fixture.ts'
import { fakeWorld, many, START } from './scan.fixture.ts'

const HERE = '111111111111/eu-central-1'
const RULE = 'etcd-auto-tls-disabled'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const changed = (rule: Rule): Rule => ({ ...rule, reasons: { pass: 'OTHER', fail: 'WORDS' } })

test.concurrent('a scan keeps the rules that it judges by, whole, each version once', async () => {
  const name = await tables.newTable()
  const store = createStore(tables.client, name)
  const world = fakeWorld(store, { [HERE]: many(1) })
  await world.scan()
  const kept = await store.keptRules()
  expect(kept).toEqual(
    loadRules().map((rule) => ({
      ...{ ruleId: rule.id, version: String(rule.version), hash: decidingHash(rule) },
      ...{ rule, keptAt: START.toISOString() },
    })),
  )
  const items = (await tables.contentOf(name)).filter(({ pk }) => pk === 'RULE')
  expect(items.every((item) => !('expiresAt' in item))).toBe(true)
})

test.concurrent('a rule that was changed without a new version is a problem of the scan, which goes on; one with a new version is not', async () => {
  const store = await tables.newStore()
  const world = fakeWorld(store, { [HERE]: many(1) })
  const first = await world.scan()
  const before = await store.keptRules()
  world.deps.rules = loadRules().map((rule) => (rule.id === RULE ? changed(rule) : rule))
  world.advance(60)
  const result = await world.scan()
  const problem = `rule ${RULE}: version 1 is kept with other content than this release has: the rule was changed without a new version`
  expect(first).toMatchObject({ status: 'closed', targetErrors: [] })
  expect(result).toMatchObject({ status: 'closed', targetErrors: [problem], coverage: { assessed: 1 } })
  expect(await store.keptRules()).toEqual(before)

  world.deps.rules = loadRules().map((rule) => (rule.id === RULE ? { ...changed(rule), version: 2 } : rule))
  world.advance(60)
  expect(await world.scan()).toMatchObject({ status: 'closed', targetErrors: [] })
  expect((await store.keptRules()).map(({ ruleId, version }) => `${ruleId}#${version}`)).toContain(
    `${RULE}#2`,
  )
})

test.concurrent('of two that keep other contents under the same version at once, both are told the one that stands', async () => {
  const store = await tables.newStore()
  const [rule] = loadRules()
  if (!rule) throw new Error('there are no rules')
  const told = await Promise.all([
    keepRules(store, [rule], 'one'),
    keepRules(store, [changed(rule)], 'other'),
  ])
  const [kept, ...more] = await store.keptRules()
  expect(more).toEqual([])
  expect(told.map((problems) => problems.length)).toEqual(kept?.keptAt === 'one' ? [0, 1] : [1, 0])
})
