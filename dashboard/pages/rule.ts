import { ApiProblem, pathOf } from '../ask.ts'
import { type Html, html } from '../html.ts'
import type { Page } from '../page.ts'
import { severityMark } from '../parts/badge.ts'
import { countLink } from '../parts/links.ts'
import { prose } from '../parts/prose.ts'
import { table } from '../parts/table.ts'
import { cisControl, type RulesAnswer, type SummaryAnswer } from './answers.ts'

/** One rule: what is open of it, why it matters, what to do. */
export const rule: Page = async ({ ask, params }) => {
  const { id = '' } = params
  const [{ rules }, { fresh, byRule }] = await Promise.all([
    ask<RulesAnswer>(`/v1${pathOf('rules', id)}`),
    ask<SummaryAnswer>('/v1/summary'),
  ])
  const [found] = rules
  if (!found) throw new ApiProblem(404, 'There is no such rule')
  const { FAIL = 0, ERROR = 0, waived = 0 } = byRule[found.id] ?? {}
  const said: [words: string, text: string][] = [
    ['Why it matters', found.rationale],
    ['What to do', found.remediation],
    ['What that does', found.impact],
    ['What holds where nothing is set', found.defaultValue],
  ]
  return {
    title: found.title,
    current: 'rules',
    fresh,
    body: html`<h1>${cisControl(found)} ${found.title}</h1>
<p class="soft"><code>${found.id}</code>, version ${found.version}, severity ${severityMark(found.severity)}</p>
<div class="lead">${prose(found.description)}</div>
<ul class="figures">
<li><b class="${FAIL > 0 ? 'fail' : ''}">${countLink(FAIL, { rule: found.id, status: 'FAIL', waived: 1 })}</b> fail${waived > 0 && `, ${waived} waived`}</li>
<li><b class="${ERROR > 0 ? 'error' : ''}">${countLink(ERROR, { rule: found.id, status: 'ERROR' })}</b> undecided</li>
</ul>
${said.map(([words, text]) => html`<h2>${words}</h2>${prose(text)}`)}
<h2>Controls</h2>
${table({
  caption: 'What the rule answers in benchmarks',
  quiet: true,
  columns: ['Control', 'Framework', 'Version', 'Title'],
  rows: found.controls.map(({ framework, version, control, title }) => [control, framework, version, title]),
  empty: 'None.',
})}
<h2>References</h2>
<ul>${found.references.map(reference)}</ul>`,
  }
}

/** Leads out of the dashboard, and tells nobody where it came from. */
const reference = (url: string): Html =>
  /^https:\/\//.test(url)
    ? html`<li><a href="${url}" rel="external noreferrer noopener">${url}</a></li>`
    : html`<li>${url}</li>`
