import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { parseResults } from '../../lambdas/parse-results/parse-results.ts'
import type { RunScanDeps, ScanResult } from '../../lambdas/run-scan/deps.ts'
import { runScan } from '../../lambdas/run-scan/run-scan.ts'
import { fleetAgent } from '../../local/agent.ts'
import { accessKeyOf, HOME_ACCOUNT, type MemberRole } from '../../local/caller.ts'
import { type EndpointOptions, startEndpoint } from '../../local/endpoint.ts'
import type { FleetInstance } from '../../local/fleet.ts'
import { commandReader } from '../../shared/aws/command-reader.ts'
import { type CommandDocument, collectorDocument } from '../../shared/aws/document.ts'
import type { SenderClients } from '../../shared/aws/sender-clients.ts'
import { targetAccess } from '../../shared/aws/target-access.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Store } from '../../shared/store/store.ts'
import { fleetOf } from '../local/fleet-of.ts'

const RULES = loadRules().filter(({ id }) => id === 'etcd-auto-tls-disabled')

const started: (() => Promise<void>)[] = []

/** Ends what tests have started here. */
export const stopEndpoints = async (): Promise<void> => {
  for (const stop of started.splice(0)) await stop()
}

/** `own`: the document of the scanner; `documents`: those of the account, by default that one alone. */
type Options = Pick<EndpointOptions, 'now' | 'onCall' | 'listLag'> & {
  own?: CommandDocument
  documents?: CommandDocument[]
}

/**
 * Both functions with the real clients and the rights of their own roles, against the local Systems Manager and EC2. Instances may be changed between,
 * and during, scans; `calls` are the operations that were asked for.
 */
export const scannedEndpoint = async (
  store: Store,
  entries: Partial<FleetInstance>[],
  { now = () => new Date(), onCall, listLag, own = collectorDocument(), documents = [own] }: Options = {},
) => {
  const fleet = fleetOf(entries.map((entry) => ({ tags: { role: 'control-plane' }, ...entry })))
  const calls: { operation: string; request: string }[] = []
  const endpoint = await startEndpoint({
    fleet,
    now,
    documents,
    ...(listLag && { listLag }),
    agent: fleetAgent(),
    onCall: (caller, operation, request) => {
      calls.push({ operation, request })
      onCall?.(caller, operation, request)
    },
  })
  const clientsOf = (role: MemberRole): SenderClients => {
    const settings = {
      ...{ endpoint: endpoint.url, region: 'eu-central-1', retryMode: 'adaptive', maxAttempts: 6 },
      credentials: { accessKeyId: accessKeyOf(HOME_ACCOUNT, role), secretAccessKey: 'local' },
    }
    const clients = { ec2: new EC2Client(settings), ssm: new SSMClient(settings) }
    started.push(async () => {
      clients.ec2.destroy()
      clients.ssm.destroy()
    })
    return clients
  }
  started.push(endpoint.stop)
  const [sender, reading] = [clientsOf('sender'), clientsOf('reader')]

  const text = `targets: [{ account: '${HOME_ACCOUNT}', regions: [eu-central-1], selectors: [{ role: control-plane }] }]
poll: { firstSeconds: 1, longestSeconds: 1 }
`
  const config = parseConfig(text, 'fleet-scanner.yaml')
  const deps: RunScanDeps = {
    ...{ config, store, now, rules: RULES, collectorHash: own.hash, parseFunction: 'parse-results' },
    access: targetAccess(() => sender, config, own),
    accountsIn: async () => [],
    publish: async () => 'message',
    topicOf: () => 'arn:topic',
    record: () => {},
  }
  const run = async <T>(event: unknown): Promise<T> => {
    const runner = new LocalDurableTestRunner<T>({
      handlerFunction: withDurableExecution(async (input: unknown, context: DurableContext) => {
        context.configureLogger({ customLogger: QUIET })
        return runScan(input, context, deps)
      }),
    })
    const reader = commandReader(() => reading)
    runner.registerFunction('parse-results', (event: Parameters<typeof parseResults>[0]) =>
      parseResults(event, { reader, store, rules: RULES, now }),
    )
    const result = (await runner.run({ payload: event })).getResult()
    if (result === undefined) throw new Error('the scan returned nothing')
    return result
  }
  /** The requests of one operation, read. */
  const requestsOf = (operation: string): Record<string, unknown>[] =>
    calls.filter((call) => call.operation === operation).map(({ request }) => JSON.parse(request))
  const scan = () => run<ScanResult>({})
  return { scan, run, fleet, requestsOf }
}

const QUIET = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

/** What a scan found, by instance: the verdict where it was assessed, else why not. */
export const foundBy = async (store: Store, scanId: string): Promise<Record<string, string>> => {
  const findings = new Map(
    (await store.findings({})).map(({ instanceId, status, reason }) => [instanceId, `${status} ${reason}`]),
  )
  const outcomes = (await store.commandResults(scanId)).flatMap((result) => result.outcomes)
  return Object.fromEntries(
    outcomes.map(({ instanceId, state, detail }) => [
      instanceId,
      state === 'assessed'
        ? (findings.get(instanceId) ?? 'assessed')
        : [state, detail].filter(Boolean).join(' '),
    ]),
  )
}
