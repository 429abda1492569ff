import type { CoverageState } from '../../shared/findings/coverage.ts'
import type { ScanRecord } from '../../shared/findings/records.ts'
import { pathOf, pathWith } from '../ask.ts'
import { type Html, html } from '../html.ts'
import type { Page, PageRequest } from '../page.ts'
import { scanBadge } from '../parts/badge.ts'
import { following } from '../parts/following.ts'
import { table } from '../parts/table.ts'
import { timeAgo } from '../parts/time.ts'
import type { ChangesAnswer, InstancesAnswer, ScanAnswer, TargetSeen } from './answers.ts'
import { changesTable, notAssessedTable } from './overview/tables.ts'
import { scopeOf, tookOf } from './scans.ts'

const MOST = 100
const STATES: CoverageState[] = [
  'assessed',
  'unreachable',
  'unmanaged',
  'stopped',
  'excluded',
  'left-scope',
  'retired',
]
const MISSED: CoverageState[] = ['unreachable', 'unmanaged']

/** One scan: how far it is or how it ended, each target, whom it did not assess, what it changed. */
export const scan: Page = async ({ ask, params, now }) => {
  const { scanId = '' } = params
  const here = pathOf('scans', scanId)
  const { scan, progress, targets } = await ask<ScanAnswer>(`/v1${here}`)
  const [missed, changes] = await Promise.all([missedBy(scan, ask), changesIn(scan, ask)])
  return {
    title: `Scan of ${scan.openedAt.slice(0, 16).replace('T', ' ')}`,
    current: 'scans',
    body: html`<h1>Scan ${scan.scanId} ${scanBadge(scan.status)}</h1>
${scan.status === 'open' && html`<div class="callout">${following(scan, progress, now, here)}</div>`}
${facts(scan, now)}
${(scan.targetErrors ?? []).length > 0 && html`<div class="callout error"><p>Not everything could be looked at:</p><ul>${(scan.targetErrors ?? []).slice(0, MOST).map((each) => html`<li>${each}</li>`)}</ul></div>`}
<section aria-labelledby="targets"><h2 id="targets">Targets</h2>${targetsTable(targets)}
${targets.length > MOST && html`<p class="more">The first ${MOST} of ${targets.length} are shown.</p>`}
${(scan.emptyTargets ?? []).length > 0 && html`<p class="hint">No instance carries the tags in ${(scan.emptyTargets ?? []).slice(0, MOST).join(', ')}.</p>`}</section>
${
  missed &&
  html`<section aria-labelledby="missed"><h2 id="missed">Not assessed</h2>${notAssessedTable(missed.instances)}
${missed.next !== undefined && allMissed(scan)}</section>`
}
${
  changes &&
  html`<section aria-labelledby="changes"><h2 id="changes">What it changed</h2>${changesTable(changes.changes, 'Nothing changed.')}
${changes.next !== undefined && html`<p class="more">The first ${MOST} are shown.</p>`}</section>`
}`,
  }
}

/** The page of instances is about the newest scan; of an older one the API knows all. */
const allMissed = ({ closedAt }: ScanRecord): Html =>
  html`<p class="more">The first ${MOST} are shown; <a href="${pathWith('/v1/instances', { state: MISSED, at: closedAt, limit: 1000 })}">more of them as JSON</a>.</p>`

/** Of a closed scan of the whole fleet alone: a moment is answered by such a scan. */
const missedBy = async (
  { status, only, closedAt }: ScanRecord,
  ask: PageRequest['ask'],
): Promise<InstancesAnswer | undefined> =>
  status === 'closed' && only === undefined && closedAt !== undefined
    ? ask<InstancesAnswer>('/v1/instances', { state: MISSED, at: closedAt, limit: MOST })
    : undefined

/** Changes are recorded while a scan runs, and no two run at once. */
const changesIn = async (
  { openedAt, closedAt }: ScanRecord,
  ask: PageRequest['ask'],
): Promise<ChangesAnswer | undefined> =>
  closedAt === undefined || closedAt <= openedAt
    ? undefined
    : ask<ChangesAnswer>('/v1/changes', { from: openedAt, to: closedAt, limit: MOST })

const facts = (scan: ScanRecord, now: string): Html => {
  const { coverage, findings, digest } = scan
  const row = (words: string, value: Html | string | undefined) =>
    value !== undefined && value !== '' && html`<dt>${words}</dt><dd>${value}</dd>`
  return html`<dl>
${row('Opened', timeAgo(scan.openedAt, now))}
${row('Took', tookOf(scan))}
${row('Started by', scan.trigger === 'schedule' ? 'the schedule' : 'a person')}
${row('Of', scan.only ? scan.only.join(', ') : scopeOf(scan))}
${row('Assessed', coverage && `${coverage.assessed} of ${coverage.total} instances`)}
${row(
  'Findings then',
  findings &&
    Object.entries(findings)
      .map(([status, n]) => `${n} ${status}`)
      .join(', '),
)}
${row('Digest', digest === undefined ? undefined : DIGEST[digest])}
${row('Engine', scan.engineVersion)}
</dl>`
}

const DIGEST = {
  none: 'none: nothing was to be told',
  frozen: 'made, and not sent yet',
  published: 'sent',
}

const targetsTable = (targets: TargetSeen[]): Html => {
  const states = STATES.filter((state) => targets.some(({ byState }) => (byState[state] ?? 0) > 0))
  return table({
    caption: 'Instances of which something is recorded, by state',
    columns: ['Account', 'Region', ...['instances', ...states].map((title) => ({ title, number: true }))],
    rows: targets
      .slice(0, MOST)
      .map(({ account, region, instances, byState }) => [
        account,
        region,
        instances,
        ...states.map((state) => byState[state] ?? 0),
      ]),
    empty: 'Nothing is recorded of any target yet.',
  })
}
