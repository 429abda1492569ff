import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import {
  type ParseResultsDeps,
  type ParseResultsEvent,
  parseResults,
} from '../../lambdas/parse-results/parse-results.ts'
import type { RunScanDeps, ScanResult } from '../../lambdas/run-scan/deps.ts'
import { runScan } from '../../lambdas/run-scan/run-scan.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { ETCD_RECORDS, envelopeOf, record } from '../evidence/envelope-of.ts'
import { type FakeFleet, fakeWorld } from '../lambdas/scan.fixture.ts'
import type { startTables } from '../store/table.fixture.ts'
import { type Injector, injector } from './injector.ts'

export const HERE = '111111111111/eu-central-1'

type Tables = Awaited<ReturnType<typeof startTables>>
/** `judging` fails inside of parse-results alone. */
export type Attempt = { scanId: string; at: Date; faults?: Injector; judging?: Injector }

const RULES = loadRules().filter(({ id }) => id === 'etcd-auto-tls-disabled')

/** What the collector prints on a node with this verdict. */
const printed = (verdict: unknown): string => {
  if (verdict === 'ERROR') return 'sh: cannot fork\n'
  return envelopeOf(
    ETCD_RECORDS.map((each) =>
      each.toString().startsWith('argv') ? record('argv', `etcd\0--auto-tls=${verdict === 'FAIL'}\0`) : each,
    ),
  )
}

/**
 * Both functions as they are, on a table of their own, with Systems Manager, EC2 and SNS that outlive them. The
 * clock stands still during a scan, so that what two runs store can be compared.
 */
export const worldOn = (
  tables: Tables,
  tableName: string,
  fleet: FakeFleet,
  collectorHash: string,
  settings = '',
) => {
  const world = fakeWorld(createStore(tables.client, tableName), fleet, settings)

  const scan = async ({
    scanId,
    at,
    faults = injector(),
    judging = injector(),
  }: Attempt): Promise<ScanResult | undefined> => {
    const client = faults.client(tables.client)
    const now = () => at
    const store = createStore(client, tableName, { now })
    const { config, parseFunction, record: recordScan, access, ...others } = world.deps
    const deps: RunScanDeps = {
      ...faults.methods(others),
      ...{ config, parseFunction, collectorHash, store, now },
      access: (target) => faults.methods(access(target)),
      record: recordScan,
    }
    const nodes = world.fleet[HERE] ?? {}
    const parseDeps: ParseResultsDeps = {
      reader: () =>
        faults.methods({
          invocations: async (commandId) =>
            (world.sent.find((each) => each.commandId === commandId)?.instanceIds ?? []).map(
              (instanceId) => ({
                instanceId,
                phase: 'succeeded' as const,
                detail: 'Success',
                output: printed(Reflect.get(nodes, instanceId)),
              }),
            ),
          fullOutput: async () => '',
        }),
      ...{ store: createStore(judging.client(client), tableName, { now }), now },
      rules: RULES,
    }
    const runner = new LocalDurableTestRunner<ScanResult>({
      handlerFunction: withDurableExecution(async (input: unknown, context: DurableContext) => {
        context.configureLogger({ customLogger: QUIET })
        // To the lock, whoever starts it again is the execution that died: another one would be refused.
        Object.assign(context, { executionContext: { durableExecutionArn: scanId } })
        return runScan(input, context, deps)
      }),
    })
    runner.registerFunction('parse-results', (event: ParseResultsEvent) =>
      faults.around('invoke parse-results', () => parseResults(event, parseDeps)),
    )
    const execution = await runner.run({ payload: { scanId } })
    try {
      return execution.getResult()
    } catch {
      return undefined
    }
  }
  return { ...world, scan }
}

const QUIET = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
