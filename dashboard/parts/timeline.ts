import type { Transition } from '../../shared/findings/records.ts'
import { pathOf, pathWith } from '../ask.ts'
import { type Html, html } from '../html.ts'
import { statusBadge } from './badge.ts'
import { code, data } from './data.ts'
import { time } from './time.ts'

/** Every change of one finding, newest first. What was judged again later stands where that was done, and says so. */
export const timeline = (changes: Transition[], page: string, shown: string | undefined): Html => html`
<ol class="timeline" reversed>${changes
  .toReversed()
  .map((each) =>
    entry(each, page, shown !== undefined && each.scanId === shown && each.restates === undefined),
  )}</ol>`

const entry = (each: Transition, page: string, isShown: boolean): Html => html`
<li${isShown && html` aria-current="true"`}><p>${time(each.at)} ${became(each)} ${code(each.reason)}</p>
<p>${data(each.message, 500)}</p>
<p class="hint">${because(each)}${judgedWith(each)}${
  each.restates === undefined &&
  html`<a href="${pathOf('scans', each.scanId)}">scan</a>${
    each.evidenceHash !== undefined &&
    !isShown &&
    html` · <a href="${pathWith(page, { scan: each.scanId })}#evidence">evidence of then</a>`
  }`
}</p></li>`

const became = ({ from, to, closed }: Transition): Html => {
  if (closed !== undefined) return html`closed (${closed}); it was ${statusBadge(from ?? to)}`
  if (from === undefined) return html`first verdict: ${statusBadge(to)}`
  if (from === to) return html`still ${statusBadge(to)}, for another reason:`
  return html`from ${statusBadge(from)} to ${statusBadge(to)}`
}

/** What did not happen on the node. */
const because = ({ restates, cause }: Transition): Html | false => {
  if (restates !== undefined)
    return html`<strong>Restatement:</strong> the evidence of ${time(restates)}, judged again. `
  return (
    cause !== undefined &&
    html`<strong>Nothing changed on the node:</strong> a newer ${cause === 'engine' ? 'engine' : 'version of the rule'} judges the same facts otherwise. `
  )
}

const judgedWith = ({ engineVersion, ruleVersion }: Transition): Html | false =>
  engineVersion !== undefined && html`engine ${engineVersion}, rule version ${ruleVersion ?? 'unknown'} · `
