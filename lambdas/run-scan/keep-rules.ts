import { keepRules } from '../../shared/history/kept-rules.ts'
import type { Run } from './deps.ts'
import { retrying } from './steps.ts'

/**
 * Keeps the rules that this scan judges by, each id and version once, so that its verdicts can be judged again when a rule has
 * moved on. Returns what is wrong with them: such a rule judges all the same, since its evidence is worth more than silence.
 */
export const keepScanRules = async ({ ctx, deps, scan }: Run): Promise<string[]> => {
  const { store, rules } = deps
  const changed = await ctx.step('keep-rules', async () => keepRules(store, rules, scan.openedAt), retrying)
  return changed.map(({ ruleId, problem }) => `rule ${ruleId}: ${problem}`)
}
