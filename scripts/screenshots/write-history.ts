import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { evidenceSchema } from '../../shared/evidence/evidence.ts'
import { EvidenceError } from '../../shared/evidence/evidence-error.ts'
import { fingerprint } from '../../shared/evidence/fingerprint.ts'
import { type CoverageState, coverageOf } from '../../shared/findings/coverage.ts'
import type { Node } from '../../shared/findings/records.ts'
import { DEFAULT_SLA } from '../../shared/queries/beyond-sla.ts'
import { judge, judgeUnreadable } from '../../shared/rules/judge.ts'
import { loadRules } from '../../shared/rules/load.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import type { Assessment, Sighting, Store, TargetKey } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { granted } from '../../shared/waivers/revisions.ts'
import { DAY_MS } from '../../shared/waivers/waiver.ts'
import { DAYS, FLEET, type Member, playingOn } from './sixty-days.ts'

/** A morning some hours after the last of the scans: the moment at which the history is looked at. */
export const NOW = '2026-01-31T09:30:00.000Z'

const RULES = loadRules()
const BASE: Pick<Assessment, 'engineVersion' | 'ruleVersions'> = {
  engineVersion: ENGINE_VERSION,
  ruleVersions: Object.fromEntries(RULES.map(({ id, version }) => [id, String(version)])),
}

/**
 * Writes the sixty days into an empty table, a scan each morning, through the same writes that scans make and with verdicts
 * judged on the sample recordings. The same each time. `days`: only the last of them.
 */
export const writeSixtyDays = async (store: Store, days = DAYS): Promise<void> => {
  const targets = [...Map.groupBy(FLEET, ({ account, region }) => `${account}/${region}`).values()]
  const first = DAYS - days
  for (let day = first; day < DAYS; day++) await scanOn(store, day, targets, day === first)
  await store.putSettings({
    waivers: { maxDays: 365, approval: 'optional', tags: ['cluster'] },
    sla: DEFAULT_SLA,
  })
  const request = {
    rule: 'etcd-auto-tls-disabled',
    scope: { kind: 'instance', value: 'i-0b10000000000000d' },
    reason: 'an appliance of the vendor, replaced in spring; its client port is behind a firewall of its own',
    ticket: 'SEC-1187',
    until: '2026-04-30T23:59:59.999Z',
  } as const
  const act = { who: 'arn:aws:sts::111122223333:assumed-role/platform/ines', at: momentOn(DAYS - 20, 600) }
  await store.putWaiver(granted(request, act, []), undefined)
}

const momentOn = (day: number, seconds: number): string => {
  const midnight = Date.parse(`${NOW.slice(0, 10)}T06:00:00Z`) - (DAYS - 1 - day) * DAY_MS
  return new Date(midnight + seconds * 1000).toISOString()
}

const scanOn = async (store: Store, day: number, targets: Member[][], isFirst: boolean): Promise<void> => {
  const openedAt = momentOn(day, 0)
  const scanId = scanIdOf(openedAt)
  const { engineVersion } = BASE
  await store.openScan({
    ...{ scanId, openedAt, status: 'open', trigger: 'schedule', engineVersion, targets: targets.length },
    deadlineAt: momentOn(day, 3600),
  })
  const states: CoverageState[] = []
  let changes = 0
  for (const members of targets) {
    const seen = await scanTarget(store, scanId, day, members, isFirst)
    states.push(...seen.states)
    changes += seen.changes
  }
  await store.closeScan(scanId, {
    ...{ status: 'closed', closedAt: momentOn(day, 95), changes, targetErrors: [] },
    coverage: coverageOf(states),
    findings: await store.countFindings(),
  })
}

const scanTarget = async (store: Store, scanId: string, day: number, members: Member[], isFirst: boolean) => {
  const at = momentOn(day, 70)
  const target: TargetKey = { account: members[0]?.account ?? '', region: members[0]?.region ?? '' }
  const assessments: Assessment[] = []
  const sightings: Sighting[] = []
  for (const member of members) {
    const playing = playingOn(member, day)
    if (playing === undefined) continue
    if ('recording' in playing) assessments.push(assessed(member, playing.recording, at))
    else sightings.push({ ...placed(member), ...playing })
  }
  const states: CoverageState[] = [
    ...assessments.map(() => 'assessed' as const),
    ...sightings.map(({ state }) => state),
  ]
  await store.putTarget(target, { inventoriedAt: at, coverage: coverageOf(states) })
  // What is as it was yesterday would write nothing: it is left out for the sake of time.
  const news = new Set(
    members
      .filter((each) => isFirst || playingOn(each, day) !== playingOn(each, day - 1))
      .map(({ instanceId }) => instanceId),
  )
  const isNew = ({ node }: { node: Node }): boolean => news.has(node.instanceId)
  const changes = [
    ...(await store.applyAssessments(scanId, at, assessments.filter(isNew))),
    ...(await store.applySightings(scanId, at, sightings.filter(isNew))),
  ]
  const outcomes = [
    ...assessments.map(({ node, fingerprint }) => ({
      instanceId: node.instanceId,
      state: 'assessed' as const,
      fingerprint,
    })),
    ...sightings.map(({ node, state, detail }) => ({
      ...{ instanceId: node.instanceId, state },
      ...(detail !== undefined && { detail }),
    })),
  ]
  await store.putCommandResult({ scanId, ...target, n: '0', commandId: `command-${day}`, outcomes, changes })
  return { states, changes: changes.length }
}

const placed = ({
  account,
  region,
  instanceId,
  name,
  cluster,
}: Member): Pick<Sighting, 'node' | 'cluster' | 'tags'> => ({
  node: { account, region, instanceId },
  cluster,
  tags: { Name: name, cluster },
})

const assessed = (member: Member, recording: string, at: string): Assessment => {
  if (recording === 'garbage') {
    const error = new EvidenceError('ENVELOPE_MISSING', 'the output holds no envelope of the collector')
    const evidence = {
      unreadable: error.code,
      message: error.message,
      output: 'sh: cannot fork: Resource temporarily unavailable\n',
    }
    return {
      ...placed(member),
      ...BASE,
      fingerprint: error.code,
      evidence: packed(evidence),
      findings: judgeUnreadable(error, RULES),
    }
  }
  const file = new URL(`../../samples/nodes/${recording}.json`, import.meta.url)
  const evidence = {
    ...evidenceSchema.parse(JSON.parse(readFileSync(file, 'utf8'))),
    ...{ instanceId: member.instanceId, collectedAt: at },
  }
  return {
    ...placed(member),
    ...BASE,
    fingerprint: fingerprint(evidence),
    evidence: packed(evidence),
    findings: judge(evidence, RULES),
  }
}

const packed = (value: unknown): Assessment['evidence'] => {
  const json = JSON.stringify(value)
  return { hash: createHash('sha256').update(json).digest('hex'), gzip: gzipSync(json) }
}
