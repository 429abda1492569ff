import { createHash } from 'node:crypto'
import type { Rule } from '../rules/rule.ts'
import type { KeptRule, Store } from '../store/store.ts'

/** A version of a rule that is not what it was, and why, in words. */
export type RuleProblem = { ruleId: string; version: string; problem: string }

/**
 * SHA-256, in hex, of what of a rule decides status and reason: which settings it needs to know, its conditions in their
 * order, and its reason codes. Texts, severity and controls may change without a new version.
 */
export const decidingHash = ({ id, version, facts, assert, reasons }: Rule): string => {
  const conditions = assert.all.map(({ says: _, ...deciding }) => sorted(deciding))
  const { pass, fail } = reasons
  const deciding = { id, version, facts: facts.toSorted(), conditions, reasons: { pass, fail } }
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex')
}

/** The rule as it is kept in the table. `at` is ISO 8601. */
export const keptRule = (rule: Rule, at: string): KeptRule => ({
  ...{ ruleId: rule.id, version: String(rule.version), hash: decidingHash(rule), rule, keptAt: at },
})

/** Keeps the rules that verdicts are given by, and tells which of them are kept with another content. May be repeated. */
export const keepRules = async (
  store: Pick<Store, 'keepRules'>,
  rules: readonly Rule[],
  at: string,
): Promise<RuleProblem[]> =>
  changedRules(await store.keepRules(rules.map((rule) => keptRule(rule, at))), rules)

/** Rules of which another content is kept under the same version: their verdicts of then and of now do not compare. */
export const changedRules = (kept: readonly KeptRule[], rules: readonly Rule[]): RuleProblem[] => {
  const hashes = new Map(kept.map(({ ruleId, version, hash }) => [versionName(ruleId, version), hash]))
  return rules.flatMap((rule) => {
    const version = String(rule.version)
    const hash = hashes.get(versionName(rule.id, version))
    if (hash === undefined || hash === decidingHash(rule)) return []
    const problem = `version ${version} is kept with other content than this release has: the rule was changed without a new version`
    return [{ ruleId: rule.id, version, problem }]
  })
}

/** Names a version of a rule. */
export const versionName = (ruleId: string, version: string): string => `${ruleId}#${version}`

const sorted = (condition: object): object =>
  Object.fromEntries(Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1)))
