import type { ScanRecord } from '../../shared/findings/records.ts'
import { timeSpan } from '../../shared/report/time-span.ts'
import { pathOf } from '../ask.ts'
import { type Html, html } from '../html.ts'
import type { Page } from '../page.ts'
import { scanBadge } from '../parts/badge.ts'
import { quietCount } from '../parts/links.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { time } from '../parts/time.ts'
import type { ScansAnswer } from './answers.ts'

const PAGE = 50

/** The scans, newest first. */
export const scans: Page = async ({ ask, query, place }) => {
  const cursor = query.get('cursor') ?? undefined
  const found = await ask<ScansAnswer>('/v1/scans', { limit: PAGE, cursor })
  const number = (title: string) => ({ title, number: true })
  return {
    title: 'Scans',
    current: 'scans',
    body: html`<h1>Scans</h1>
<p class="soft">Only a closed scan of the whole fleet answers for the fleet. Those of single instances are told apart.</p>
${table({
  caption: cursor === undefined ? 'The newest first' : 'The newest first, continued',
  columns: [
    ...['Opened', 'Status', 'Of', 'Took'],
    ...['Assessed', 'FAIL', 'ERROR', 'Changes', 'Errors'].map(number),
  ],
  rows: found.scans.map((scan) => [
    html`<a href="${pathOf('scans', scan.scanId)}">${time(scan.openedAt)}</a>`,
    scanBadge(scan.status),
    scopeOf(scan),
    tookOf(scan),
    assessedOf(scan),
    scan.findings && (scan.findings.FAIL ?? 0),
    scan.findings && (scan.findings.ERROR ?? 0),
    scan.changes === undefined ? '' : quietCount(scan.changes),
    scan.targetErrors && errorsOf(scan.targetErrors.length),
  ]),
  empty: html`There has been no scan. The first one: <code>fleet-scanner scan ${place.options}</code>`,
})}
${pager('/scans', query, found.next)}`,
  }
}

export const scopeOf = ({ only }: ScanRecord): string => {
  if (only === undefined) return 'fleet'
  return only.length === 1 ? '1 instance' : `${only.length} instances`
}

/** How long it took; of seconds, since most do not take minutes. */
export const tookOf = ({ openedAt, closedAt }: ScanRecord): string => {
  if (closedAt === undefined) return ''
  const seconds = Math.round((Date.parse(closedAt) - Date.parse(openedAt)) / 1000)
  return seconds < 120 ? `${seconds} s` : timeSpan(seconds)
}

const errorsOf = (n: number): Html => (n === 0 ? quietCount(0) : html`<strong>${n}</strong>`)

const assessedOf = ({ coverage }: ScanRecord): Html | string => {
  if (!coverage) return ''
  const { assessed, total } = coverage
  return assessed === total ? `${assessed} of ${total}` : html`<strong>${assessed} of ${total}</strong>`
}
