import type { Severity, Status } from '../../findings/finding.ts'
import type { Node } from '../../findings/records.ts'
import type { AuditControl } from '../audit-controls.ts'
import { type AuditFinding, auditId, type Departed } from '../audit-findings.ts'
import type { AuditReport } from '../audit-report.ts'
import { plainText } from '../plain-text.ts'
import { proofLines, staleText } from './proof.ts'

/** A verdict as other scanners' consoles keep it: under one id, with when it was made and last changed. Text is safe to print. */
export type Verdict = Node & {
  id: string
  ruleId: string
  title: string
  control: string
  severity: Severity
  status: Status
  reason: string
  message: string
  cluster?: string
  createdAt: string
  updatedAt: string
  /** When the scan saw the instance; absent where it did not assess it. */
  observedAt?: string
  /** The instance has left the fleet, or the rule was switched off. */
  closed?: string
  proofs: string[]
  evidenceHash?: string
  stale?: string
  finding?: AuditFinding
  rule?: AuditControl
}

/** The verdicts of the report, and after them the last ones of what has left. */
export const verdictsOf = (report: AuditReport): Verdict[] => {
  const rules = new Map(report.controls.map((each) => [each.ruleId, each]))
  return [
    ...report.findings.map((each) => standing(each, rules.get(each.ruleId), report)),
    ...(report.departed ?? []).map((each) => departed(each, rules.get(each.ruleId))),
  ]
}

const standing = (finding: AuditFinding, rule: AuditControl | undefined, { scan }: AuditReport): Verdict => {
  const { since, recorded = { first: since, last: since }, stale, evidenceHash } = finding
  const why = staleText(finding)
  return {
    ...common(finding, rule),
    ...{ status: finding.status, createdAt: recorded.first, updatedAt: recorded.last },
    ...(!stale && { observedAt: scan.closedAt }),
    ...(evidenceHash !== undefined && { evidenceHash }),
    ...(why !== undefined && { stale: why }),
    ...{ proofs: proofLines(finding), finding },
  }
}

const departed = (last: Departed, rule: AuditControl | undefined): Verdict => ({
  ...common(last, rule),
  ...{ status: last.to, createdAt: last.firstAt, updatedAt: last.at, proofs: [] },
  closed: last.closed,
  ...(last.evidenceHash !== undefined && { evidenceHash: last.evidenceHash }),
})

type Common = Node & Pick<AuditFinding, 'ruleId' | 'control' | 'severity' | 'reason' | 'message' | 'cluster'>

const common = (of: Common, rule: AuditControl | undefined) => ({
  ...{
    id: auditId(of),
    account: of.account,
    region: of.region,
    instanceId: of.instanceId,
    ruleId: of.ruleId,
  },
  ...{ title: rule?.title ?? of.ruleId, control: of.control, severity: of.severity },
  ...{ reason: plainText(of.reason), message: plainText(of.message, 900) },
  // A name of nothing but invisible marks is none: consoles refuse an empty text.
  ...(plainText(of.cluster ?? '') !== '' && { cluster: plainText(of.cluster ?? '') }),
  ...(rule && { rule }),
})
