import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Finding, Status } from '../../shared/findings/finding.ts'
import type { Node, ScanRecord } from '../../shared/findings/records.ts'
import type { Assessment, Sighting, Store } from '../../shared/store/store.ts'

export const RULE = 'etcd-auto-tls-disabled'

export const node = (instanceId: string, account = '111111111111', region = 'eu-central-1'): Node => ({
  account,
  region,
  instanceId,
})

/** Minutes after noon of a day, as ISO time. */
export const at = (minutes: number) => new Date(Date.UTC(2026, 0, 31, 12, minutes)).toISOString()

export const scanRecord = (scanId: string, minutes: number): ScanRecord => ({
  scanId,
  status: 'open',
  trigger: 'manual',
  openedAt: at(minutes),
  deadlineAt: at(minutes + 30),
  targets: 1,
  engineVersion: '1',
})

export const finding = (status: Status, reason: string = status, more: Partial<Finding> = {}): Finding => ({
  ruleId: RULE,
  control: '2.3',
  severity: 'high',
  status,
  reason,
  message: `it is ${status} by ${reason}`,
  caveats: [],
  evidence: [],
  ...more,
})

/** An assessment whose fingerprint follows from its verdicts; evidence differs from scan to scan as on real nodes. */
export const assessment = (
  of: Node,
  findings: Finding[],
  more: Partial<Assessment> & { evidenceText?: string } = {},
): Assessment => {
  const { evidenceText = 'some facts', ...rest } = more
  const json = JSON.stringify({ schemaVersion: 1, psOutput: evidenceText, findings })
  return {
    node: of,
    tags: { role: 'control-plane' },
    fingerprint: `facts of ${findings.map(({ status, reason }) => `${status} ${reason}`)}`,
    evidence: { hash: createHash('sha256').update(json).digest('hex'), gzip: gzipSync(json) },
    findings,
    engineVersion: '1',
    ruleVersions: Object.fromEntries(findings.map(({ ruleId }) => [ruleId, '1'])),
    ...rest,
  }
}

export const sighting = (of: Node, state: Sighting['state'], more: Partial<Sighting> = {}): Sighting => ({
  node: of,
  tags: { role: 'control-plane' },
  state,
  ...more,
})

/** One scan from opening to closing, its verdicts recorded as one command of one target. */
export const wholeScan = async (
  store: Store,
  scanId: string,
  minutes: number,
  assessments: Assessment[],
  sightings: Sighting[] = [],
) => {
  await store.openScan(scanRecord(scanId, minutes))
  const changes = await store.applyAssessments(scanId, at(minutes + 1), assessments)
  await store.applySightings(scanId, at(minutes + 1), sightings)
  const { account, region } = assessments[0]?.node ?? node('none')
  await store.putCommandResult({
    ...{ scanId, account, region, n: '0', commandId: `command-${scanId}` },
    outcomes: assessments.map(({ node, fingerprint }) => ({
      instanceId: node.instanceId,
      state: 'assessed',
      fingerprint,
    })),
    changes,
  })
  await store.closeScan(scanId, { status: 'closed', closedAt: at(minutes + 2), changes: changes.length })
  return changes
}
