import { ApiProblem, pathOf } from '../ask.ts'
import { type Html, html, NOTHING } from '../html.ts'
import type { Page } from '../page.ts'
import { severityMark, statusBadge } from '../parts/badge.ts'
import { data } from '../parts/data.ts'
import { chips, findingsForm, problemSummary, problemsIn, sortLink } from '../parts/findings-form.ts'
import { type FindingsQuery, findingsHref, readFindingsQuery } from '../parts/findings-query.ts'
import { MOST_READ, type Row, type Rows, readRows } from '../parts/findings-rows.ts'
import { type Cell, type Column, table } from '../parts/table.ts'
import { day } from '../parts/time.ts'

/** The list of findings: as the address asks for it. */
export const findings: Page = async ({ ask, query, rules }) => {
  const asked = readFindingsQuery(query)
  const found = await readRows(ask, asked).catch((error: unknown) => {
    // A question that cannot be asked is mended where it was asked.
    if (error instanceof ApiProblem && error.status === 400) return error
    throw error
  })
  const problems = found instanceof ApiProblem ? problemsIn(found) : []
  const body = html`<h1>Findings</h1>
${problemSummary(problems)}
${findingsForm(asked, rules, problems)}
${chips(asked)}
${found instanceof ApiProblem ? NOTHING : list(asked, found)}`
  return {
    ...{ title: 'Findings', current: 'findings', body },
    ...(found instanceof ApiProblem ? { status: 400 } : { fresh: found.fresh }),
  }
}

const list = (asked: FindingsQuery, found: Rows): Html => html`<p>${countLine(asked, found)}</p>
${table({
  caption: 'Findings',
  quiet: true,
  columns: columnsOf(asked),
  rows: found.rows.map((row) => cells(row, placesOf(found.rows))),
  empty: whyEmpty(asked, found),
})}
${pages(asked, found)}`

/** How many there are, as far as that is known, and what is not among them. */
const countLine = (asked: FindingsQuery, { rows, total, first, hidden, isCut, next }: Rows): Html => {
  const range =
    total === undefined || first === undefined
      ? html`${rows.length} on this page${next ? '; more follow' : '; these are the last'}`
      : total > rows.length && rows.length > 0
        ? html`${first + 1} to ${first + rows.length} of ${counted(total)}`
        : html`${counted(total)}`
  return html`${range}. ${
    hidden > 0 &&
    html`${hidden === 1 ? '1 that is waived is' : `${hidden} that are waived are`} left out${total === undefined && ' here'} (<a href="${findingsHref(asked, { waived: true })}">show ${hidden === 1 ? 'it' : 'them'}</a>). `
  }${
    isCut &&
    html`<strong>Only the first ${MOST_READ} that fit the filters were looked at, worst first;</strong> narrow the filters to be sure. `
  }`
}

const counted = (n: number): string => (n === 1 ? '1 finding' : `${n} findings`)

const whyEmpty = (asked: FindingsQuery, { fresh, hidden, next, isCut, total = 0 }: Rows): Html => {
  if (total > 0) return html`There is no such page; <a href="${findingsHref(asked)}">begin at the first</a>.`
  if (!fresh.scan) return html`No scan of the whole fleet has ended yet, so there is nothing to show.`
  if (next) return html`None of these are shown; look at the next page.`
  if (hidden > 0) return html`Everything that fits here is waived.`
  if (isCut) return html`Nothing of what was looked at fits.`
  return isNarrowed(asked)
    ? html`Nothing fits these filters. <a href="/findings">Show all findings</a>.`
    : html`The fleet has no findings: no instance was assessed. <a href="/instances">Look at the instances</a>.`
}

const isNarrowed = (asked: FindingsQuery): boolean =>
  findingsHref({ ...asked, waived: false }) !== '/findings'

const columnsOf = (asked: FindingsQuery): (Column | string)[] => {
  const sortable = (by: Parameters<typeof sortLink>[1], words: string): Column => ({
    title: sortLink(asked, by, words),
    ...(asked.sort?.by === by && { sorted: asked.sort.descending ? 'descending' : 'ascending' }),
  })
  const worst = html`<a href="${findingsHref(asked, { sort: undefined })}">Status</a>`
  return [
    sortable('instance', 'Instance'),
    { title: worst, ...(asked.sort === undefined && { sorted: 'descending' as const }) },
    sortable('severity', 'Severity'),
    'Rule',
    sortable('cluster', 'Cluster'),
    sortable('since', 'Since'),
    'What was found',
  ]
}

type Places = { accounts: boolean; regions: boolean }

/** Account and region are named where there are several. */
const placesOf = (rows: Row[]): Places => ({
  accounts: new Set(rows.map(({ account }) => account)).size > 1,
  regions: new Set(rows.map(({ region }) => region)).size > 1,
})

const cells = (row: Row, { accounts, regions }: Places): Cell[] => {
  const { account, region, instanceId, ruleId, status, severity, cluster, since, message, waived } = row
  const place = [...(accounts ? [account] : []), ...(regions ? [region] : [])].join(', ')
  return [
    html`<a href="${pathOf('findings', account, region, instanceId, ruleId)}">${data(instanceId, 80)}</a>${place !== '' && html`<br><span class="note">${place}</span>`}`,
    statusBadge(status, { waived: waived !== undefined, stale: row.coverage !== 'assessed' }),
    severityMark(severity),
    ruleId,
    cluster === undefined ? '' : data(cluster, 80),
    day(since),
    data(message, 200),
  ]
}

const pages = (asked: FindingsQuery, { first = 0, next }: Rows): Html => {
  const isFirst = asked.cursor === undefined && first === 0
  if (isFirst && !next) return NOTHING
  const before = asked.page - 1
  return html`<nav class="pager" aria-label="Pages">
${!isFirst && html`<a href="${findingsHref(asked)}">First page</a>`}
${first > 0 && before > 1 && html`<a rel="prev" href="${findingsHref(asked, { page: before })}">Previous page</a>`}
${next && html`<a rel="next" href="${findingsHref(asked, next)}">Next page</a>`}
</nav>`
}
