import { pathOf } from '../ask.ts'
import { html } from '../html.ts'
import type { Page } from '../page.ts'
import { severityMark } from '../parts/badge.ts'
import { countLink, quietCount } from '../parts/links.ts'
import { table } from '../parts/table.ts'
import { cisControl, type RulesAnswer, type SummaryAnswer } from './answers.ts'

/** The rules, by control, with what is open of each. */
export const rules: Page = async ({ ask }) => {
  const [{ rules }, { fresh, byRule }] = await Promise.all([
    ask<RulesAnswer>('/v1/rules'),
    ask<SummaryAnswer>('/v1/summary'),
  ])
  const sorted = rules.toSorted((a, b) => cisControl(a).localeCompare(cisControl(b), 'en', { numeric: true }))
  return {
    title: 'Rules',
    current: 'rules',
    fresh,
    body: html`<h1>Rules</h1>
${table({
  caption: 'By control of the CIS Kubernetes benchmark, with what is open of each',
  columns: [
    ...['Control', 'What has to hold', 'Severity'],
    ...['FAIL', 'of it waived', 'ERROR'].map((title) => ({ title, number: true })),
  ],
  rows: sorted.map((rule) => {
    const { FAIL = 0, ERROR = 0, waived = 0 } = byRule[rule.id] ?? {}
    return [
      cisControl(rule),
      html`<a href="${pathOf('rules', rule.id)}">${rule.title}</a>`,
      severityMark(rule.severity),
      countLink(FAIL, { rule: rule.id, status: 'FAIL', waived: 1 }),
      quietCount(waived),
      countLink(ERROR, { rule: rule.id, status: 'ERROR' }),
    ]
  }),
  empty: 'There are no rules.',
})}`,
  }
}
