import { type Rule, ruleSchema } from '../rules/rule.ts'
import type { KeptRule } from '../store/store.ts'
import { decidingHash, versionName } from './kept-rules.ts'

/** What judging reads of a rule; the rest are texts for people, which an older release may have had otherwise. */
const judgedBy = ruleSchema
  .pick({
    ...{ id: true, version: true, facts: true, assert: true, reasons: true },
    ...{ says: true, severity: true, controls: true },
  })
  .loose()

/** A version of a rule, or in words why there is none to judge by. */
export type RuleBook = (ruleId: string, version: string) => Rule | string

/** Every version of a rule that can be judged by: those that were kept, and today's, for what was judged before any was kept. */
export const ruleBook = (kept: readonly KeptRule[], rules: readonly Rule[]): RuleBook => {
  const book = new Map<string, Rule | string>(
    rules.map((rule) => [versionName(rule.id, String(rule.version)), rule]),
  )
  for (const each of kept) {
    const name = versionName(each.ruleId, each.version)
    const [today, read] = [book.get(name), readKept(each)]
    // The same rule is one object, so that it judges a piece of evidence once.
    const isSame = typeof today === 'object' && typeof read === 'object' && decidingHash(today) === each.hash
    if (!isSame) book.set(name, read)
  }
  return (ruleId, version) =>
    book.get(versionName(ruleId, version)) ??
    `neither the table nor this release has version ${version} of the rule that it was judged by`
}

const readKept = ({ ruleId, version, hash, rule }: KeptRule): Rule | string => {
  const read = judgedBy.safeParse(rule)
  if (!read.success) return `version ${version} of the rule is kept in a form that this release does not read`
  // Texts that are missing or others are of no concern to judging, which reads what is checked here.
  const found = read.data as unknown as Rule
  if (found.id !== ruleId || String(found.version) !== version || decidingHash(found) !== hash)
    return `version ${version} of the rule, as it is kept, does not match its hash: it was altered`
  return found
}
