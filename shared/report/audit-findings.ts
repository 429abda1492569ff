import type { Closing, CoverageState } from '../findings/coverage.ts'
import type { EvidenceExcerpt, Severity, Status } from '../findings/finding.ts'
import { findingKey } from '../findings/flapping.ts'
import type { Node, Transition } from '../findings/records.ts'
import type { PastFinding, Restated } from '../history/past.ts'
import type { Waived, WaivedBy } from '../waivers/waived-findings.ts'

/** A finding as it was read. `proofProblem`: why its evidence could not be opened, in words. */
export type ReadFinding = Waived<PastFinding> & { proofProblem?: string }

/** A verdict of the report, in the order in which it is published. */
export type AuditFinding = Node & {
  /** `account/region/instance/rule`: the same in every report, whatever the verdict is. */
  id: string
  cluster?: string
  ruleId: string
  control: string
  severity: Severity
  status: Status
  reason: string
  message: string
  caveats: string[]
  /** The pieces of evidence that decide, as the node printed them: hostile text. */
  evidence: EvidenceExcerpt[]
  proofProblem?: string
  /** SHA-256, in hex, of the whole evidence as compact JSON. */
  evidenceHash?: string
  since: string
  previousStatus?: Status
  scanId: string
  engineVersion?: string
  ruleVersion?: string
  coverage?: CoverageState
  detail?: string
  /** The scan did not assess the instance: the verdict is from before. */
  stale: boolean
  waived?: WaivedBy
  restated?: Restated
  /** When the first verdict was recorded and when the last change was; only where the whole history was read. */
  recorded?: { first: string; last: string }
}

/** `account/region/instance/rule`. */
export const auditId = (of: Node & { ruleId: string }): string =>
  `${of.account}/${of.region}/${of.instanceId}/${of.ruleId}`

/** By instance and rule. `history`: every change of these findings, oldest first, or none. */
export const findingsOf = (findings: ReadFinding[], history: Transition[]): AuditFinding[] => {
  const changes = Map.groupBy(
    history.filter(({ restates }) => restates === undefined),
    findingKey,
  )
  return findings
    .map((finding) => auditFinding(finding, changes.get(findingKey(finding))))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

const auditFinding = (finding: ReadFinding, changes: Transition[] | undefined): AuditFinding => {
  const { account, region, instanceId, cluster, ruleId, control, severity, status, reason, message } = finding
  const { caveats, evidence, proofProblem, evidenceHash, since, previousStatus, scanId } = finding
  const { engineVersion, ruleVersion, coverage, detail, waived, restated } = finding
  const [first, last] = [changes?.[0], changes?.at(-1)]
  return {
    ...{ id: auditId(finding), account, region, instanceId },
    ...(cluster !== undefined && { cluster }),
    ...{ ruleId, control, severity, status, reason, message, caveats, evidence },
    ...(proofProblem !== undefined && { proofProblem }),
    ...(evidenceHash !== undefined && { evidenceHash }),
    since,
    ...(previousStatus !== undefined && { previousStatus }),
    scanId,
    ...(engineVersion !== undefined && { engineVersion }),
    ...(ruleVersion !== undefined && { ruleVersion }),
    ...(coverage !== undefined && { coverage }),
    ...(detail !== undefined && { detail }),
    stale: coverage !== 'assessed',
    ...(waived && { waived }),
    ...(restated && { restated }),
    ...(first && last && { recorded: { first: first.at, last: last.at } }),
  }
}

/** The last change of a finding that is open no longer, and was not mended. `firstAt`: when its first verdict was recorded. */
export type Departed = Transition & { closed: Closing; firstAt: string }

/** Of each finding whose instance has left or whose rule was switched off. `history` is oldest first. */
export const departedOf = (history: Transition[]): Departed[] =>
  [
    ...Map.groupBy(
      history.filter(({ restates }) => restates === undefined),
      findingKey,
    ).values(),
  ].flatMap((changes) => {
    const [first, last] = [changes[0], changes.at(-1)]
    return first && last?.closed !== undefined ? [{ ...last, closed: last.closed, firstAt: first.at }] : []
  })
