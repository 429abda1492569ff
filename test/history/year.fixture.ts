import { gunzipSync } from 'node:zlib'
import { assess } from '../../lambdas/parse-results/assess.ts'
import { collectorOutput } from '../../local/collector-output.ts'
import type { Evidence } from '../../shared/evidence/evidence.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import type { Node } from '../../shared/findings/records.ts'
import type { Engine } from '../../shared/history/engines.ts'
import { judgeKept } from '../../shared/history/judge-stored.ts'
import { keepRules } from '../../shared/history/kept-rules.ts'
import { loadRules } from '../../shared/rules/load.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import type { Assessment, Outcome, Sighting, Store } from '../../shared/store/store.ts'

export const AUTH = 'etcd-client-cert-auth-enabled'
export const PEER_AUTH = 'etcd-peer-client-cert-auth-enabled'

/** The weeks from which on a release is in use that judges otherwise. */
export const RELEASES = { auth2: 13, engine2: 26, peerAuth2: 39 }
export const WEEKS = 52

/** When the scan of a week opens; it writes a minute later, and closes another minute later. ISO 8601. */
export const openedIn = (week: number, minutes = 0): string =>
  new Date(Date.UTC(2026, 0, 5, 3, minutes) + week * 7 * 86_400_000).toISOString()
export const writtenIn = (week: number): string => openedIn(week, 1)

/** What is set on a node, or why nothing is known of it. */
export type Letter = 'sound' | 'auto-tls' | 'loose' | 'own-peers' | 'declared' | 'hidden' | 'garbage'
export type Stay = Letter | 'silent' | 'retired' | 'left-scope'
type Life = { cluster: 'prod' | 'stage' | 'test'; weeks: Record<number, Stay> }

/** What becomes of each node, from which week on. */
export const LIVES: Record<string, Life> = {
  'i-01': { cluster: 'prod', weeks: { 0: 'sound' } },
  'i-02': { cluster: 'prod', weeks: { 0: 'loose' } },
  'i-03': { cluster: 'prod', weeks: { 0: 'auto-tls', 8: 'sound', 30: 'auto-tls', 33: 'sound' } },
  'i-04': { cluster: 'prod', weeks: { 0: 'loose', 5: 'sound', 20: 'loose', 41: 'sound' } },
  'i-05': { cluster: 'prod', weeks: { 0: 'own-peers', 45: 'sound' } },
  'i-06': { cluster: 'stage', weeks: { 0: 'declared', 40: 'sound' } },
  'i-07': { cluster: 'stage', weeks: { 0: 'sound', 10: 'declared', 12: 'sound', 28: 'declared' } },
  'i-08': { cluster: 'stage', weeks: { 0: 'silent', 3: 'loose', 11: 'silent', 16: 'loose' } },
  'i-09': { cluster: 'stage', weeks: { 0: 'own-peers', 15: 'retired' } },
  'i-10': { cluster: 'stage', weeks: { 0: 'garbage', 2: 'sound', 24: 'garbage', 27: 'sound' } },
  'i-11': { cluster: 'test', weeks: { 0: 'hidden', 6: 'sound' } },
  'i-12': { cluster: 'test', weeks: { 0: 'declared', 18: 'left-scope', 31: 'declared' } },
  'i-13': { cluster: 'test', weeks: { 0: 'sound', 34: 'retired' } },
  'i-14': { cluster: 'test', weeks: { 20: 'loose', 44: 'auto-tls' } },
  'i-15': { cluster: 'stage', weeks: { 15: 'own-peers', 36: 'silent' } },
}

const ACCOUNTS = { prod: '111111111111', stage: '222222222222', test: '333333333333' }
export const nodeOf = (instanceId: string): Node => ({
  ...{ account: ACCOUNTS[LIVES[instanceId]?.cluster ?? 'test'], region: 'eu-central-1', instanceId },
})

/** What a node is in a week; undefined: it is not there yet. */
export const stayIn = (instanceId: string, week: number): Stay | undefined => {
  const begun = Object.entries(LIVES[instanceId]?.weeks ?? {}).filter(([from]) => Number(from) <= week)
  return begun.sort(([a], [b]) => Number(b) - Number(a))[0]?.[1]
}

const CLIENT = ['--cert-file=/pki/server.crt', '--key-file=/pki/server.key', '--trusted-ca-file=/pki/ca.crt']
const DEMANDED = '--client-cert-auth=true'
const PEERS = ['--peer-cert-file=/pki/peer.crt', '--peer-key-file=/pki/peer.key', '--peer-client-cert-auth']
const PEER_CA = '--peer-trusted-ca-file=/pki/ca.crt'
const ARGV: Record<Exclude<Letter, 'garbage'>, string[]> = {
  sound: [...CLIENT, DEMANDED, ...PEERS, PEER_CA],
  'auto-tls': ['--auto-tls=true', ...PEERS, PEER_CA],
  loose: [...CLIENT, ...PEERS, PEER_CA],
  'own-peers': [...CLIENT, DEMANDED, ...PEERS],
  declared: [...CLIENT, DEMANDED, ...PEERS, PEER_CA],
  hidden: [...CLIENT, DEMANDED, ...PEERS, PEER_CA],
}

/** What the collector prints on such a node. */
const printed = (letter: Letter, instanceId: string, week: number): string => {
  if (letter === 'garbage') return `sh: cannot fork (${week})\n`
  const argv = ['etcd', ...ARGV[letter]]
  const common: Evidence = { schemaVersion: 1, instanceId, collectedAt: openedIn(week), view: 'full' }
  if (letter === 'declared') {
    const content = `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: etcd\n    command: ${JSON.stringify(argv)}\n`
    const manifests = [{ path: '/etc/kubernetes/manifests/etcd.yaml', content }]
    return collectorOutput({ ...common, processes: [], apiservers: [], manifests })
  }
  const process = { pid: 800 + week, uid: 0, exe: '/usr/bin/etcd', argv }
  const environ = letter === 'hidden' ? null : []
  return collectorOutput({ ...common, processes: [{ ...process, environ }], apiservers: [], manifests: [] })
}

/** A trusted CA demands certificates all the same: version 2 is content with it. */
const auth2 = (rule: Rule): Rule => ({
  ...rule,
  ...{ version: 2, facts: ['trusted-ca-file', 'auto-tls'] },
  assert: { all: [{ setting: 'trusted-ca-file', set: true }, ...rule.assert.all.slice(1)] },
})
/** Version 2 also wants an authority of one's own. */
const peerAuth2 = (rule: Rule): Rule => ({
  ...rule,
  ...{ version: 2, facts: [...rule.facts, 'peer-trusted-ca-file'] },
  assert: {
    all: [...rule.assert.all, { setting: 'peer-trusted-ca-file', set: true, reason: 'PEER_CA_NOT_SET' }],
  },
})

/** The rules of the release that is in use in a week. */
export const rulesIn = (week: number): Rule[] =>
  loadRules().map((rule) => {
    if (rule.id === AUTH && week >= RELEASES.auth2) return auth2(rule)
    if (rule.id === PEER_AUTH && week >= RELEASES.peerAuth2) return peerAuth2(rule)
    return rule
  })

/** An engine that takes an etcd that is declared and does not run for none at all. */
const engine2: Engine = (stored, rules) =>
  judgeKept(stored, rules).map((finding) =>
    finding.reason === 'NOT_RUNNING'
      ? { ...finding, status: 'NOT_APPLICABLE', reason: 'DECLARED_ALONE' }
      : finding,
  )
export const YEAR_ENGINES = { '1': judgeKept, '2': engine2 } satisfies Record<string, Engine>
export const engineIn = (week: number): keyof typeof YEAR_ENGINES => (week < RELEASES.engine2 ? '1' : '2')

/** The configuration of the year: what concerns prod weighs more. */
const OVERRIDES = [{ rule: AUTH, clusters: ['prod'], severity: 'critical' as const }]

/** What parse-results of that week's release makes of a node's answer. */
const assessed = async (instanceId: string, letter: Letter, week: number): Promise<Assessment> => {
  const instance = { node: nodeOf(instanceId), cluster: LIVES[instanceId]?.cluster ?? '', tags: {} }
  const rules = rulesIn(week)
  const whole = async () => ''
  const { assessment } = await assess(instance, printed(letter, instanceId, week), whole, rules, OVERRIDES)
  const engine = engineIn(week)
  if (engine === '1') return assessment
  const stored: unknown = JSON.parse(gunzipSync(assessment.evidence.gzip).toString())
  const severities = assessment.severities ?? {}
  const findings = YEAR_ENGINES[engine](stored, rules)
    // What a release of that day would have done with its own engine.
    .map((finding) => ({ ...finding, severity: severities[finding.ruleId] ?? finding.severity }))
  return { ...assessment, findings, engineVersion: engine }
}

const sighted = (instanceId: string, stay: 'silent' | 'retired' | 'left-scope'): Sighting => ({
  ...{ node: nodeOf(instanceId), cluster: LIVES[instanceId]?.cluster ?? '', tags: {} },
  ...(stay === 'silent' ? { state: 'unreachable', detail: 'ConnectionLost' } : { state: stay }),
})

export const isGone = (stay: Stay | undefined): stay is 'retired' | 'left-scope' =>
  stay === 'retired' || stay === 'left-scope'
export const isLetter = (stay: Stay | undefined): stay is Letter =>
  stay !== undefined && stay !== 'silent' && !isGone(stay)

/** The scan of a week, as its release makes it. A node that is gone is seen to be so once. */
export const scanOf = async (store: Store, week: number): Promise<void> => {
  const scanId = `week-${String(week).padStart(2, '0')}`
  const [at, openedAt, rules] = [writtenIn(week), openedIn(week), rulesIn(week)]
  await store.openScan({
    ...{ scanId, status: 'open', trigger: 'schedule', openedAt, deadlineAt: openedIn(week, 30) },
    ...{ targets: 3, engineVersion: engineIn(week) },
  })
  await keepRules(store, rules, openedAt)
  const states: Outcome['state'][] = []
  let changed = 0
  const lookAt = async ([cluster, account]: [string, string]): Promise<void> => {
    const ids = Object.keys(LIVES).filter((id) => LIVES[id]?.cluster === cluster)
    const assessments: Assessment[] = []
    const sightings: Sighting[] = []
    for (const id of ids) {
      const stay = stayIn(id, week)
      if (isLetter(stay)) assessments.push(await assessed(id, stay, week))
      else if (stay === 'silent' || (isGone(stay) && !isGone(stayIn(id, week - 1))))
        sightings.push(sighted(id, stay))
    }
    const changes = [
      ...(await store.applyAssessments(scanId, at, assessments)),
      ...(sightings.length > 0 ? await store.applySightings(scanId, at, sightings) : []),
    ]
    const outcomes = [
      ...assessments.map(({ node: { instanceId }, fingerprint }) => ({
        ...{ instanceId, state: 'assessed' as const, fingerprint },
      })),
      ...sightings.map(({ node: { instanceId }, state }) => ({ instanceId, state })),
    ]
    await store.putCommandResult({
      ...{ scanId, account, region: 'eu-central-1', n: '0', outcomes, changes },
    })
    states.push(...outcomes.map(({ state }) => state))
    changed += changes.length
  }
  await Promise.all(Object.entries(ACCOUNTS).map(lookAt))
  await store.closeScan(scanId, {
    ...{ status: 'closed', closedAt: openedIn(week, 2), coverage: coverageOf(states), changes: changed },
  })
}

/** A year of weekly scans. */
export const liveTheYear = async (store: Store): Promise<void> => {
  for (let week = 0; week < WEEKS; week++) await scanOf(store, week)
}
