import type { Severity, Status } from '../../findings/finding.ts'
import type { AuditReport } from '../audit-report.ts'
import { renderJsonl } from '../json.ts'
import { plainText } from '../plain-text.ts'
import { instanceArn, partitionOf } from './aws-place.ts'
import { waivedText } from './proof.ts'
import { type Verdict, verdictsOf } from './verdicts.ts'

/** The version of the Open Cybersecurity Schema Framework, and its class Compliance Finding. */
const OCSF = '1.6.0'
const CLASS = {
  class_uid: 2003,
  class_name: 'Compliance Finding',
  category_uid: 2,
  category_name: 'Findings',
}

const COMPLIANCE: Record<Status, { status_id: number; status: string }> = {
  PASS: { status_id: 1, status: 'Pass' },
  ERROR: { status_id: 2, status: 'Warning' },
  FAIL: { status_id: 3, status: 'Fail' },
  NOT_APPLICABLE: { status_id: 99, status: 'Not applicable' },
}
const SEVERITY: Record<Severity, { severity_id: number; severity: string }> = {
  low: { severity_id: 2, severity: 'Low' },
  medium: { severity_id: 3, severity: 'Medium' },
  high: { severity_id: 4, severity: 'High' },
  critical: { severity_id: 5, severity: 'Critical' },
}
const INFORMATIONAL = { severity_id: 1, severity: 'Informational' }

/** Events of the class Compliance Finding (2003), one a line. Ids stay the same over a finding's life. */
export const reportOcsf = (report: AuditReport): string =>
  renderJsonl(verdictsOf(report).map((verdict) => eventOf(verdict, report)))

const eventOf = (verdict: Verdict, { automated, versions }: AuditReport) => {
  const { status, severity, control, account, region, rule } = verdict
  const [created, changed] = [Date.parse(verdict.createdAt), Date.parse(verdict.updatedAt)]
  const activity = activityOf(verdict)
  const waived = verdict.finding && waivedText(verdict.finding)
  const partition = partitionOf(region)
  return {
    ...CLASS,
    ...activity,
    type_uid: CLASS.class_uid * 100 + activity.activity_id,
    type_name: `${CLASS.class_name}: ${activity.activity_name}`,
    time: changed,
    ...(status === 'FAIL' || status === 'ERROR' ? SEVERITY[severity] : INFORMATIONAL),
    ...stateOf(verdict),
    ...(waived !== undefined && { comment: waived }),
    message: verdict.message,
    metadata: {
      version: OCSF,
      profiles: ['cloud'],
      product: { name: 'fleet-scanner', vendor_name: 'fleet-scanner', version: versions.fleetScanner },
    },
    cloud: { provider: 'AWS', region, account: { uid: account, type: 'AWS Account', type_id: 10 } },
    compliance: {
      control,
      standards: [`CIS Kubernetes ${automated.version}`],
      requirements: [control],
      ...COMPLIANCE[status],
      status_code: verdict.reason,
      status_details: [verdict.message, ...(verdict.stale === undefined ? [] : [verdict.stale])],
    },
    finding_info: {
      uid: verdict.id,
      title: plainText(`${control} ${verdict.title}`),
      desc: verdict.message,
      ...{ created_time: created, modified_time: changed, first_seen_time: created },
      ...(verdict.observedAt !== undefined && { last_seen_time: Date.parse(verdict.observedAt) }),
      analytic: { uid: verdict.ruleId, name: verdict.ruleId, type: 'Rule', type_id: 1 },
    },
    resources: [
      {
        ...{ uid: instanceArn(verdict), name: verdict.instanceId, type: 'AWS::EC2::Instance', region },
        cloud_partition: partition,
        owner: { account: { uid: account, type: 'AWS Account', type_id: 10 } },
        ...(verdict.cluster !== undefined && { group: { name: verdict.cluster } }),
      },
    ],
    ...(verdict.proofs.length > 0 && {
      evidences: [{ data: { excerpts: verdict.proofs, sha256: verdict.evidenceHash } }],
    }),
    ...(rule?.remediation && {
      remediation: { desc: rule.remediation, references: rule.references ?? [] },
    }),
  }
}

const activityOf = ({ status, closed, createdAt, updatedAt }: Verdict) => {
  if (closed !== undefined || (status === 'PASS' && createdAt !== updatedAt))
    return { activity_id: 3, activity_name: 'Close' }
  return createdAt === updatedAt
    ? { activity_id: 1, activity_name: 'Create' }
    : { activity_id: 2, activity_name: 'Update' }
}

/** Of the finding in its life; what the check said stands in `compliance`. */
const stateOf = ({ status, closed, finding }: Verdict) => {
  if (closed !== undefined) return { status_id: 5, status: 'Archived' }
  if (finding?.waived) return { status_id: 3, status: 'Suppressed' }
  return status === 'FAIL' || status === 'ERROR'
    ? { status_id: 1, status: 'New' }
    : { status_id: 4, status: 'Resolved' }
}
