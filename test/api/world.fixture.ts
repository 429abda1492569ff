import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assess } from '../../lambdas/parse-results/assess.ts'
import { collectorOutput } from '../../local/collector-output.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import { type Node, nodeKey } from '../../shared/findings/records.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import type { CommandResult, Outcome, Sighting, Store } from '../../shared/store/store.ts'
import { granted } from '../../shared/waivers/revisions.ts'

const SAMPLES = join(import.meta.dirname, '../../samples/nodes')
export const RULES = loadRules()
export const AUTO_TLS = 'etcd-auto-tls-disabled'

/** Noon of the nth day of 2026, and so many minutes later. */
export const day = (n: number, minutes = 0): string =>
  new Date(Date.UTC(2026, 0, n, 12, minutes)).toISOString()
/** After everything but the scan that is open. */
export const NOW = day(9)

export const HARBOUR: Node = { account: '111111111111', region: 'eu-central-1', instanceId: 'i-0000000a' }
export const HARBOUR_2: Node = { ...HARBOUR, instanceId: 'i-0000000b' }
export const ORCHARD: Node = { account: '222222222222', region: 'us-east-1', instanceId: 'i-0000000c' }
export const WORKER: Node = { ...ORCHARD, instanceId: 'i-0000000d' }
export const GARBLED: Node = { ...ORCHARD, instanceId: 'i-0000000e' }
export const SILENT: Node = { ...ORCHARD, instanceId: 'i-0000000f' }

const CLUSTERS = new Map([
  [nodeKey(HARBOUR), 'harbour'],
  [nodeKey(HARBOUR_2), 'harbour'],
  [nodeKey(ORCHARD), 'orchard'],
])

/** What a scan sees of a node: a file of samples/nodes, a text that it prints, or why it was not assessed. */
type Sight = { sample: string } | { prints: string } | { state: Sighting['state']; detail?: string }

const SCANS: { n: number; seen: [Node, Sight][] }[] = [
  {
    n: 1,
    seen: [
      [HARBOUR, { sample: 'kubeadm-auto-tls' }],
      [HARBOUR_2, { sample: 'kubeadm' }],
      [ORCHARD, { sample: 'systemd-config-file-auto-tls' }],
      [WORKER, { sample: 'worker' }],
      [GARBLED, { prints: 'no envelope at all' }],
      [SILENT, { state: 'unreachable', detail: 'DeliveryTimedOut' }],
    ],
  },
  {
    n: 3,
    seen: [
      [HARBOUR, { sample: 'kubeadm' }],
      [HARBOUR_2, { sample: 'kubeadm-auto-tls' }],
      [ORCHARD, { sample: 'systemd-config-file-auto-tls' }],
      [WORKER, { sample: 'worker' }],
      [GARBLED, { prints: 'no envelope at all' }],
      [SILENT, { state: 'unreachable', detail: 'DeliveryTimedOut' }],
    ],
  },
  {
    n: 5,
    seen: [
      [HARBOUR, { state: 'stopped' }],
      [HARBOUR_2, { sample: 'kops-events-auto-tls' }],
      [ORCHARD, { state: 'unreachable', detail: 'ConnectionLost' }],
      [WORKER, { state: 'retired' }],
      [GARBLED, { prints: 'no envelope at all' }],
      [SILENT, { sample: 'kubespray' }],
    ],
  },
]

/** Three scans of six nodes, a waiver, a restatement, a scan of one instance, and one that is still open. */
export const liveThrough = async (store: Store): Promise<void> => {
  await store.putSettings({
    waivers: { maxDays: 90, approval: 'optional', tags: ['team'] },
    sla: { critical: 1, high: 3, medium: 5, low: 7 },
  })
  for (const { n, seen } of SCANS) {
    await open(store, n)
    for (const [node, sight] of seen) await record(store, n, node, sight)
    await close(
      store,
      n,
      seen.map(([, sight]) => stateOf(sight)),
    )
    if (n === 1) await waive(store, n)
  }
  await open(store, 6, [HARBOUR.instanceId])
  await record(store, 6, HARBOUR, { sample: 'kubeadm' })
  await close(store, 6, ['assessed'])
  await restate(store)
  await open(store, 8)
  const scanId = scanIdOf(day(8))
  await store.putSentCommand({ ...HARBOUR, scanId, n: '0', commandId: 'c-0', instances: 2 })
  await store.putSentCommand({ ...ORCHARD, scanId, n: '0', commandId: 'c-1', instances: 3 })
  await record(store, 8, HARBOUR_2, { sample: 'kops-events-auto-tls' })
}

const open = async (store: Store, n: number, only?: string[]): Promise<void> => {
  await store.openScan({
    ...{ scanId: scanIdOf(day(n)), openedAt: day(n), status: 'open', trigger: 'schedule' },
    ...{ deadlineAt: day(n, 30), targets: 2, engineVersion: '1', ...(only && { only }) },
  })
  for (const target of [HARBOUR, ORCHARD])
    await store.putTarget(target, { inventoriedAt: day(n), coverage: coverageOf([]) })
}

const close = async (store: Store, n: number, states: Sighting['state'][]): Promise<void> =>
  store.closeScan(scanIdOf(day(n)), {
    ...{ status: 'closed', closedAt: day(n, 5), coverage: coverageOf(states), changes: 0, targetErrors: [] },
    ...{ findings: await store.countFindings(), digest: 'none' },
  })

const stateOf = (sight: Sight): Sighting['state'] => ('state' in sight ? sight.state : 'assessed')

const record = async (store: Store, n: number, node: Node, sight: Sight): Promise<void> => {
  const scanId = scanIdOf(day(n))
  const cluster = CLUSTERS.get(nodeKey(node))
  const instance = { node, tags: { team: 'platform' }, ...(cluster !== undefined && { cluster }) }
  let changes: CommandResult['changes']
  if ('state' in sight) changes = await store.applySightings(scanId, day(n, 1), [{ ...instance, ...sight }])
  else {
    const { assessment } = await assess(instance, await outputOf(sight), async () => '', RULES)
    changes = await store.applyAssessments(scanId, day(n, 1), [assessment])
  }
  const detail = 'state' in sight && sight.detail !== undefined ? { detail: sight.detail } : {}
  const outcomes: Outcome[] = [{ instanceId: node.instanceId, state: stateOf(sight), ...detail }]
  const { account, region, instanceId } = node
  const command = 'state' in sight ? { n: `inventory-${instanceId}` } : { n: instanceId, commandId: `c-${n}` }
  await store.putCommandResult({ scanId, account, region, ...command, outcomes, changes })
}

const outputOf = async (sight: { sample: string } | { prints: string }): Promise<string> =>
  'prints' in sight
    ? sight.prints
    : collectorOutput(JSON.parse(await readFile(join(SAMPLES, `${sight.sample}.json`), 'utf8')))

const waive = async (store: Store, n: number): Promise<void> => {
  const scope = { kind: 'cluster', value: 'orchard' } as const
  const asked = { rule: AUTO_TLS, scope, reason: 'moves to kubeadm', ticket: 'SEC-1' }
  const until = '2026-01-31T23:59:59.999Z'
  await store.putWaiver(
    granted({ ...asked, approvedBy: 'bob', until }, { who: 'alice', at: day(n, 20) }, []),
    undefined,
  )
}

const restate = async (store: Store): Promise<void> => {
  const [verdict] = await store.history({
    instance: [nodeKey(HARBOUR_2)],
    rule: [AUTO_TLS],
    status: ['FAIL'],
  })
  if (verdict?.evidenceHash === undefined) throw new Error('the world has no failure to restate')
  const { evidenceHash, from: _, fromReason: __, ...stated } = verdict
  const again = {
    from: 'FAIL',
    to: 'ERROR',
    reason: 'NOT_RUNNING',
    at: day(7),
    restates: verdict.at,
  } as const
  await store.appendRestatement({ ...stated, evidenceHash, ...again, engineVersion: '2' }, 1)
}

/** Stores evidence that is too large to keep, and returns its hash. */
export const tooLarge = async (store: Store): Promise<string> => {
  const { assessment } = await assess(
    { node: WORKER, tags: {} },
    await outputOf({ sample: 'worker' }),
    async () => '',
    RULES,
  )
  const hash = 'f'.repeat(64)
  const evidence = { hash, gzip: randomBytes(400 * 1024) }
  await store.applyAssessments(scanIdOf(day(8)), day(8, 1), [
    { ...assessment, fingerprint: 'other', evidence },
  ])
  return hash
}
