import type { Severity, Status } from '../../findings/finding.ts'
import type { AuditReport } from '../audit-report.ts'
import { renderJson } from '../json.ts'
import { plainText } from '../plain-text.ts'
import { instanceArn, partitionOf } from './aws-place.ts'
import { type Verdict, verdictsOf } from './verdicts.ts'

/** Security Hub: WARNING is "could not be decided", NOT_AVAILABLE "does not apply". */
const COMPLIANCE = {
  ...({ PASS: 'PASSED', FAIL: 'FAILED', ERROR: 'WARNING', NOT_APPLICABLE: 'NOT_AVAILABLE' } as const),
} satisfies Record<Status, string>
const LABEL = {
  ...({ low: 'LOW', medium: 'MEDIUM', high: 'HIGH', critical: 'CRITICAL' } as const),
} satisfies Record<Severity, string>
const SCHEMA_VERSION = '2018-10-08'

/**
 * Findings in the AWS Security Finding Format: a JSON array, of which BatchImportFindings takes at most 100 at once, each in
 * the account and region that it is of. Ids stay the same, so that a recovery moves the finding to PASSED; what has left is
 * ARCHIVED. Lengths are those of the API reference.
 */
export const reportAsff = (report: AuditReport): string => renderJson(asffFindings(report))

/** The findings as BatchImportFindings takes them. */
export const asffFindings = (report: AuditReport) =>
  verdictsOf(report).map((verdict) => findingOf(verdict, report))

export type AsffFinding = ReturnType<typeof asffFindings>[number]

const findingOf = (verdict: Verdict, { automated, versions }: AuditReport) => {
  const { account, region, ruleId, status, severity, reason, rule } = verdict
  const partition = partitionOf(region)
  const isOpen = status === 'FAIL' || status === 'ERROR'
  const [url] = rule?.references ?? []
  const Types = [
    'Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark',
  ]
  const Severity = {
    ...{ Label: isOpen ? LABEL[severity] : ('INFORMATIONAL' as const), Original: severity },
  }
  return {
    SchemaVersion: SCHEMA_VERSION,
    Id: `fleet-scanner/${verdict.id}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ...{ ProductName: 'fleet-scanner', CompanyName: 'fleet-scanner', GeneratorId: `fleet-scanner/${ruleId}` },
    ...{ AwsAccountId: account, Region: region },
    Types,
    ...{ CreatedAt: verdict.createdAt, UpdatedAt: verdict.updatedAt, FirstObservedAt: verdict.createdAt },
    ...(verdict.observedAt !== undefined && { LastObservedAt: verdict.observedAt }),
    Severity,
    // What a provider says of an existing finding it says here; at the top a customer's own word stands.
    FindingProviderFields: { Severity, Types },
    Title: plainText(`${verdict.control} ${verdict.title}`, 256),
    Description: plainText([verdict.message, ...verdict.proofs].join('; '), 1024),
    Remediation: {
      Recommendation: {
        Text: plainText(rule?.remediation ?? 'See the rule.', 512),
        ...(url !== undefined && { Url: url }),
      },
    },
    ProductFields: fieldsOf(verdict, versions.fleetScanner),
    Resources: [{ Type: 'AwsEc2Instance', Id: instanceArn(verdict), Partition: partition, Region: region }],
    Compliance: {
      Status: COMPLIANCE[status],
      RelatedRequirements: [`CIS Kubernetes ${automated.version}/${verdict.control}`],
      StatusReasons: [{ ReasonCode: reason, Description: verdict.message }],
    },
    RecordState: verdict.closed === undefined ? ('ACTIVE' as const) : ('ARCHIVED' as const),
  }
}

/** What the format has no place for. A waiver changes nothing of the status: the failure is there. */
const fieldsOf = (
  { cluster, evidenceHash, stale, closed, finding, updatedAt }: Verdict,
  version: string,
) => ({
  'fleet-scanner/Version': version,
  'fleet-scanner/ChangedAt': updatedAt,
  ...(cluster !== undefined && { 'fleet-scanner/Cluster': cluster }),
  ...(evidenceHash !== undefined && { 'fleet-scanner/EvidenceSha256': evidenceHash }),
  ...(stale !== undefined && { 'fleet-scanner/Stale': stale }),
  ...(closed !== undefined && { 'fleet-scanner/Closed': closed }),
  ...(finding?.waived && {
    'fleet-scanner/WaivedBy': plainText(finding.waived.id),
    'fleet-scanner/WaivedUntil': finding.waived.until,
  }),
})
