import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AnswersNotReadyError,
  type ParseResultsDeps,
  type ParseResultsEvent,
  parseResults,
} from '../../lambdas/parse-results/parse-results.ts'
import type { Invocation } from '../../shared/aws/commands.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Store } from '../../shared/store/store.ts'
import { ROLES } from '../aws/member-roles.fixture.ts'
import { type EnvelopeOptions, ETCD_RECORDS, envelopeOf, record } from '../evidence/envelope-of.ts'
import { node, sighting } from '../store/fleet.fixture.ts'
import { startTables } from '../store/table.fixture.ts'

const TARGET = {
  account: '111111111111',
  region: 'eu-central-1',
  roles: ROLES,
  selectors: [{ role: 'control-plane' }],
}

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.stop())

const printed = (autoTls: boolean, options: EnvelopeOptions = {}) =>
  envelopeOf(
    ETCD_RECORDS.map((each) =>
      each.toString().startsWith('argv') ? record('argv', `etcd\0--auto-tls=${autoTls}\0`) : each,
    ),
    options,
  )

const answer = (instanceId: string, output: string): Invocation => ({
  instanceId,
  phase: 'succeeded',
  detail: 'Success',
  output,
})
const noAnswer = (
  instanceId: string,
  detail: string,
  phase: 'failed' | 'waiting' = 'failed',
): Invocation => ({
  instanceId,
  phase,
  detail,
  output: '',
})

const event = (ids: string[], over: Partial<ParseResultsEvent> = {}): ParseResultsEvent => ({
  scanId: 's1',
  target: TARGET,
  commandId: 'c1',
  n: '0',
  instances: ids.map((instanceId) => ({ instanceId, cluster: 'prod', tags: { role: 'control-plane' } })),
  deadlinePassed: false,
  ...over,
})

/** One is enough to see what becomes of an answer. */
const RULES = loadRules().filter(({ id }) => id === 'etcd-auto-tls-disabled')

/** Systems Manager with these answers; `whole` is what it gives for an instance alone. */
const depsWith = (store: Store, answers: Invocation[], whole: Record<string, string> = {}) => {
  const fetched: string[] = []
  const deps: ParseResultsDeps = {
    reader: () => ({
      invocations: async () => answers,
      fullOutput: async (_commandId, instanceId) => {
        fetched.push(instanceId)
        return whole[instanceId] ?? ''
      },
    }),
    store,
    rules: RULES,
    now: () => new Date('2026-01-31T12:05:00Z'),
  }
  return { deps, fetched }
}

const judgedBy = async (store: Store, scanId = 's1') =>
  Object.fromEntries(
    (await store.transitionsOf(scanId)).map(({ instanceId, to, reason }) => [instanceId, `${to} ${reason}`]),
  )

test('every answer of a command becomes a verdict, every silence keeps its reason', async () => {
  const store = await tables.newStore()
  const { deps, fetched } = depsWith(store, [
    answer('i-on', printed(true)),
    answer('i-off', printed(false)),
    answer('i-junk', 'bash: sh: command not found'),
    noAnswer('i-late', 'DeliveryTimedOut'),
    noAnswer('i-broken', 'Failed'),
  ])
  const summary = await parseResults(
    event(['i-on', 'i-off', 'i-junk', 'i-late', 'i-broken', 'i-none'], { reached: 5 }),
    deps,
  )
  expect(summary).toEqual({
    coverage: { total: 6, assessed: 3, byState: { assessed: 3, unreachable: 3 } },
    changes: 3,
    decoded: 2,
  })
  expect(await judgedBy(store)).toEqual({
    'i-on': 'FAIL AUTO_TLS_ENABLED',
    'i-off': expect.stringMatching(/^PASS/),
    'i-junk': 'ERROR ENVELOPE_MISSING',
  })
  const [result] = await store.commandResults('s1')
  expect(result).toMatchObject({ n: '0', commandId: 'c1', account: '111111111111', region: 'eu-central-1' })
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
  const judged = { state: 'assessed', fingerprint: hash, evidence: hash }
  expect(result?.outcomes).toEqual([
    { instanceId: 'i-on', ...judged },
    { instanceId: 'i-off', ...judged },
    { instanceId: 'i-junk', ...judged, detail: 'ENVELOPE_MISSING' },
    { instanceId: 'i-late', state: 'unreachable', detail: 'DeliveryTimedOut' },
    { instanceId: 'i-broken', state: 'unreachable', detail: 'Failed' },
    { instanceId: 'i-none', state: 'unreachable', detail: 'NoInvocation' },
  ])
  expect(fetched).toEqual([])
  const nodes = await store.nodesOf(TARGET)
  expect(nodes).toContainEqual(
    sighting(node('i-late'), 'unreachable', { cluster: 'prod', detail: 'DeliveryTimedOut' }),
  )
  expect(nodes).toContainEqual(sighting(node('i-on'), 'assessed', { cluster: 'prod' }))
})

test('an envelope that was cut on its way is fetched whole; only that one', async () => {
  const store = await tables.newStore()
  const full = printed(true, { encoding: 'hex' })
  const { deps, fetched } = depsWith(
    store,
    [answer('i-big', `${full.slice(0, 60)}\n---Output truncated---`), answer('i-small', printed(false))],
    { 'i-big': full },
  )
  await parseResults(event(['i-big', 'i-small']), deps)
  expect(fetched).toEqual(['i-big'])
  expect((await judgedBy(store))['i-big']).toBe('FAIL AUTO_TLS_ENABLED')
})

test('an envelope that is cut even so is an error, never a pass', async () => {
  const store = await tables.newStore()
  const cut = printed(false).slice(0, 90)
  const { deps } = depsWith(store, [answer('i-1', cut), answer('i-2', cut)], {
    'i-1': `${cut}--output truncated--`,
  })
  await parseResults(event(['i-1', 'i-2']), deps)
  expect(await judgedBy(store)).toEqual({ 'i-1': 'ERROR ENVELOPE_CUT', 'i-2': 'ERROR ENVELOPE_CUT' })
})

test('what a node printed in place of evidence is kept, for whoever has to find out why', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [answer('i-1', 'disk full')])
  await parseResults(event(['i-1']), deps)
  const [transition] = await store.transitionsOf('s1')
  expect(await store.evidence(node('i-1'), transition?.evidenceHash ?? '')).toEqual({
    unreadable: 'ENVELOPE_MISSING',
    message: expect.any(String),
    output: 'disk full',
  })
})

test('garbage that differs from scan to scan is one change, not one a scan', async () => {
  const store = await tables.newStore()
  await parseResults(event(['i-1']), depsWith(store, [answer('i-1', 'garbage 1')]).deps)
  const again = await parseResults(
    event(['i-1'], { scanId: 's2' }),
    depsWith(store, [answer('i-1', 'garbage 2')]).deps,
  )
  expect(again.changes).toBe(0)
})

test('the evidence belongs to the instance that Systems Manager names, and verdicts to the evidence', async () => {
  const store = await tables.newStore()
  await parseResults(event(['i-1']), depsWith(store, [answer('i-1', printed(true))]).deps)
  const [stored] = await store.findings({ instance: ['i-1'] })
  expect(await store.evidence(node('i-1'), stored?.evidenceHash ?? '')).toMatchObject({
    schemaVersion: 1,
    instanceId: 'i-1',
    processes: [{ argv: ['etcd', '--auto-tls=true'] }],
  })
})

test('answers of instances that were not asked are not taken', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [answer('i-1', printed(true)), answer('i-other', printed(true))])
  expect(await parseResults(event(['i-1']), deps)).toMatchObject({ coverage: { total: 1 }, changes: 1 })
})

test('judging a command twice changes nothing, and counts the same changes', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [answer('i-1', printed(true)), noAnswer('i-2', 'Undeliverable')])
  const first = await parseResults(event(['i-1', 'i-2']), deps)
  const before = [await store.commandResults('s1'), await store.findings({}), await store.history({})]
  expect(await parseResults(event(['i-1', 'i-2']), deps)).toEqual(first)
  expect([await store.commandResults('s1'), await store.findings({}), await store.history({})]).toEqual(
    before,
  )
})

test('while an answer is still on its way nothing is judged; after the deadline it is silence', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [answer('i-1', printed(false)), noAnswer('i-2', 'InProgress', 'waiting')])
  await expect(parseResults(event(['i-1', 'i-2']), deps)).rejects.toThrow(AnswersNotReadyError)
  expect(await store.commandResults('s1')).toEqual([])
  await parseResults(event(['i-1', 'i-2'], { deadlinePassed: true }), deps)
  expect((await store.commandResults('s1'))[0]?.outcomes[1]).toEqual({
    instanceId: 'i-2',
    state: 'unreachable',
    detail: 'InProgress',
  })
})

test('a list that was read too early is read again: nobody in it is taken for one that got no command', async () => {
  const store = await tables.newStore()
  const early = depsWith(store, [answer('i-1', printed(false))]).deps
  // All three were reached, as far as anybody knows, or by the command's own count.
  for (const over of [{}, { reached: 3 }, { reached: 2 }])
    await expect(parseResults(event(['i-1', 'i-2', 'i-3'], over), early)).rejects.toThrow(
      AnswersNotReadyError,
    )
  await expect(parseResults(event(['i-1']), depsWith(store, []).deps)).rejects.toThrow(AnswersNotReadyError)
  expect(await store.commandResults('s1')).toEqual([])
  const { deps } = depsWith(store, [answer('i-1', printed(false)), answer('i-2', printed(true))])
  await parseResults(event(['i-1', 'i-2', 'i-3'], { reached: 2 }), deps)
  expect((await store.commandResults('s1'))[0]?.outcomes.map(({ state, detail }) => detail ?? state)).toEqual(
    ['assessed', 'assessed', 'NoInvocation'],
  )
})

test('answers of others do not stand for those of the instances that were asked', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [answer('i-other', printed(true)), answer('i-1', printed(true))])
  await expect(parseResults(event(['i-1', 'i-2']), deps)).rejects.toThrow(AnswersNotReadyError)
})

test('a command that reached nobody is judged at once', async () => {
  const store = await tables.newStore()
  const { deps } = depsWith(store, [])
  expect(await parseResults(event(['i-1'], { reached: 0 }), deps)).toMatchObject({
    coverage: { byState: { unreachable: 1 } },
  })
})
