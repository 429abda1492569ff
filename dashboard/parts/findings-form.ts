import type { Rule } from '../../shared/rules/rule.ts'
import type { ApiProblem } from '../ask.ts'
import { type Html, html, NOTHING } from '../html.ts'
import { data } from './data.ts'
import {
  type FindingsQuery,
  findingsHref,
  LISTS,
  type ListName,
  SEVERITIES,
  type SORTS,
  STATUSES,
} from './findings-query.ts'

/** The filters as a form. It asks by GET: what it asks for stands in the address, which can be passed on. */
export const findingsForm = (asked: FindingsQuery, rules: readonly Rule[], problems: Wrong[]): Html => {
  const invalid = (name: string) =>
    problems.some(({ field }) => field === name) && html` aria-invalid="true" aria-describedby="problems"`
  const text = (name: 'cluster' | 'account' | 'region' | 'instance', label: string, value: string[]) =>
    html`<div><label for="f-${name}">${label}</label><input id="f-${name}" name="${name}" value="${value.join(', ')}"${invalid(name)}></div>`
  return html`<form action="/findings" method="get" role="search" aria-label="Findings">
<div class="filters">
<div><label for="f-q">Text</label><input id="f-q" name="q" type="search" maxlength="200" value="${asked.q}"></div>
${boxes('Status', 'status', STATUSES, asked.status)}
${boxes('Severity', 'severity', SEVERITIES, asked.severity)}
<div><label for="f-rule">Rule</label><select id="f-rule" name="rule"${invalid('rule')}>
<option value="">any</option>${ruleOptions(rules, asked.rule)}</select></div>
${text('cluster', 'Cluster', asked.cluster)}
${text('instance', 'Instance', asked.instance)}
${text('account', 'Account', asked.account)}
${text('region', 'Region', asked.region)}
<div><label for="f-since">Since</label><input id="f-since" name="since" value="${asked.since}" placeholder="7d or 2026-01-31"${invalid('since')}></div>
<div><label for="f-sort">Order</label><select id="f-sort" name="sort">${sortOptions(asked)}</select></div>
<div><label class="choice"><input type="checkbox" name="waived" value="1"${asked.waived && html` checked`}> Waived too</label></div>
<div>${asked.control.map((each) => html`<input type="hidden" name="control" value="${each}">`)}<button class="primary">Show</button> <a class="button" href="/findings">Clear</a></div>
</div>
<p class="hint">Several values of one field: with commas. Text is looked for in instance, cluster, rule, reason and message.</p>
</form>`
}

const boxes = (legend: string, name: string, known: readonly string[], chosen: string[]): Html =>
  html`<fieldset class="choices"><legend>${legend}</legend>${known.map(
    (each) =>
      html`<label class="choice"><input type="checkbox" name="${name}" value="${each}"${chosen.includes(each) && html` checked`}> ${each === 'NOT_APPLICABLE' ? 'N/A' : each}</label> `,
  )}</fieldset>`

/** Several rules, which only an address can ask for, are one choice. */
const ruleOptions = (rules: readonly Rule[], chosen: string[]): Html[] => {
  const known = rules.map(({ id }) => id)
  const value = chosen.join(',')
  const more = chosen.length > 0 && !known.includes(value) ? [value] : []
  return [...known, ...more].map(
    (each) =>
      html`<option value="${each}"${each === value && html` selected`}>${each.replaceAll(',', ', ')}</option>`,
  )
}

const SORT_WORDS: [value: string, words: string][] = [
  ['', 'worst first'],
  ['-severity', 'most severe first'],
  ['severity', 'least severe first'],
  ['since', 'oldest first'],
  ['-since', 'newest first'],
  ['instance', 'instance, A to Z'],
  ['-instance', 'instance, Z to A'],
  ['cluster', 'cluster, A to Z'],
  ['-cluster', 'cluster, Z to A'],
]

const sortOptions = ({ sort }: FindingsQuery): Html[] => {
  const chosen = sort ? `${sort.descending ? '-' : ''}${sort.by}` : ''
  return SORT_WORDS.map(
    ([value, words]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`,
  )
}

/** What the list is narrowed to, each with a link that takes it away. */
export const chips = (asked: FindingsQuery): Html => {
  const links = [
    ...(asked.q === '' ? [] : [chip('text', asked.q, findingsHref(asked, { q: '' }))]),
    ...LISTS.flatMap((name) => asked[name].map((value) => chip(name, value, without(asked, name, value)))),
    ...(asked.since === '' ? [] : [chip('since', asked.since, findingsHref(asked, { since: '' }))]),
    ...(asked.waived ? [chip('waived', 'shown too', findingsHref(asked, { waived: false }))] : []),
  ]
  return links.length > 0 ? html`<ul class="chips" aria-label="Filters in use">${links}</ul>` : NOTHING
}

const without = (asked: FindingsQuery, name: ListName, value: string): string =>
  findingsHref(asked, { [name]: asked[name].filter((each) => each !== value) })

const chip = (name: string, value: string, href: string): Html =>
  html`<li><a class="chip" href="${href}">${name}: ${data(value, 60)} <span aria-hidden="true">×</span><span class="quiet"> (take this filter away)</span></a></li>`

/** A heading of a column that sorts by it; where it does already, the other way round. */
export const sortLink = (asked: FindingsQuery, by: (typeof SORTS)[number], words: string): Html => {
  const { sort } = asked
  // What is most severe or newest is looked for first.
  const usual = by === 'severity' || by === 'since'
  const descending = sort?.by === by ? !sort.descending : usual
  return html`<a href="${findingsHref(asked, { sort: { by, descending } })}">${words}</a>`
}

/** What is wrong with a question; without a field it is about the whole. */
export type Wrong = { field?: string; words: string }

export const problemsIn = ({ parameters, details, title }: ApiProblem): Wrong[] =>
  parameters.length > 0
    ? parameters.map(({ parameter, problem }) => ({ field: parameter, words: problem }))
    : [{ words: details.join('; ') || title }]

/** What is wrong with the question, with links to the fields. */
export const problemSummary = (problems: Wrong[]): Html =>
  problems.length === 0
    ? NOTHING
    : html`<div class="callout error" id="problems" role="alert" tabindex="-1"><p>This cannot be asked:</p><ul>${problems.map(
        ({ field, words }) =>
          html`<li>${field !== undefined && (FIELDS.has(field) ? html`<a href="#f-${field}">${field}</a> ` : `${field} `)}${data(words, 300)}</li>`,
      )}</ul></div>`

const FIELDS = new Set(['rule', 'cluster', 'instance', 'account', 'region', 'since'])
