import type { Rule } from '../rules/rule.ts'
import { isAbout } from '../waivers/match.ts'
import { standingAt } from '../waivers/revisions.ts'
import { endOf, isInForce, type Waiver } from '../waivers/waiver.ts'
import type { AuditFinding } from './audit-findings.ts'
import type { AuditScope } from './audit-report.ts'

/** A waiver: who has accepted which failures, why, and until when. */
export type AuditException = Waiver & {
  /** It held at the moment of the report; else only earlier in the period. */
  inForce: boolean
  /** How many of the failures shown it covers. */
  covers: number
}

type Question = {
  at: string
  period?: { from: string; to: string }
  scope: AuditScope
  rules: readonly Rule[]
}

/** The waivers that held at the moment, or at any time of the period, as they stood then; the first end first. */
export const exceptionsOf = (
  revisions: Waiver[],
  findings: AuditFinding[],
  { at, period, scope, rules }: Question,
): AuditException[] => {
  const asked = new Set(rules.map(({ id }) => id))
  const from = period?.from ?? at
  return standingAt(revisions, at)
    .filter((waiver) => waiver.createdAt <= at && endOf(waiver) >= from && endOf(waiver) >= waiver.createdAt)
    .filter((waiver) => scope.control === undefined || asked.has(waiver.rule))
    .filter((waiver) => isInScope(waiver, findings, scope))
    .map((waiver) => ({
      ...waiver,
      inForce: isInForce(waiver, at),
      covers: findings.filter(({ waived }) => waived?.id === waiver.id).length,
    }))
    .sort((a, b) => endOf(a).localeCompare(endOf(b)) || a.id.localeCompare(b.id))
}

/** A part of the fleet has the waivers that name it, and those that are about a finding in it. */
const isInScope = (waiver: Waiver, findings: AuditFinding[], { account, cluster }: AuditScope): boolean => {
  if (account === undefined && cluster === undefined) return true
  const { kind, value } = waiver.scope
  if (kind === 'account' && account?.includes(value)) return true
  if (kind === 'cluster' && cluster?.includes(value)) return true
  return findings.some((finding) => finding.waived?.id === waiver.id || isAbout(waiver, finding))
}
