import type { Status } from '../../../shared/findings/finding.ts'
import { type Node, nodeKey, type Transition } from '../../../shared/findings/records.ts'
import type { ReadFinding } from '../../../shared/report/audit-findings.ts'
import { type AuditInput, type AuditReport, auditReport } from '../../../shared/report/audit-report.ts'
import { drawSample } from '../../../shared/report/audit-sample.ts'
import { loadRules } from '../../../shared/rules/load.ts'
import { controlOf } from '../../../shared/rules/rule.ts'
import { granted } from '../../../shared/waivers/revisions.ts'

const ACCOUNT = '111111111111'
const REGION = 'eu-central-1'
export const RULE = 'etcd-auto-tls-disabled'
export const OPENED = '2026-01-31T12:00:00.000Z'
export const CLOSED = '2026-01-31T12:05:00.000Z'
export const MOMENT = '2026-01-31T18:00:00.000Z'
const HASH = 'ab'.repeat(32)

export const at = (instanceId: string, account = ACCOUNT): Node => ({ account, region: REGION, instanceId })

/** What of a report a node, or somebody who tags one or asks for a waiver, can choose. */
export type Texts = { text: string; cluster: string; detail: string }
const HONEST: Texts = { text: '--auto-tls=true', cluster: 'harbour', detail: 'ConnectionLost' }

export const read = (
  of: Node,
  status: Status,
  { text, cluster }: Texts = HONEST,
  more: Partial<ReadFinding> = {},
): ReadFinding => ({
  ...of,
  ...{ ruleId: RULE, control: '2.3', severity: 'high', status, reason: `IS_${status}` },
  ...{ message: `etcd says ${text}`, caveats: [], cluster, since: '2026-01-10T12:00:00.000Z' },
  evidence: status === 'FAIL' ? [{ source: 'process', pid: 812, path: `/x/${text}`, text }] : [],
  ...{ scanId: '20260110T120000Z', evidenceHash: HASH, engineVersion: '1', ruleVersion: '1' },
  coverage: 'assessed',
  ...more,
})

export const change = (of: Node, when: string, to: Status, more: Partial<Transition> = {}): Transition => ({
  ...of,
  ...{ ruleId: RULE, control: '2.3', severity: 'high', scanId: 's', at: when, to },
  ...{ reason: `IS_${to}`, message: `it is ${to}`, ...more },
})

/** Instances: a passes, b fails, c fails and is waived, d could not be decided, e is no control plane, f is out of reach, g is off. */
export const input = (texts: Partial<Texts> = {}, more: Partial<AuditInput> = {}): AuditInput => {
  const hostile = { ...HONEST, ...texts }
  const { text, cluster, detail } = hostile
  const waiver = granted(
    {
      ...{ rule: RULE, scope: { kind: 'instance', value: 'i-c' }, reason: `moves ${text}`, ticket: text },
      ...{ approvedBy: `bob ${text}`, until: '2026-03-31T23:59:59.999Z' },
    },
    { who: `alice ${text}`, at: '2026-01-20T12:00:00.000Z' },
    [],
  )
  const { id, until, reason, ticket, who, approvedBy = '' } = waiver
  const findings = [
    read(at('i-a'), 'PASS', hostile, { previousStatus: 'FAIL' }),
    read(at('i-b'), 'FAIL', hostile),
    read(at('i-c'), 'FAIL', hostile, { waived: { id, until, reason, ticket, who, approvedBy } }),
    read(at('i-d'), 'ERROR', hostile, { proofProblem: `why ${text}` }),
    read(at('i-e'), 'NOT_APPLICABLE', hostile, { cluster: 'orchard' }),
    read(at('i-f'), 'PASS', hostile, { coverage: 'unreachable', detail }),
  ]
  const outcomes = [
    ...['i-a', 'i-b', 'i-c', 'i-d', 'i-e'].map((instanceId) => ({ instanceId, state: 'assessed' as const })),
    { instanceId: 'i-f', state: 'unreachable' as const, detail },
    { instanceId: 'i-g', state: 'stopped' as const },
  ]
  const history = [
    change(at('i-a'), '2026-01-01T12:00:00.000Z', 'FAIL'),
    change(at('i-h'), '2026-01-02T12:00:00.000Z', 'FAIL'),
    change(at('i-h'), '2026-01-09T12:00:00.000Z', 'FAIL', { closed: 'retired' }),
    change(at('i-a'), '2026-01-10T12:00:00.000Z', 'PASS', { from: 'FAIL' }),
    change(at('i-b'), '2026-01-10T12:00:00.000Z', 'FAIL', { message: text }),
  ]
  const size = 4
  return {
    generatedAt: '2026-02-01T09:00:00.000Z',
    scope: {},
    period: { from: '2026-01-05T00:00:00.000Z', to: MOMENT },
    past: {
      at: MOMENT,
      scan: {
        ...{
          scanId: '20260131T120000Z',
          status: 'closed',
          trigger: 'schedule',
          openedAt: OPENED,
          closedAt: CLOSED,
        },
        ...{ deadlineAt: CLOSED, targets: 1, engineVersion: '1', targetErrors: [`no role ${text}`] },
      },
      results: [
        { scanId: '20260131T120000Z', account: ACCOUNT, region: REGION, n: '0', outcomes, changes: [] },
      ],
    },
    findings,
    clusters: new Map([...findings, at('i-g')].map((each) => [nodeKey(each), cluster])),
    ...{ waivers: [waiver], history, wholeHistory: true, rules: loadRules() },
    versions: { fleetScanner: '0.1.0', engine: '1' },
    sample: {
      ...{ seed: 7, size, of: findings.length },
      items: drawSample(findings, size, 7).map(({ account, region, instanceId, ruleId, status, reason }) => ({
        ...{
          id: `${account}/${region}/${instanceId}/${ruleId}`,
          account,
          region,
          instanceId,
          ruleId,
          status,
          reason,
        },
        ...{
          evidenceHash: HASH,
          evidence: { schemaVersion: 1, psOutput: text },
          again: { status, reason, agrees: true },
        },
      })),
    },
    ...more,
  }
}

export const report = (texts: Partial<Texts> = {}, more: Partial<AuditInput> = {}): AuditReport =>
  auditReport(input(texts, more))

/** The rules but for the one of a control. */
export const rulesWithout = (control: string) => loadRules().filter((rule) => controlOf(rule) !== control)
