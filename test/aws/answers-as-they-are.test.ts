import type { SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ParseResultsEvent, parseResults } from '../../lambdas/parse-results/parse-results.ts'
import { commandProgress, fullOutput, listInvocations } from '../../shared/aws/commands.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Store } from '../../shared/store/store.ts'
import { type EnvelopeOptions, ETCD_RECORDS, envelopeOf, record } from '../evidence/envelope-of.ts'
import { startTables } from '../store/table.fixture.ts'
import { ROLES } from './member-roles.fixture.ts'
import { recordedClient } from './recorded-client.ts'

const RULES = loadRules().filter(({ id }) => id === 'etcd-auto-tls-disabled')
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

/** An etcd without auto-TLS, as the collector prints it, with what the options make of it. */
const printed = (options: EnvelopeOptions = {}) =>
  envelopeOf(
    ETCD_RECORDS.map((each) =>
      each.toString().startsWith('argv') ? record('argv', 'etcd\0--auto-tls=false\0') : each,
    ),
    options,
  )

type Status = { Status?: string; StatusDetails?: string }
const answer = (status: Status, Output = printed()) => ({
  ...{ InstanceId: 'i-1', CommandPlugins: [{ Output }] },
  ...status,
})
const SUCCESS = { Status: 'Success', StatusDetails: 'Success' }

/** Has a command judged of which Systems Manager gives these answers; says what became of the instance, and why. */
const judged = async (
  store: Store,
  answers: object[],
  { deadlinePassed = true, scanId = 's1' }: Partial<ParseResultsEvent> = {},
): Promise<string> => {
  const ssm = recordedClient<SSMClient>({
    ListCommandInvocations: [{ CommandInvocations: answers }],
    GetCommandInvocation: [{}],
  })
  const event = {
    scanId,
    target: TARGET,
    commandId: 'c1',
    n: '0',
    instances: [{ instanceId: 'i-1', tags: {} }],
  }
  await parseResults(
    { ...event, deadlinePassed },
    {
      reader: () => ({
        invocations: (commandId) => listInvocations(ssm.client, commandId),
        fullOutput: (commandId, id) => fullOutput(ssm.client, commandId, id),
      }),
      ...{ store, rules: RULES },
      now: () => new Date('2026-01-31T12:05:00Z'),
    },
  )
  const [outcome] = (await store.commandResults(scanId)).flatMap(({ outcomes }) => outcomes)
  const [finding] = await store.findings({})
  return outcome?.state === 'assessed'
    ? `${finding?.status} ${finding?.reason}`
    : `${outcome?.state} ${outcome?.detail}`
}

/** Status and details as Systems Manager, its documentation and its events spell them, and whether more may come. */
const STATUSES: [status: string | undefined, details: string | undefined, waits: boolean][] = [
  ['Pending', 'Pending', true],
  ['InProgress', 'InProgress', true],
  ['In Progress', undefined, true],
  ['Delayed', 'Delayed', true],
  ['Cancelling', 'Cancelling', true],
  ['Canceling', 'Canceling', true],
  ['Cancelled', 'Cancelled', false],
  ['Canceled', 'Canceled', false],
  ['TimedOut', 'TimedOut', false],
  ['Timed Out', undefined, false],
  ['TimedOut', 'DeliveryTimedOut', false],
  ['TimedOut', 'Delivery Timed Out', false],
  ['TimedOut', 'ExecutionTimedOut', false],
  ['TimedOut', 'Execution Timed Out', false],
  ['Failed', 'Failed', false],
  ['Failed', 'Undeliverable', false],
  ['Failed', 'InvalidPlatform', false],
  ['Failed', 'Invalid Platform', false],
  ['Failed', 'AccessDenied', false],
  ['Failed', 'Access Denied', false],
  ['Failed', 'Terminated', false],
  ['Failed', 'RateExceeded', false],
  ['Failed', 'Rate Exceeded', false],
  ['Failed', 'Incomplete', false],
  ['Success', 'NoInstancesInTag', false],
  ['Success', 'No Instances In Tag', false],
  ['Failed', 'SomethingNew', false],
  ['SomethingNew', 'SomethingNew', true],
  [undefined, undefined, true],
]

test.each(STATUSES)(
  '%s / %s is no answer, whatever was printed: unreachable, in those words',
  async (status, details, waits) => {
    const said = { ...(status && { Status: status }), ...(details && { StatusDetails: details }) }
    expect(await judged(await tables.newStore(), [answer(said)])).toBe(
      `unreachable ${details ?? status ?? 'Unknown'}`,
    )
    const ssm = recordedClient<SSMClient>({ ListCommands: [{ Commands: [{ ...said, TargetCount: 1 }] }] })
    expect((await commandProgress(ssm.client, 'c1', ['i-1'])).done).toBe(!waits)
  },
)

test.each([SUCCESS, { Status: 'Success' }, { StatusDetails: 'Success' }])('%j is an answer', async (said) => {
  expect(await judged(await tables.newStore(), [answer(said)])).toBe('PASS AUTO_TLS_DISABLED')
})

test.each([
  ['an older collector than this scanner knows', printed({ version: 0 }), 'ERROR ENVELOPE_CORRUPT'],
  ['a newer collector', printed({ version: 2 }), 'ERROR ENVELOPE_NEWER'],
  ['a collector of the far future', printed({ version: 999_999_999 }), 'ERROR ENVELOPE_NEWER'],
  [
    'a newer collector that kept the format, with a record that is not known here',
    envelopeOf([...ETCD_RECORDS, record('novelty', 'x')]),
    'ERROR ENVELOPE_CORRUPT',
  ],
  ['the first collector, without what came later', printed(), 'PASS AUTO_TLS_DISABLED'],
  ['a node without gzip', printed({ encoding: 'base64' }), 'PASS AUTO_TLS_DISABLED'],
  ['a node without gzip and base64', printed({ encoding: 'hex' }), 'PASS AUTO_TLS_DISABLED'],
  ['a success that printed nothing', '', 'ERROR ENVELOPE_MISSING'],
])('the output of %s is read, or said not to be', async (_, output, verdict) => {
  expect(await judged(await tables.newStore(), [answer(SUCCESS, output)])).toBe(verdict)
})

test('an answer that comes between two tries of judging does not change what the first has recorded', async () => {
  const store = await tables.newStore()
  expect(await judged(store, [answer({ Status: 'InProgress', StatusDetails: 'InProgress' })])).toBe(
    'unreachable InProgress',
  )
  expect(await judged(store, [answer(SUCCESS)])).toBe('unreachable InProgress')
  expect(await store.findings({})).toEqual([])
  expect(await judged(store, [answer(SUCCESS)], { scanId: 's2' })).toBe('PASS AUTO_TLS_DISABLED')
})

test('an output of which the rest has left the history is an error, not a pass', async () => {
  const cut = `${printed().slice(0, 120)}---Output truncated---`
  expect(await judged(await tables.newStore(), [answer(SUCCESS, cut)])).toBe('ERROR ENVELOPE_CUT')
})
