import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createAsk } from '../../dashboard/ask.ts'
import type { ActionRequest } from '../../dashboard/page.ts'
import { createApi } from '../../shared/api/create-api.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import type { Node } from '../../shared/findings/records.ts'
import { judge } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'

export const rules = loadRules()
export const AUTO_TLS = 'etcd-auto-tls-disabled'
export const WHO = 'local:alex'

const ACCOUNT = '111122223333'
export const place = (instanceId: string, region = 'eu-central-1'): Node => ({
  account: ACCOUNT,
  region,
  instanceId,
})

const GOOD = [
  '--cert-file=/pki/server.crt',
  '--key-file=/pki/server.key',
  '--client-cert-auth=true',
  '--trusted-ca-file=/pki/ca.crt',
]

type Host = { argv?: string[]; environ?: string[]; configFile?: string; manifest?: string; pid?: number }

/** What a collector would bring from a host with one etcd. */
export const hostEvidence = (instanceId: string, host: Host): Evidence => ({
  schemaVersion: 1,
  instanceId,
  collectedAt: '2026-01-31T12:01:00Z',
  view: 'full',
  processes: [
    {
      ...{ pid: host.pid ?? 812, uid: 0, exe: '/usr/bin/etcd', environ: host.environ ?? [] },
      argv: ['etcd', '--name=m1', ...(host.argv ?? GOOD)],
      ...(host.configFile !== undefined && {
        configFile: { path: '/etc/etcd/etcd.yml', content: host.configFile },
      }),
    },
  ],
  manifests:
    host.manifest === undefined
      ? []
      : [
          {
            path: '/etc/kubernetes/manifests/etcd.yaml',
            content: host.manifest,
            mode: '600',
            owner: 'root:root',
          },
        ],
})

export const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: etcd
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.15-0
      command:
        - etcd
        - --name=m1
${GOOD.map((each) => `        - ${each}`).join('\n')}
`

export const CONFIG_FILE = `name: m1
# client-transport-security: {auto-tls: true}
peer-transport-security:
  auto-tls: false
client-transport-security:
  cert-file: ""
  auto-tls: true
`

export type Member = { node: Node; cluster?: string; tags?: Record<string, string>; evidence: Evidence }

const member = (id: string, cluster: string | undefined, host: Host, more: Partial<Member> = {}): Member => ({
  ...{ node: place(id), evidence: hostEvidence(id, host) },
  ...(cluster !== undefined && { cluster }),
  ...more,
})

/** Text that would act on a reader if anything let it. */
export const HOSTILE = {
  id: '"onmouseover="alert(1)"><script>alert(1)\u202e',
  cluster: '<script>alert(2)</script>${alert(3)}\u202egnp.exe',
  argv: '--name="><img src=x onerror=alert(4)><script>alert(5)</script>\u001b[31m\u202e',
  tag: 'javascript:alert(6)//"onmouseover="alert(7)',
}

export const MEMBERS: Member[] = [
  member('i-drift', 'harbour', { argv: [...GOOD, '--auto-tls=true'], manifest: MANIFEST }),
  member('i-environment', 'harbour', {
    environ: ['ETCD_AUTO_TLS=true', 'ETCD_DATA_DIR=/d', 'ETCD_AUTO_TLS=false'],
  }),
  member('i-config-file', 'orchard', { argv: ['--config-file=/etc/etcd/etcd.yml'], configFile: CONFIG_FILE }),
  member('i-good', 'orchard', {}),
  member('i-refused', undefined, { argv: ['--auto-tsl'] }),
  member('i-gone-quiet', 'orchard', { argv: ['--auto-tls'] }),
  {
    ...member(HOSTILE.id, HOSTILE.cluster, { argv: ['--auto-tls=true', HOSTILE.argv] }),
    tags: { role: HOSTILE.tag },
  },
]

export const assessmentOf = ({ node, cluster, tags, evidence }: Member): Assessment => {
  const json = JSON.stringify(evidence)
  const hash = createHash('sha256').update(json).digest('hex')
  return {
    ...{ node, tags: tags ?? { role: 'control-plane' }, fingerprint: hash, engineVersion: '1' },
    ...(cluster !== undefined && { cluster }),
    evidence: { hash, gzip: gzipSync(json) },
    findings: judge(evidence, rules),
    ruleVersions: Object.fromEntries(rules.map(({ id, version }) => [id, String(version)])),
  }
}

/** One scan of the whole fleet, from opening to closing. */
export const scanOf = async (
  store: Store,
  openedAt: string,
  members: Member[],
  sightings: Sighting[] = [],
): Promise<string> => {
  const scanId = `${openedAt.replaceAll(/[-:]|\.\d+/g, '').slice(0, 15)}Z`
  const later = (minutes: number) => new Date(Date.parse(openedAt) + minutes * 60_000).toISOString()
  await store.openScan({
    ...{
      scanId,
      status: 'open',
      trigger: 'manual',
      openedAt,
      deadlineAt: later(30),
      targets: 1,
      engineVersion: '1',
    },
  })
  const assessments = members.map(assessmentOf)
  const changes = await store.applyAssessments(scanId, later(1), assessments)
  await store.applySightings(scanId, later(1), sightings)
  const outcomes = [
    ...assessments.map(({ node: { instanceId }, fingerprint }) => ({
      instanceId,
      state: 'assessed' as const,
      fingerprint,
    })),
    ...sightings.map(({ node: { instanceId }, state, detail }) => ({
      ...{ instanceId, state },
      ...(detail !== undefined && { detail }),
    })),
  ]
  await store.putCommandResult({
    ...{
      scanId,
      account: ACCOUNT,
      region: 'eu-central-1',
      n: '0',
      commandId: `command-${scanId}`,
      outcomes,
      changes,
    },
  })
  const byState: Record<string, number> = {}
  for (const { state } of outcomes) byState[state] = (byState[state] ?? 0) + 1
  const missed = (byState.unreachable ?? 0) + (byState.unmanaged ?? 0)
  await store.closeScan(scanId, {
    ...{ status: 'closed', closedAt: later(2), changes: changes.length },
    coverage: { total: assessments.length + missed, assessed: assessments.length, byState },
    findings: await store.countFindings(),
  })
  return scanId
}

export const NOW = '2026-02-03T12:00:00.000Z'
export const FIRST = '2026-01-31T12:00:00.000Z'
export const SECOND = '2026-02-02T12:00:00.000Z'

/** Instances of which nothing is to be said, to make the fleet long enough for several pages. */
export const quietMembers = (n: number): Member[] =>
  Array.from({ length: n }, (_, i) => member(`i-many-${String(i).padStart(3, '0')}`, 'meadow', {}))

/** Two scans: at first nothing runs with auto-TLS; in the second some do, and one instance is out of reach. */
export const livedFleet = async (store: Store, more: Member[] = []): Promise<void> => {
  await store.putSettings({ waivers: { maxDays: 90, approval: 'optional', tags: ['role'] } })
  const calm = MEMBERS.filter(({ node }) => node.instanceId !== 'i-refused').map((each) =>
    each.node.instanceId === 'i-gone-quiet'
      ? each
      : { ...each, evidence: hostEvidence(each.node.instanceId, {}) },
  )
  await scanOf(store, FIRST, calm)
  const quiet = MEMBERS.filter(({ node }) => node.instanceId === 'i-gone-quiet')
  await scanOf(
    store,
    SECOND,
    [...MEMBERS.filter((each) => !quiet.includes(each)), ...more],
    quiet.map(({ node, cluster }) => ({
      ...{ node, tags: { role: 'control-plane' }, state: 'unreachable', detail: 'DeliveryTimedOut' },
      ...(cluster !== undefined && { cluster }),
    })),
  )
}

/** What a page is asked with, on this store. */
export const requestOn = (
  store: Store,
  more: { params?: Record<string, string>; query?: string; form?: Record<string, string>; now?: string } = {},
): ActionRequest => {
  const now = more.now ?? NOW
  const ask = createAsk(createApi({ store, now: () => now, rules }))
  return {
    ...{ ask, now, rules, formToken: 'form-token', params: more.params ?? {} },
    query: new URLSearchParams(more.query),
    place: { words: 'embedded account', options: '--local' },
    caller: async () => ({ who: WHO, policy: (await store.settings())?.waivers }),
    form: more.form ?? {},
    asCaller: (work) => work(store, WHO),
  }
}

export const paramsOf = ({ account, region, instanceId }: Node, rule?: string): Record<string, string> => ({
  ...{ account, region, instance: instanceId },
  ...(rule !== undefined && { rule }),
})
