import type { Status } from '../findings/finding.ts'
import { reasons } from '../findings/reasons.ts'
import { loadRules } from './load.ts'

let doOf: Map<string, string> | undefined

/**
 * What to do about a verdict that is open, in a sentence or two: what its reason says, which is short and knows what
 * was found; else the first sentence of the rule's remediation. Reads them when it is first asked; undefined: neither
 * is known.
 */
export const fixFor = (ruleId: string, status: Status, reason: string): string | undefined => {
  doOf ??= new Map(reasons().map((each) => [each.code, each.do]))
  const known = doOf.get(reason)
  if (known !== undefined || status !== 'FAIL') return known
  const rule = loadRules().find(({ id }) => id === ruleId)
  return rule && firstSentence(rule.remediation)
}

/** Up to the first full stop or semicolon that ends a clause. */
const firstSentence = (text: string): string => `${text.split(/[.;]\s/, 1)[0]?.replace(/\.$/, '')}.`
