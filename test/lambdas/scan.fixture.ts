import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js'
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing'
import type { ParseResultsEvent, ParseResultsSummary } from '../../lambdas/parse-results/parse-results.ts'
import type { RunScanDeps, ScanResult, ScanSummary } from '../../lambdas/run-scan/deps.ts'
import { runScan } from '../../lambdas/run-scan/run-scan.ts'
import type { DocumentCheck } from '../../shared/aws/check-document.ts'
import type { Inventory, KnownInstance, SkippedInstance } from '../../shared/aws/inventory.ts'
import type { TargetAccess } from '../../shared/aws/target-access.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import type { Status } from '../../shared/findings/finding.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Digest, Store } from '../../shared/store/store.ts'
import { assessment, finding, node } from '../store/fleet.fixture.ts'

export const START = new Date('2026-01-31T12:00:00.000Z')

/** So many instances, all passing. */
export const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`i-${i}`, 'PASS' as const]))

/** The collector that the world's document holds. */
export const COLLECTOR = 'c0ffee'.repeat(10)

/** What an execution is told that its own ARN is. */
const OWN_ARN = 'arn:aws:lambda:us-east-2:123456789012:function:my-function-name'

/** What the clock moves by at each look for answers. */
const LOOK_MS = 50_000

/** An error with the name that an AWS service gives it. */
export const awsError = (name: string, message = name): Error => Object.assign(new Error(message), { name })

/** What an instance is to a scan: a verdict that its answer brings, silence, or a reason to send it nothing. */
export type FakeNode = Status | 'silent' | { skipped: SkippedInstance['state']; detail?: string }

/** A fleet by `account/region`, then by instance; a target may fail its inventory instead. */
export type FakeFleet = Record<string, Record<string, FakeNode> | Error>

/** Waits are real; the clock that the scan sees is not. */
const QUICK = 'poll: { firstSeconds: 1, longestSeconds: 1 }\n'

type Sent = { commandId: string; target: string; instanceIds: string[]; deliverySeconds: number }

/**
 * A world for run-scan: a fleet that answers, a clock that only moves when somebody waits for answers, and a
 * parse-results that stores what the fleet says. Everything that left the scan is kept.
 */
export const fakeWorld = (
  store: Store,
  fleet: FakeFleet,
  settings = '',
  {
    newCollector = false,
    organization = {},
    targets = targetsOf(fleet),
  }: {
    newCollector?: boolean
    /** Accounts by organizational unit; a unit may refuse to be listed instead. */
    organization?: Record<string, string[] | Error>
    /** The entries of `targets` in YAML; else one for each target of the fleet. */
    targets?: string
  } = {},
) => {
  let now = START.getTime()
  const sent: Sent[] = []
  const parsed: ParseResultsEvent[] = []
  const published: Digest[] = []
  const recorded: ScanSummary[] = []
  const calledBack: string[] = []
  const looks = new Map<string, number>()
  /** Errors to throw, by what is called; taken one by one. */
  const failures: Partial<Record<'document' | 'send' | 'progress' | 'parse' | 'publish', Error[]>> = {}
  /** What the targets have under the document's name, where that is not the collector. */
  const documents: Record<string, DocumentCheck> = {}
  /** What else happens in the world while a scan waits. */
  const hooks: { onLook?: () => Promise<unknown> } = {}
  const failIfTold = (call: keyof typeof failures) => {
    const error = failures[call]?.shift()
    if (error) throw error
  }

  const nameOf = ({ account, region }: ScanTarget): string => `${account}/${region}`
  const nodesIn = (target: ScanTarget): Record<string, FakeNode> => {
    const nodes = fleet[nameOf(target)] ?? {}
    if (nodes instanceof Error) throw nodes
    return nodes
  }

  const access = (target: ScanTarget): TargetAccess => ({
    document: async () => {
      failIfTold('document')
      return documents[nameOf(target)] ?? { state: 'ok' }
    },
    survey: async (known, { only, outside = false }) => ({
      ...(await access(target).inventory(known, only)),
      ...(outside && { outside: { instances: [], count: 0 } }),
    }),
    inventory: async (known: KnownInstance[], only?: string[]): Promise<Inventory> => {
      const all = Object.entries(nodesIn(target)).filter(([id]) => only?.includes(id) ?? true)
      const gone = known.filter(({ instanceId }) => !all.some(([id]) => id === instanceId))
      return {
        toScan: all.flatMap(([instanceId, it]) => (typeof it === 'string' ? [{ instanceId, tags: {} }] : [])),
        skipped: [
          ...all.flatMap(([instanceId, it]) =>
            typeof it === 'string'
              ? []
              : [{ instanceId, tags: {}, state: it.skipped, ...(it.detail && { detail: it.detail }) }],
          ),
          ...gone.map((each) => ({ ...each, state: 'retired' as const })),
        ],
      }
    },
    send: async ({ instanceIds, deliverySeconds }) => {
      failIfTold('send')
      if (instanceIds.some((id) => id.startsWith('i-bad'))) throw awsError('InvalidInstanceId')
      const commandId = `command-${sent.length + 1}`
      sent.push({ commandId, target: nameOf(target), instanceIds, deliverySeconds })
      return commandId
    },
    progress: async (commandId, instanceIds) => {
      now += LOOK_MS
      await hooks.onLook?.()
      failIfTold('progress')
      const look = (looks.get(commandId) ?? 0) + 1
      looks.set(commandId, look)
      const nodes = nodesIn(target)
      const silent = instanceIds.filter((id) => nodes[id] === 'silent').length
      const answered = instanceIds.length - silent
      return { done: look > 1 && silent === 0, answered, reached: instanceIds.length }
    },
    cancel: async (commandId) => void calledBack.push(commandId),
  })

  const parse = async (event: ParseResultsEvent): Promise<ParseResultsSummary> => {
    parsed.push(event)
    failIfTold('parse')
    const { scanId, target, commandId, n, instances } = event
    const nodes = nodesIn(target)
    const answered = instances.flatMap(({ instanceId }) => {
      const it = nodes[instanceId]
      if (it === undefined || it === 'silent' || typeof it === 'object') return []
      return [assessment(node(instanceId, target.account, target.region), [finding(it)])]
    })
    const changes = await store.applyAssessments(scanId, new Date(now).toISOString(), answered)
    const heard = new Set(answered.map((each) => each.node.instanceId))
    const outcomes = instances.map(({ instanceId }) => ({
      instanceId,
      state: heard.has(instanceId) ? ('assessed' as const) : ('unreachable' as const),
    }))
    const { account, region } = target
    await store.putCommandResult({ scanId, account, region, n, commandId, outcomes, changes })
    const decoded = answered.filter(({ findings }) =>
      findings.every(({ status }) => status !== 'ERROR'),
    ).length
    return { coverage: coverageOf(outcomes.map(({ state }) => state)), changes: changes.length, decoded }
  }

  const deps: RunScanDeps = {
    config: parseConfig(`targets:\n${targets}${QUICK}${settings}`, 'fleet-scanner.yaml'),
    store,
    rules: loadRules(),
    access,
    collectorHash: COLLECTOR,
    accountsIn: async (unit) => {
      const accounts = organization[unit] ?? []
      if (accounts instanceof Error) throw accounts
      return accounts
    },
    parseFunction: 'parse-results',
    topicOf: (key) => `arn:topic:${key}`,
    publish: async (digest) => {
      failIfTold('publish')
      return `message-${published.push(digest)}`
    },
    now: () => new Date(now),
    record: (summary) => recorded.push(summary),
  }
  const advance = (minutes: number) => {
    now += minutes * 60_000
  }

  const executions: unknown[] = []
  /** Runs run-scan on the local durable engine; throws what ended it where it failed. */
  const run = async <T>(event: unknown): Promise<T> => {
    executions.push(event)
    const handler = withDurableExecution(async (input: unknown, context: DurableContext) => {
      context.configureLogger({ customLogger: silent })
      return runScan(input, context, deps)
    })
    const runner = new LocalDurableTestRunner<T>({ handlerFunction: handler })
    runner.registerFunction('parse-results', parse)
    runner.registerFunction(OWN_ARN, (nested: unknown) => run(nested))
    const result = (await runner.run({ payload: event })).getResult()
    if (result === undefined) throw new Error('the scan returned nothing')
    return result
  }

  /** One scan, in a world where the collector has passed its canary everywhere, unless it is told to be new. */
  const scan = async (event: unknown = {}): Promise<ScanResult> => {
    if (!newCollector)
      for (const name of Object.keys(fleet)) {
        const [account = '', region = ''] = name.split('/')
        await store.putCanary({ account, region }, { collectorHash: COLLECTOR })
      }
    return run(event)
  }
  return {
    ...{ deps, fleet, documents, sent, parsed, published, recorded, calledBack, executions, failures, hooks },
    ...{ advance, scan, run },
  }
}

const targetsOf = (fleet: FakeFleet): string =>
  Object.keys(fleet)
    .map((name) => {
      const [account, region] = name.split('/')
      return `  - { account: ${account}, regions: [${region}], selectors: [{ role: control-plane }] }\n`
    })
    .join('')

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
