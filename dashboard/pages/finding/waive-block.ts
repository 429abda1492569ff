import type { StoredFinding } from '../../../shared/findings/records.ts'
import type { Waived } from '../../../shared/waivers/waived-findings.ts'
import { type Html, html } from '../../html.ts'
import type { Caller, PageRequest } from '../../page.ts'
import { shellWord } from '../../parts/commands.ts'
import { code, command } from '../../parts/data.ts'
import { type Tried, takeBackForm, waiveForm } from '../../parts/waive-form.ts'
import { isWaivable } from './answer.ts'

/** The form for a waiver, or what ends the one that holds; nothing where none can be had. */
export const waiveBlock = (
  shown: Waived<StoredFinding>,
  { formToken, place, now }: PageRequest,
  caller: Caller | undefined,
  tried: Tried,
): Html | false => {
  if (!isWaivable(shown)) return false
  if (!caller)
    return html`<section aria-labelledby="waive"><h2 id="waive">Waive</h2><p class="callout">Nothing can be waived here now: a waiver carries your name, and that was not to be had.</p></section>`
  const id = shown.waived?.id
  return html`<section aria-labelledby="waive"><h2 id="waive">Waive</h2>
${
  shown.waived && id !== undefined
    ? html`<p>A waiver holds already: ${code(id)}. To renew it, take it back first, or use <code>fleet-scanner waivers apply</code>.</p>
${takeBackForm(shown, id, formToken)}<p>The same as</p>${command(`fleet-scanner waivers remove ${place.options} ${shellWord(id) ?? id}`, 'remove')}`
    : html`<p>A waiver accepts this risk for a time, in your name. The finding stays FAIL; it is counted as waived, and digests do not list it as failing.</p>${waiveForm(shown, caller, tried, formToken, now)}`
}</section>`
}
