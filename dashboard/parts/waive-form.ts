import type { StoredFinding } from '../../shared/findings/records.ts'
import { DAY_MS } from '../../shared/waivers/waiver.ts'
import { type Html, html, NOTHING } from '../html.ts'
import type { Caller } from '../page.ts'
import { data } from './data.ts'

/** What of a waiver is asked for by the form; each is a field, and may be wrong. */
export type WaiveField = 'scope' | 'reason' | 'ticket' | 'approvedBy' | 'until'
export type WaiveErrors = Partial<Record<WaiveField | 'form', string>>

/** A form as it was sent, and what is wrong with it. */
export type Tried = { form: Record<string, string>; errors: WaiveErrors }

const LABELS: Record<WaiveField, string> = {
  scope: 'Where it holds',
  reason: 'Reason',
  ticket: 'Ticket',
  approvedBy: 'Approved by',
  until: 'Last day',
}

/** The form that asks for a waiver of one finding. What was typed is kept. */
export const waiveForm = (
  finding: StoredFinding,
  caller: Caller,
  { form, errors }: Tried,
  formToken: string,
  now: string,
): Html => {
  const { account, region, instanceId, ruleId, cluster } = finding
  const { policy, who } = caller
  const typed = (name: WaiveField) => form[name] ?? ''
  const described = (name: WaiveField, hint: boolean) => {
    const ids = [
      ...(hint ? [`w-${name}-hint`] : []),
      ...(errors[name] === undefined ? [] : [`w-${name}-error`]),
    ]
    return html`${ids.length > 0 && html` aria-describedby="${ids.join(' ')}"`}${errors[name] !== undefined && html` aria-invalid="true"`}`
  }
  const problem = (name: WaiveField) =>
    errors[name] !== undefined &&
    html`<p class="field-error" id="w-${name}-error">${data(errors[name], 500)}</p>`
  const scope = typed('scope') === 'cluster' ? 'cluster' : 'instance'
  const isApproved = policy?.approval === 'required'
  return html`<form action="/waivers" method="post" novalidate>
<input type="hidden" name="token" value="${formToken}">
<input type="hidden" name="account" value="${account}"><input type="hidden" name="region" value="${region}">
<input type="hidden" name="instance" value="${instanceId}"><input type="hidden" name="rule" value="${ruleId}">
<fieldset class="field"${described('scope', false)} id="w-scope"><legend>${LABELS.scope}</legend>${problem('scope')}
<label class="choice"><input type="radio" name="scope" value="instance"${scope === 'instance' && html` checked`}> this instance</label>
${cluster !== undefined && html`<label class="choice"><input type="radio" name="scope" value="cluster"${scope === 'cluster' && html` checked`}> every instance of ${data(cluster, 80)}, also later ones</label>`}
</fieldset>
<div class="field"><label for="w-reason">${LABELS.reason}</label>${problem('reason')}
<input id="w-reason" name="reason" maxlength="500" required value="${typed('reason')}"${described('reason', false)}></div>
<div class="field"><label for="w-ticket">${LABELS.ticket}</label>${problem('ticket')}
<input id="w-ticket" name="ticket" maxlength="200" required value="${typed('ticket')}"${described('ticket', false)}></div>
<div class="field"><label for="w-until">${LABELS.until}</label>
<p class="hint" id="w-until-hint">UTC${policy && html`; within ${policy.maxDays} days, by ${dayAfter(now, policy.maxDays)}`}.</p>${problem('until')}
<input id="w-until" name="until" type="date" required min="${dayAfter(now, 0)}"${policy && html` max="${dayAfter(now, policy.maxDays)}"`} value="${typed('until')}"${described('until', true)}></div>
<div class="field"><label for="w-approvedBy">${LABELS.approvedBy}${!isApproved && ' (may be left empty)'}</label>
<p class="hint" id="w-approvedBy-hint">Another person than you${isApproved && '; the configuration demands it'}.</p>${problem('approvedBy')}
<input id="w-approvedBy" name="approvedBy" maxlength="200"${isApproved && html` required`} value="${typed('approvedBy')}"${described('approvedBy', true)}></div>
<p>It is asked for in the name of ${data(who, 300)}.</p>
<p><button class="primary">Waive</button></p>
</form>`
}

const dayAfter = (now: string, days: number): string =>
  new Date(Date.parse(`${now.slice(0, 10)}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** What is wrong with the form, with links to its fields; at the top of the page. */
export const waiveProblems = ({ errors }: Tried): Html => {
  const entries = Object.entries(errors)
  if (entries.length === 0) return NOTHING
  return html`<div class="callout error" role="alert" tabindex="-1" id="problems"><p>Nothing is waived:</p><ul>${entries.map(
    ([field, words]) =>
      field === 'form'
        ? html`<li>${data(words, 500)}</li>`
        : html`<li><a href="#w-${field}">${LABELS[field as WaiveField]}</a>: ${data(words, 500)}</li>`,
  )}</ul></div>`
}

/** The button that ends a waiver. */
export const takeBackForm = (finding: StoredFinding, id: string, formToken: string): Html => {
  const { account, region, instanceId, ruleId } = finding
  return html`<form action="/waivers/take-back" method="post">
<input type="hidden" name="token" value="${formToken}"><input type="hidden" name="id" value="${id}">
<input type="hidden" name="account" value="${account}"><input type="hidden" name="region" value="${region}">
<input type="hidden" name="instance" value="${instanceId}"><input type="hidden" name="rule" value="${ruleId}">
<p><button>Take this waiver back</button></p></form>`
}
