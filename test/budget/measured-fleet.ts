import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { onTestFinished } from 'vitest'
import { parseResults, parseResultsEvent } from '../../lambdas/parse-results/parse-results.ts'
import type { RunScanDeps } from '../../lambdas/run-scan/deps.ts'
import { type RunScanAnswer, runScan } from '../../lambdas/run-scan/run-scan.ts'
import { fleetAgent } from '../../local/agent.ts'
import type { Caller } from '../../local/caller.ts'
import { HOME_REGION, localCredentials } from '../../local/credentials.ts'
import { startEndpoint } from '../../local/endpoint.ts'
import { applyEnvironment } from '../../local/environment.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import { OWN_ARN } from '../../local/functions.ts'
import { clientPool } from '../../shared/aws/clients.ts'
import { commandReader } from '../../shared/aws/command-reader.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { readerClients } from '../../shared/aws/reader-clients.ts'
import { assumedRole } from '../../shared/aws/role.ts'
import { senderClients } from '../../shared/aws/sender-clients.ts'
import { targetAccess } from '../../shared/aws/target-access.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { fleetOf } from '../local/fleet-of.ts'
import type { startTables } from '../store/table.fixture.ts'
import { meteredClient } from './write-units.ts'

/** What one scan took. */
export type Cost = {
  /** Calls by operation, each list once however many pages it came in. */
  calls: Record<string, number>
  /** Calls by `account/region operation`, counted likewise. */
  callsIn: Record<string, number>
  /** Looks for answers, over all commands. */
  polls: number
  /** Of all executions together. */
  durableOperations: number
  writeUnits: number
}

const { name, content, hash: collectorHash } = collectorDocument()

/** The functions on a fleet behind the local endpoint, with a table of their own and all that they do counted. */
export const measuredFleet = async (
  tables: Awaited<ReturnType<typeof startTables>>,
  targets: { account: string; region: string }[],
  instances: Partial<FleetInstance>[],
) => {
  const counted = counters()
  const endpoint = await startEndpoint({
    fleet: fleetOf(instances.map((each) => ({ tags: { etcd: 'yes' }, ...each }))),
    documents: [{ name, content }],
    agent: fleetAgent(),
    onCall: counted.onCall,
  })
  const restore = applyEnvironment({
    AWS_REGION: HOME_REGION,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_ENDPOINT_URL_SSM: endpoint.url,
    AWS_ENDPOINT_URL_EC2: endpoint.url,
    AWS_ENDPOINT_URL_STS: endpoint.url,
  })
  onTestFinished(async () => {
    restore()
    await endpoint.stop()
  })
  const table = meteredClient(tables.client)
  const store = createStore(table.client, await tables.newTable())
  const entries = targets.map(
    ({ account, region }) =>
      `  - { account: ${account}, regions: [${region}], role: member, selectors: [{ etcd: "*" }] }\n`,
  )
  const config = parseConfig(
    `targets:\n${entries.join('')}poll: { firstSeconds: 1, longestSeconds: 1 }\n`,
    'fleet-scanner.yaml',
  )
  const now = () => new Date()
  // One rule: more make a first scan longer, and nothing else of what is measured.
  const rules = loadRules().slice(0, 1)
  const deps: RunScanDeps = {
    config,
    store,
    rules,
    collectorHash,
    access: targetAccess(clientPool(senderClients, assumedRole('sender')), config),
    parseFunction: 'parse-results',
    accountsIn: async () => [],
    publish: async () => 'message',
    topicOf: () => 'arn:topic',
    now,
    record: () => {},
  }
  const judging = {
    reader: commandReader(clientPool(readerClients, assumedRole('reader'))),
    store,
    rules,
    now,
  }
  const handlerFunction = withDurableExecution(
    async (input: unknown, context: DurableContext) => {
      context.configureLogger({ customLogger: silent })
      return runScan(input, context, deps)
    },
    { plugins: [counted.plugin] },
  )
  const run = async (event: unknown): Promise<RunScanAnswer> => {
    const runner = new LocalDurableTestRunner<RunScanAnswer>({ handlerFunction })
    runner.registerFunction('parse-results', async (order: unknown) =>
      parseResults(parseResultsEvent.parse(order), judging),
    )
    runner.registerFunction(OWN_ARN, run)
    const execution = await runner.run({ payload: event })
    counted.addOperations(execution.getOperations().length)
    const result = execution.getResult()
    if (result === undefined) throw new Error('the scan returned nothing')
    return result
  }

  /** Runs one scan, and says what it took; metering the writes takes as long again. */
  const scan = async (metered: boolean): Promise<{ result: RunScanAnswer; cost: Cost }> => {
    counted.reset()
    const { result, units } = metered
      ? await table.measure(() => run({}))
      : { result: await run({}), units: Number.NaN }
    return { result, cost: { ...counted.counts(), writeUnits: units } }
  }
  return { scan }
}

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

const counters = () => {
  const zero = () => ({ calls: {}, callsIn: {}, polls: 0, durableOperations: 0 })
  let counts: Omit<Cost, 'writeUnits'> = zero()
  const add = (to: Record<string, number>, key: string) => {
    to[key] = (to[key] ?? 0) + 1
  }
  return {
    onCall: ({ account, region }: Caller, operation: string, request: string) => {
      if (/"NextToken":|NextToken=/.test(request)) return
      add(counts.calls, operation)
      add(counts.callsIn, `${account}/${region} ${operation}`)
    },
    plugin: {
      onOperationAttemptStart: async ({ name }: { name?: string }) => {
        if (name === 'answers') counts.polls += 1
      },
    },
    addOperations: (count: number) => {
      counts.durableOperations += count
    },
    reset: () => {
      counts = zero()
    },
    counts: () => counts,
  }
}
