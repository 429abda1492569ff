import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectorOutput } from '../../local/collector-output.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { startTables } from '../store/table.fixture.ts'
import { type Cost, measuredFleet } from './measured-fleet.ts'

let tables: Awaited<ReturnType<typeof startTables>>
beforeAll(async () => {
  tables = await startTables()
  await LocalDurableTestRunner.setupTestEnvironment({ skipTime: false })
})
afterAll(async () => {
  await LocalDurableTestRunner.teardownTestEnvironment()
  await tables.stop()
})

const KUBEADM: Evidence = JSON.parse(
  readFileSync(new URL('../../samples/nodes/kubeadm.json', import.meta.url), 'utf8'),
)
const ORDINARY: FleetInstance['source'] = { kind: 'prints', text: collectorOutput(KUBEADM) }

const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-east-2', 'ap-south-1', 'sa-east-1']
const targetsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    account: String(111_111_111_111 * (1 + Math.floor(i / REGIONS.length))),
    region: REGIONS[i % REGIONS.length] ?? '',
  }))

/** So many online instances, dealt out to the targets in turn. */
const fleet = async (instances: number, targets: number) => {
  const places = targetsOf(targets)
  const all = Array.from({ length: instances }, (_, i) => ({ ...places[i % targets], source: ORDINARY }))
  // An account exists where it has an instance, if only one that is gone.
  const gone = places.map((place) => ({ ...place, state: 'terminated' as const }))
  return { places, ...(await measuredFleet(tables, places, [...all, ...gone])) }
}

/** The second of two scans between which nothing changed. */
const unchangedScan = async (instances: number, targets: number) => {
  const { scan, places } = await fleet(instances, targets)
  const first = await scan(false)
  expect(first.result).toMatchObject({
    status: 'closed',
    targetErrors: [],
    coverage: { assessed: instances },
  })
  const second = await scan(true)
  expect(second.result).toMatchObject({ status: 'closed', changes: 0, coverage: { assessed: instances } })
  return { first: first.cost, cost: second.cost, places }
}

const SIZES = [1, 51, 400]

test.each([1, 30])(
  'the calls of a scan over %i accounts and regions are as few as the limits of 50 allow',
  async (targets) => {
    const costs: Cost[] = []
    for (const instances of SIZES) {
      const { first, cost, places } = await unchangedScan(instances, targets)
      costs.push(cost)
      const sent = places.map((place, i) => {
        const online = Math.floor(instances / targets) + (i < instances % targets ? 1 : 0)
        const calls = (of: Cost) => of.callsIn[`${place.account}/${place.region} SendCommand`] ?? 0
        expect(calls(cost)).toBe(Math.ceil(online / 50))
        // The first time one instance tries the collector before the others.
        expect(calls(first)).toBe(online === 0 ? 0 : 1 + Math.ceil((online - 1) / 50))
        return calls(cost)
      })
      const commands = sent.reduce((sum, each) => sum + each, 0)
      // The document is compared once in each target that anything is sent to.
      expect(cost.calls.GetDocument).toBe(Math.min(instances, targets))
      // A look is at the command itself; what was printed is listed once, to judge by.
      expect(cost.calls.ListCommands).toBe(cost.polls)
      expect(cost.calls.ListCommandInvocations).toBe(commands)
      // Each role once a target, for as long as its credentials last: the next scan of the process finds them.
      expect(first.calls.AssumeRole).toBe(targets + Math.min(instances, targets))
      expect(cost.calls.AssumeRole ?? 0).toBe(0)
      expect(cost.polls).toBeLessThanOrEqual(3 * commands)
      expect(cost.calls.GetCommandInvocation ?? 0).toBe(0)
      expect(cost.calls.DescribeInstances).toBe(targets)
    }
    const [one, some, many] = costs as [Cost, Cost, Cost]
    const more = 400 - 51
    const operations = (many.durableOperations - some.durableOperations) / more
    const units = (many.writeUnits - some.writeUnits) / more
    console.table(SIZES.map((instances, i) => ({ targets, instances, ...rowOf(costs[i] ?? one) })))
    console.log(
      `one more unchanged instance: ${operations.toFixed(3)} durable operations, ${units.toFixed(3)} write units`,
    )
    expect(operations).toBeLessThanOrEqual(0.1)
    expect(units).toBeLessThanOrEqual(0.2)
  },
  200_000,
)

test('what a scan and a target cost, however few their instances are, stays small too', async () => {
  const { cost: some } = await unchangedScan(1, 20)
  const { cost: more } = await unchangedScan(1, 30)
  const split = (of: 'durableOperations' | 'writeUnits') => {
    const target = (more[of] - some[of]) / 10
    return { target, scan: some[of] - 20 * target }
  }
  const operations = split('durableOperations')
  const units = split('writeUnits')
  console.log(
    `fixed: ${operations.scan} durable operations and ${units.scan} write units a scan (with one instance), ${operations.target} and ${units.target} a target`,
  )
  expect(operations.target).toBeLessThanOrEqual(8)
  expect(operations.scan).toBeLessThanOrEqual(20)
  expect(units.target).toBeLessThanOrEqual(4)
  expect(units.scan).toBeLessThanOrEqual(20)
})

test('only an envelope that did not fit into a list is fetched by itself', async () => {
  const [place] = targetsOf(1)
  const noise = Array.from({ length: 60 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'))
  const large = {
    ...KUBEADM,
    manifests: [{ path: '/etc/kubernetes/manifests/x.yaml', content: noise.join('\n') }],
  }
  const text = collectorOutput(large)
  const sources = Array.from({ length: 12 }, (_, i) =>
    i % 4 === 0 ? { kind: 'prints' as const, text } : ORDINARY,
  )
  const { scan } = await measuredFleet(
    tables,
    targetsOf(1),
    sources.map((source) => ({ ...place, source })),
  )
  for (const metered of [false, true]) {
    const { result, cost } = await scan(metered)
    expect(result).toMatchObject({ coverage: { assessed: 12 }, targetErrors: [] })
    expect(cost.calls.GetCommandInvocation).toBe(3)
  }
})

const rowOf = ({ calls, polls, durableOperations, writeUnits }: Cost) => ({
  SendCommand: calls.SendCommand,
  polls,
  lists: calls.ListCommandInvocations,
  GetDocument: calls.GetDocument ?? 0,
  ListCommands: calls.ListCommands ?? 0,
  DescribeInstances: calls.DescribeInstances,
  AssumeRole: calls.AssumeRole ?? 0,
  durableOperations,
  writeUnits,
})
