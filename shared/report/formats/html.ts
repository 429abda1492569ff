import { raw } from 'hono/html'
import type { AuditReport } from '../audit-report.ts'
import { shortTime } from '../findings-table.ts'
import { changesSection, controlsSection, exceptionsSection, findingsSection } from './html/findings.ts'
import { type Markup, markup } from './html/markup.ts'
import { methodSection, reproduceSection, scopeSection } from './html/method.ts'
import { populationSection } from './html/population.ts'
import { sampleSection } from './html/sample.ts'
import { POLICY, STYLE } from './html/style.ts'

/**
 * The auditor's page: one file that loads nothing, for the screen and for print. Its numbers are those of the JSON report.
 * Everything from nodes is escaped where it is put in, and the page's own policy lets no script run.
 */
export const reportHtml = (report: AuditReport): string => {
  const { at, coverage, totals, period, sample } = report
  const { byStatus } = totals
  const title = `etcd on self-managed control planes, as of ${shortTime(at)}`
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${raw(STYLE)}</style></head>
<body><header><h1>${title}</h1>
<p class="big">${coverage.assessed} of ${coverage.total} instances assessed; ${totals.findings} verdicts:
<span class="s fail">${byStatus.FAIL} FAIL</span> (${totals.waived} waived), <span class="s error">${byStatus.ERROR} ERROR</span>,
<span class="s pass">${byStatus.PASS} PASS</span>, ${byStatus.NOT_APPLICABLE} not applicable; ${totals.stale} from an earlier scan.</p>
<p class="soft">Written ${shortTime(report.generatedAt)} by fleet-scanner ${report.versions.fleetScanner}. Times are UTC.</p>
${contents(period !== undefined, sample !== undefined)}</header>
<main>
${[
  ...[scopeSection(report), methodSection(report), populationSection(report), controlsSection(report)],
  ...[findingsSection(report), exceptionsSection(report), ...changesSection(report), reproduceSection()],
  ...sampleSection(report),
]}</main></body></html>
`
  return page.toString()
}

const contents = (withChanges: boolean, withSample: boolean): Markup => {
  const parts = [
    ...['scope', 'method', 'population', 'controls', 'findings', 'exceptions'],
    ...(withChanges ? ['changes'] : []),
    'reproduce',
    ...(withSample ? ['sample'] : []),
  ]
  return markup`<nav aria-label="Contents"><ul>${parts.map((id) => markup`<li><a href="#${id}">${id}</a></li>`)}</ul></nav>`
}
