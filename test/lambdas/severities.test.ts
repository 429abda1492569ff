import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assess } from '../../lambdas/parse-results/assess.ts'
import { parseResults, parseResultsEvent } from '../../lambdas/parse-results/parse-results.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { ETCD_RECORDS, envelopeOf } from '../evidence/envelope-of.ts'
import { node } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'
import { fakeWorld } from './scan.fixture.ts'

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

const HARBOUR = { rule: RULE, clusters: ['harbour'], severity: 'critical' as const }

test('parse-results stores the severity that it is told, and the rule keeps its own elsewhere', async () => {
  const store = await tables.newStore()
  const output = envelopeOf(ETCD_RECORDS)
  const event = parseResultsEvent.parse({
    ...{ scanId: 's1', commandId: 'c1', n: '0', deadlinePassed: false, severities: [HARBOUR] },
    target: {
      ...{ account: '111111111111', region: 'eu-central-1', selectors: [{ role: 'control-plane' }] },
      roles: { sender: 'sender', reader: 'reader' },
    },
    instances: [
      { instanceId: 'i-a', cluster: 'harbour', tags: {} },
      { instanceId: 'i-b', cluster: 'orchard', tags: {} },
    ],
  })
  const answer = (instanceId: string) => ({
    ...{ instanceId, phase: 'succeeded' as const, detail: 'Success', output },
  })
  await parseResults(event, {
    reader: () => ({
      invocations: async () => ['i-a', 'i-b'].map(answer),
      fullOutput: async () => '',
    }),
    store,
    rules: loadRules(),
    now: () => new Date('2026-01-31T12:00:00Z'),
  })
  const severities = (await store.findings({ rule: [RULE] })).map((each) => [each.instanceId, each.severity])
  expect(severities).toEqual([
    ['i-a', 'critical'],
    ['i-b', 'high'],
  ])
  const others = (await store.findings({ instance: ['i-a'] })).filter(({ ruleId }) => ruleId !== RULE)
  expect(others.length).toBeGreaterThan(0)
  expect(others.map(({ severity }) => severity)).not.toContain('critical')
})

test('evidence that cannot be read is as severe', async () => {
  const instance = { node: node('i-a'), cluster: 'harbour', tags: {} }
  const { assessment } = await assess(instance, 'no envelope', async () => '', loadRules(), [HARBOUR])
  expect(assessment.findings.find(({ ruleId }) => ruleId === RULE)).toMatchObject({
    ...{ status: 'ERROR', severity: 'critical' },
  })
  expect(assessment.severities).toEqual({ [RULE]: 'critical' })
})

const FLEET = { '111111111111/eu-central-1': { 'i-1': 'FAIL' as const } }

test('a scan sends along what may be of use, and stores what its configuration demands of waivers', async () => {
  const store = await tables.newStore()
  const settings = `severities:
  - { rule: ${RULE}, clusters: [elsewhere], severity: low }
  - { rule: ${RULE}, severity: critical }
waivers: { maxDays: 90, approval: required, tags: [team] }
`
  const world = fakeWorld(store, FLEET, settings)
  expect(await world.scan()).toMatchObject({ status: 'closed' })
  expect(world.parsed.map(({ severities }) => severities)).toEqual([[{ rule: RULE, severity: 'critical' }]])
  expect(await store.settings()).toEqual({
    waivers: {
      ...{ maxDays: 90, approval: 'required' },
      tags: ['Name', 'fleet-scanner:exclude', 'owner', 'role', 'team'],
    },
    sla: { critical: 7, high: 30, medium: 90, low: 180 },
  })
})
