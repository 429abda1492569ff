import { trendChart } from '../chart/trend.ts'
import { type Html, html, NOTHING } from '../html.ts'
import type { Page } from '../page.ts'
import { following } from '../parts/following.ts'
import { findingsPath, scanLink } from '../parts/links.ts'
import type {
  ChangesAnswer,
  InstancesAnswer,
  PostureAnswer,
  ScanAnswer,
  ScansAnswer,
  SummaryAnswer,
} from './answers.ts'
import { headline } from './overview/headline.ts'
import { byCluster, bySeverity, changesTable, notAssessedTable, overdueTable } from './overview/tables.ts'

/** Days that the chart may show. */
const RANGES = [30, 90, 365]
const MOST_CHANGES = 10
const MOST_MISSED = 10
const MISSED = ['unreachable', 'unmanaged']

/** Whether any etcd is open, by what scan, and what to look at first. */
export const overview: Page = async ({ ask, query, place, now }) => {
  const days = RANGES.find((each) => String(each) === query.get('days')) ?? 30
  const [summary, posture, week, missed, { scans }] = await Promise.all([
    ask<SummaryAnswer>('/v1/summary'),
    ask<PostureAnswer>('/v1/posture', { from: `${days}d` }),
    ask<ChangesAnswer>('/v1/changes', { from: '7d', limit: MOST_CHANGES }),
    ask<InstancesAnswer>('/v1/instances', { state: MISSED, limit: MOST_MISSED }),
    ask<ScansAnswer>('/v1/scans', { limit: 20 }),
  ])
  const { fresh } = summary
  const { overdue } = summary
  const running = scans[0]?.status === 'open' ? scans[0] : undefined
  const progress =
    running && (await ask<ScanAnswer>(`/v1/scans/${encodeURIComponent(running.scanId)}`)).progress
  const { words, doubts, kind } = headline(
    fresh,
    summary,
    scans.find(({ scanId }) => scanId === fresh.scan?.scanId)?.targetErrors,
  )
  return {
    title: 'Overview',
    current: 'overview',
    fresh,
    body: html`<h1>Is any etcd open?</h1>
<div class="answer"><p>${words}</p>
${doubts.length > 0 && html`<p class="doubts">${kind === 'fail' ? 'There may be more: ' : ''}${doubts.map((each) => html`${each} `)}</p>`}</div>
${running && progress && html`<div class="callout"><p>A scan is running: ${scanLink(running.scanId)}</p>${following(running, progress, now, '/')}</div>`}
${fresh.scan ? figures(summary, fresh.scan.coverage) : NOTHING}
<section aria-labelledby="trend"><h2 id="trend">Trend</h2>
<nav class="ranges" aria-label="Days of the trend"><ul class="chips">${RANGES.map((each) => range(each, days))}</ul></nav>
${trendChart(posture.rows)}</section>
<div class="columns">
<section aria-labelledby="by-severity"><h2 id="by-severity">Open by severity</h2>${bySeverity(summary)}</section>
<section aria-labelledby="by-cluster"><h2 id="by-cluster">Open by cluster</h2>${byCluster(summary)}</section>
</div>
${
  overdue.count > 0 &&
  html`<section aria-labelledby="overdue"><h2 id="overdue">Open for longer than allowed</h2>${overdueTable(overdue.first)}
${overdue.count > overdue.first.length && html`<p class="more">All of them: <code>fleet-scanner open ${place.options} --beyond-sla</code></p>`}</section>`
}
<section aria-labelledby="lately"><h2 id="lately">What changed in seven days</h2>${changesTable(week.changes)}
${week.next !== undefined && html`<p class="more">There is more: <a href="${findingsPath({ since: '7d' })}">every finding whose status is of these days</a>.</p>`}</section>
<section aria-labelledby="not-assessed"><h2 id="not-assessed">Not assessed</h2>${notAssessedTable(missed.instances)}
${missed.next !== undefined && html`<p class="more">There are more: <a href="/instances?state=${MISSED.join(',')}">every instance that was not assessed</a>.</p>`}</section>`,
  }
}

const range = (days: number, current: number): Html =>
  html`<li><a class="chip" href="/?days=${days}#trend"${days === current && html` aria-current="true"`}>${days} days</a></li>`

const figures = (
  { total, overdue: { count: late } }: SummaryAnswer,
  { assessed, total: all }: { assessed: number; total: number } = { assessed: 0, total: 0 },
): Html => {
  const figure = (value: Html | string, words: Html | string, kind = '') =>
    html`<li><b class="${kind}">${value}</b> ${words}</li>`
  return html`<ul class="figures">
${figure(String(total.FAIL), html`<a href="${findingsPath({ status: 'FAIL', waived: 1 })}">fail</a>${total.waived > 0 && `, ${total.waived} waived`}`, total.FAIL > 0 ? 'fail' : '')}
${figure(String(total.ERROR), html`<a href="${findingsPath({ status: 'ERROR' })}">undecided</a>`, total.ERROR > 0 ? 'error' : '')}
${figure(String(late), late > 0 ? html`<a href="#overdue">overdue</a>` : 'overdue', late > 0 ? 'fail' : '')}
${figure(`${assessed} of ${all}`, html`<a href="/instances">instances</a> assessed`, assessed < all ? 'error' : '')}
</ul>`
}
