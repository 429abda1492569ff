import { randomBytes } from 'node:crypto'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AwsError } from '../../local/aws-error.ts'
import { collectorOutput } from '../../local/collector-output.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import { instanceId } from '../local/fleet-of.ts'
import { startTables } from '../store/table.fixture.ts'
import { foundBy, scannedEndpoint, stopEndpoints } from './scanned-endpoint.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await stopEndpoints()
  await tables.stop()
})

/** What the collector prints of an etcd; with `padding` random characters, which do not compress, in its environment. */
const printed = (autoTls: boolean, padding = 0): string =>
  collectorOutput({
    schemaVersion: 1,
    view: 'full',
    processes: [
      {
        pid: 812,
        argv: ['etcd', `--auto-tls=${autoTls}`],
        environ: [`ETCD_INITIAL_CLUSTER=${randomBytes(padding).toString('base64').slice(0, padding)}`],
      },
    ],
    manifests: [],
    psOutput: '',
  })

const prints = (text: string): Partial<FleetInstance> => ({ source: { kind: 'prints', text } })
const PASS = 'PASS AUTO_TLS_DISABLED'
const FAIL = 'FAIL AUTO_TLS_ENABLED'

test.concurrent('51 instances are asked in commands of at most 50, read in short pages, and each is assessed', async () => {
  const store = await tables.newStore()
  const all = Array.from({ length: 51 }, () => prints(printed(false)))
  const { scan, requestsOf } = await scannedEndpoint(store, all)
  expect(await scan()).toMatchObject({ coverage: { total: 51, assessed: 51 }, targetErrors: [] })
  const sizes = requestsOf('SendCommand').map(
    ({ Targets }) => (Targets as [{ Values: string[] }])[0].Values.length,
  )
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(51)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(50)
  expect(requestsOf('GetCommandInvocation')).toEqual([])
  expect(requestsOf('ListCommandInvocations').some(({ NextToken }) => NextToken !== undefined)).toBe(true)
})

test.concurrent('one of 50 that is gone when its command is sent does not sink the other 49, and is named', async () => {
  const store = await tables.newStore()
  const all = Array.from({ length: 50 }, () => prints(printed(false)))
  const { scan, fleet } = await scannedEndpoint(store, all, {
    onCall: (_, operation) => {
      const last = fleet.instances[49]
      if (operation === 'SendCommand' && last) last.state = 'terminated'
    },
  })
  const result = await scan()
  expect(result).toMatchObject({ coverage: { total: 50, assessed: 49 } })
  expect((await foundBy(store, result.scanId))[instanceId(50)]).toBe('unreachable NoInvocation')
})

test.concurrent('an envelope that does not fit into 2,500 bytes is fetched by itself; one that does not fit into 24,000 is an error', async () => {
  const store = await tables.newStore()
  const { scan, requestsOf } = await scannedEndpoint(store, [
    prints(printed(true)),
    prints(printed(true, 8_000)),
    prints(printed(false, 60_000)),
  ])
  expect(await foundBy(store, (await scan()).scanId)).toEqual({
    [instanceId(1)]: FAIL,
    [instanceId(2)]: FAIL,
    [instanceId(3)]: 'ERROR ENVELOPE_CUT',
  })
  expect(
    requestsOf('GetCommandInvocation')
      .map(({ InstanceId }) => InstanceId)
      .sort(),
  ).toEqual([instanceId(2), instanceId(3)])
})

test.concurrent.each([
  'GetDocument',
  'SendCommand',
  'ListCommands',
  'ListCommandInvocations',
  'GetCommandInvocation',
  'DescribeInstanceInformation',
])('a %s that is throttled is asked again, and nothing is lost', async (throttled) => {
  const store = await tables.newStore()
  let left = 3
  const { scan } = await scannedEndpoint(store, [prints(printed(true, 8_000))], {
    onCall: (_, operation) => {
      if (operation === throttled && left-- > 0) throw new AwsError('ThrottlingException', 'Rate exceeded')
    },
  })
  const result = await scan()
  expect(result).toMatchObject({ coverage: { assessed: 1 }, targetErrors: [] })
  expect(await foundBy(store, result.scanId)).toEqual({ [instanceId(1)]: FAIL })
  expect(left).toBeLessThan(0)
})

test.concurrent('RateExceeded, which the SDK does not know, is waited out as well', async () => {
  const store = await tables.newStore()
  let left = 1
  const { scan } = await scannedEndpoint(store, [prints(printed(false))], {
    onCall: (_, operation) => {
      if (operation === 'SendCommand' && left-- > 0) throw new AwsError('RateExceeded', 'Rate exceeded')
    },
  })
  expect(await scan()).toMatchObject({ coverage: { assessed: 1 }, targetErrors: [] })
})

test.concurrent('an agent that answers after the deadline keeps its old verdict, stale, until the next scan', async () => {
  const store = await tables.newStore()
  let late = 0
  const now = () => new Date(Date.now() + late)
  const { scan, fleet } = await scannedEndpoint(store, [prints(printed(true)), prints(printed(true))], {
    now,
    onCall: (_, operation) => {
      // The second scan looks for answers for an hour.
      if (operation === 'ListCommands' && late > 0) late += 60 * 60_000
    },
  })
  await scan()
  const slow = fleet.instances[1]
  if (slow) slow.source = { kind: 'silent' }
  late = 1
  const second = await scan()
  expect(await foundBy(store, second.scanId)).toEqual({
    [instanceId(1)]: FAIL,
    [instanceId(2)]: expect.stringMatching(/^unreachable (InProgress|ExecutionTimedOut|DeliveryTimedOut)$/),
  })
  expect(await store.findings({ instance: [instanceId(2)] })).toMatchObject([
    { status: 'FAIL', coverage: 'unreachable' },
  ])
  if (slow) slow.source = { kind: 'prints', text: printed(false) }
  const third = await scan()
  expect(await foundBy(store, third.scanId)).toMatchObject({ [instanceId(2)]: PASS })
})

test.concurrent('an instance that is replaced during a scan is missed by name, then retired, and the new one found', async () => {
  const store = await tables.newStore()
  const { scan, fleet } = await scannedEndpoint(store, [prints(printed(false)), prints(printed(false))])
  await scan()
  const [old] = fleet.instances
  if (old) {
    old.state = 'terminated'
    fleet.instances.push({
      ...old,
      id: instanceId(3),
      state: 'running',
      source: { kind: 'prints', text: printed(true) },
    })
  }
  expect(await foundBy(store, (await scan()).scanId)).toEqual({
    [instanceId(1)]: 'retired terminated',
    [instanceId(2)]: PASS,
    [instanceId(3)]: FAIL,
  })
})

test.concurrent('an instance that is replaced between the inventory and the send is unreachable in this scan, and retired in the next', async () => {
  const store = await tables.newStore()
  const { scan, fleet } = await scannedEndpoint(store, [prints(printed(false)), prints(printed(false))], {
    onCall: (_, operation) => {
      const [old] = fleet.instances
      if (operation !== 'SendCommand' || old?.state !== 'running' || fleet.instances.length > 2) return
      old.state = 'terminated'
      fleet.instances.push({ ...old, id: instanceId(3), state: 'running' })
    },
  })
  const first = await scan()
  expect(await foundBy(store, first.scanId)).toEqual({
    [instanceId(1)]: 'unreachable NoInvocation',
    [instanceId(2)]: PASS,
  })
  const second = await scan()
  expect(await foundBy(store, second.scanId)).toEqual({
    [instanceId(1)]: 'retired terminated',
    [instanceId(2)]: PASS,
    [instanceId(3)]: PASS,
  })
})

test.concurrent('a list of answers that lags behind the command itself is waited for, and loses nobody', async () => {
  const store = await tables.newStore()
  const all = Array.from({ length: 3 }, () => prints(printed(false)))
  const { scan, requestsOf } = await scannedEndpoint(store, all, {
    listLag: { commandsMs: 0, invocationsMs: 4_000 },
  })
  const result = await scan()
  expect(result).toMatchObject({ coverage: { total: 3, assessed: 3 }, targetErrors: [] })
  expect(requestsOf('ListCommandInvocations').length).toBeGreaterThan(2)
})

test.concurrent('answers that never show are given up in the end, and the instances named', async () => {
  const store = await tables.newStore()
  const { scan } = await scannedEndpoint(store, [prints(printed(false))], {
    listLag: { commandsMs: 0, invocationsMs: 600_000 },
  })
  const result = await scan()
  expect(result).toMatchObject({ coverage: { total: 1, assessed: 0 } })
  expect(await foundBy(store, result.scanId)).toEqual({ [instanceId(1)]: 'unreachable NoInvocation' })
})
