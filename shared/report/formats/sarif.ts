import type { Severity } from '../../findings/finding.ts'
import { nodeKey } from '../../findings/records.ts'
import type { AuditControl } from '../audit-controls.ts'
import type { AuditFinding } from '../audit-findings.ts'
import { type AuditReport, isFullReport } from '../audit-report.ts'
import { renderJson } from '../json.ts'
import { plainText } from '../plain-text.ts'
import { proofLines, staleText, waivedText } from './proof.ts'

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = {
  ...{ critical: 'error', high: 'error', medium: 'warning', low: 'note' },
}
/** What GitHub sorts by: the middle of each of its bands. */
const SCORE: Record<Severity, string> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' }

/** `open` is SARIF's word for what could not be decided. */
const KIND = { PASS: 'pass', FAIL: 'fail', ERROR: 'open', NOT_APPLICABLE: 'notApplicable' } as const

/** A SARIF 2.1.0 log with one run: a result for each verdict, a notification for each instance that was not assessed. */
export const reportSarif = (report: AuditReport): string => {
  const { scan, versions, population, findings } = report
  const rules = report.controls.filter(({ ruleId }) => ruleId !== undefined)
  const missed = population.filter(({ state }) => state === 'unreachable' || state === 'unmanaged')
  const failed = scan.targetErrors ?? []
  const run = {
    tool: {
      driver: {
        name: 'fleet-scanner',
        version: versions.fleetScanner,
        rules: rules.map(ruleOf),
      },
    },
    automationDetails: { id: `fleet-scanner/${scan.scanId}` },
    invocations: [
      {
        executionSuccessful: isFullReport(report),
        ...{ startTimeUtc: scan.openedAt, endTimeUtc: scan.closedAt },
        toolExecutionNotifications: [
          ...missed.map((each) => ({
            level: 'warning',
            message: {
              text: plainText(
                `${nodeKey(each)} was not assessed (${each.state} ${each.detail ?? ''}): ${each.why}`,
                500,
              ),
            },
            locations: [locationOf(nodeKey(each))],
          })),
          ...failed.map((each) => ({ level: 'error', message: { text: plainText(each, 500) } })),
        ],
      },
    ],
    results: findings.map((finding) =>
      resultOf(
        finding,
        rules.findIndex(({ ruleId }) => ruleId === finding.ruleId),
      ),
    ),
  }
  return renderJson({ $schema: SCHEMA, version: '2.1.0', runs: [run] })
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

const ruleOf = (control: AuditControl) => {
  const {
    ruleId,
    title,
    severity = 'medium',
    description = title,
    remediation = '',
    references = [],
  } = control
  return {
    id: ruleId,
    shortDescription: { text: title },
    fullDescription: { text: description },
    help: { text: remediation },
    ...(references[0] !== undefined && { helpUri: references[0] }),
    defaultConfiguration: { level: LEVEL[severity] },
    properties: {
      'security-severity': SCORE[severity],
      tags: ['security', 'etcd', `cis-kubernetes/${control.control}`],
    },
  }
}

const resultOf = (finding: AuditFinding, ruleIndex: number) => {
  const { status, severity, ruleId, waived, evidenceHash, since } = finding
  const said = [plainText(finding.message, 1000), ...proofLines(finding), staleText(finding) ?? []].flat()
  const waiver = waivedText(finding)
  return {
    ruleId,
    ...(ruleIndex >= 0 && { ruleIndex }),
    kind: KIND[status],
    level: status === 'FAIL' ? LEVEL[severity] : 'none',
    message: { text: said.join('; ') },
    locations: [locationOf(nodeKey(finding))],
    partialFingerprints: { 'instanceAndRule/v1': finding.id },
    ...(waived && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: waiver }],
    }),
    properties: {
      ...{ status, reason: finding.reason, since, stale: finding.stale, control: finding.control },
      ...(finding.cluster !== undefined && { cluster: plainText(finding.cluster) }),
      ...(evidenceHash !== undefined && { evidenceSha256: evidenceHash }),
    },
  }
}

/** An instance is no file; readers that want one get its name as a path. */
const locationOf = (node: string) => ({
  physicalLocation: { artifactLocation: { uri: node.split('/').map(encodeURIComponent).join('/') } },
  logicalLocations: [{ fullyQualifiedName: plainText(node), kind: 'resource' }],
})
