import type { Severity } from '../findings/finding.ts'
import { controlOf, type Rule } from '../rules/rule.ts'
import type { AuditFinding } from './audit-findings.ts'

const FRAMEWORK = { framework: 'cis-kubernetes', version: '1.5.1', section: '2' }

/**
 * The controls of section 2 (etcd) of the CIS Kubernetes benchmark 1.5.1, and for those that no rule answers what is
 * left to do by hand.
 */
const BY_HAND: Record<string, string> = {
  '2.7':
    'etcd trusts a certificate authority of its own, another than that of the cluster: to be checked by hand',
}
const SECTION = ['2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7']

/** How many controls of the section the rules of this version answer. */
export type Automated = typeof FRAMEWORK & { answered: number; of: number }

/** A control, with the rule that answers it and how its verdicts came out; without a rule it is checked by hand. */
export type AuditControl = {
  control: string
  title: string
  automated: boolean
  ruleId?: string
  ruleVersion?: string
  severity?: Severity
  description?: string
  remediation?: string
  references?: string[]
  pass: number
  fail: number
  /** Of the failures. */
  waived: number
  error: number
  notApplicable: number
}

export const automatedOf = (rules: readonly Rule[]): Automated => {
  const answered = new Set(rules.map(controlOf))
  return {
    ...FRAMEWORK,
    ...{ answered: SECTION.filter((each) => answered.has(each)).length, of: SECTION.length },
  }
}

/** Every control of the section, and those that rules answer beside it; `only` restricts them. */
export const controlsOf = (
  rules: readonly Rule[],
  findings: AuditFinding[],
  only: string[] | undefined,
): AuditControl[] => {
  const answered = rules.map((rule) => ({ control: controlOf(rule), rule }))
  const byHand = SECTION.filter((each) => !answered.some(({ control }) => control === each))
  const verdicts = Map.groupBy(findings, ({ ruleId }) => ruleId)
  return [
    ...answered.map(({ control, rule }) => ofRule(control, rule, verdicts.get(rule.id) ?? [])),
    ...byHand.map(
      (control): AuditControl => ({
        ...{ control, title: BY_HAND[control] ?? 'no rule answers it', automated: false },
        ...{ pass: 0, fail: 0, waived: 0, error: 0, notApplicable: 0 },
      }),
    ),
  ]
    .filter(({ control }) => only?.includes(control) ?? true)
    .sort((a, b) => a.control.localeCompare(b.control, 'en', { numeric: true }))
}

const ofRule = (control: string, rule: Rule, verdicts: AuditFinding[]): AuditControl => {
  const count = (status: AuditFinding['status']) => verdicts.filter((each) => each.status === status).length
  return {
    ...{ control, title: rule.title, automated: true, ruleId: rule.id, ruleVersion: String(rule.version) },
    ...{ severity: rule.severity, description: rule.description },
    ...{ remediation: rule.remediation, references: rule.references },
    ...{ pass: count('PASS'), fail: count('FAIL') },
    waived: verdicts.filter(({ waived }) => waived).length,
    ...{ error: count('ERROR'), notApplicable: count('NOT_APPLICABLE') },
  }
}
