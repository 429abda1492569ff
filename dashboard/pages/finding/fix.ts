import type { StoredFinding } from '../../../shared/findings/records.ts'
import { fixFor } from '../../../shared/rules/fix.ts'
import { type Html, html } from '../../html.ts'
import type { PageRequest } from '../../page.ts'
import { aboutCommand } from '../../parts/commands.ts'
import { command } from '../../parts/data.ts'
import { prose } from '../../parts/prose.ts'

/** What to do about what is open, as the command line says it. */
export const fix = (shown: StoredFinding, { rules, place }: PageRequest): Html | false => {
  if (shown.status === 'PASS' || shown.status === 'NOT_APPLICABLE') return false
  const rule = rules.find(({ id }) => id === shown.ruleId)
  const first = fixFor(shown.ruleId, shown.status, shown.reason)
  const scan = aboutCommand('scan', place.options, shown, undefined)
  return html`<section aria-labelledby="fix"><h2 id="fix">What to do</h2>
${first !== undefined && html`<p>${first}</p>`}
${rule && shown.status === 'FAIL' && html`<details><summary>The whole remediation of the rule</summary>${prose(rule.remediation)}${prose(rule.impact)}</details>`}
${scan !== undefined && html`<p>Then look at the instance again:</p>${command(scan, 'scan-again')}`}</section>`
}
