import { CAVEATS } from '../../shared/findings/reasons.ts'
import type { StoredFinding } from '../../shared/findings/records.ts'
import type { OpenFinding } from '../../shared/queries/open-since.ts'
import type { Waived, WaivedBy } from '../../shared/waivers/waived-findings.ts'
import { pathOf } from '../ask.ts'
import { type Html, html } from '../html.ts'
import { severityMark, statusBadge } from './badge.ts'
import { code, data } from './data.ts'
import { ago, day, time } from './time.ts'

type Shown = Waived<StoredFinding>

const VERBS: Record<StoredFinding['status'], string> = {
  FAIL: 'fails',
  PASS: 'passes',
  ERROR: 'could not be judged',
  NOT_APPLICABLE: 'does not apply',
}

/** The verdict in a sentence, and what to know before one trusts it: closed, stale, waived, or with a caveat. */
export const verdict = (finding: Shown, open: OpenFinding | undefined, now: string): Html => html`
<p class="lead">${statusBadge(finding.status, { waived: finding.waived !== undefined, stale: isStale(finding) })}
This ${finding.closed === undefined ? VERBS[finding.status] : 'is closed'} since ${time(finding.since)} (${ago(finding.since, now)}): ${data(finding.message, 1000)}.</p>
${open && openSince(open)}
${closedNote(finding)}
${isStale(finding) && staleNote(finding, now)}
${finding.waived && waivedNote(finding.waived)}
${finding.caveats.map((each) => html`<p class="callout${each === 'DRIFT' && ' error'}">${code(each)}: ${CAVEATS[each] ?? 'not explained here.'}</p>`)}`

const isStale = ({ coverage, closed }: Shown): boolean => coverage !== 'assessed' && closed === undefined

/** Scans look now and then: it became so at some time between two of them. */
const openSince = ({ lastGood, firstBad, status }: OpenFinding): Html => {
  const bad = status === 'FAIL' ? 'failing' : 'open'
  return html`<p>${
    lastGood
      ? html`Last seen good by ${scanAt(lastGood)}, first seen ${bad} by ${scanAt(firstBad)}: it changed in between.`
      : html`It was never seen good; first seen ${bad} by ${scanAt(firstBad)}.`
  }</p>`
}

const scanAt = ({ scanId, at }: { scanId: string; at: string }): Html =>
  html`<a href="${pathOf('scans', scanId)}">the scan</a> of ${time(at)}`

const CLOSED: Record<NonNullable<StoredFinding['closed']>, string> = {
  retired: 'The instance is gone. This was its last verdict; nobody has mended it.',
  'left-scope':
    'The instance has left the scope: by its tags, or with its account. This was its last verdict; nobody has mended it.',
  'rule-off': 'The rule is judged by no longer. This was the last verdict.',
}

const closedNote = ({ closed }: Shown): Html | false =>
  closed !== undefined && html`<p class="callout">Closed (${closed}). ${CLOSED[closed]}</p>`

const staleNote = ({ coverage, coverageSince, assessedAt }: Shown, now: string): Html =>
  html`<p class="callout error">Stale: the instance is ${coverage} since ${time(coverageSince)}, and was last assessed ${time(assessedAt)} (${ago(assessedAt, now)}). What it does now is not known.</p>`

export const waivedNote = ({ id, until, reason, ticket, who, approvedBy }: WaivedBy): Html =>
  html`<p class="callout">Waived until ${day(until)} by ${code(id)}: ${data(reason, 500)} (ticket ${data(ticket)}; asked for by ${data(who)}${
    approvedBy === undefined ? ', approved by nobody else' : html`, approved by ${data(approvedBy)}`
  }). It fails all the same.</p>`

/** What the finding is about, as pairs. */
export const aboutFinding = (finding: Shown, title: string): Html => {
  const { account, region, instanceId, ruleId, control, cluster, reason } = finding
  return html`<dl>
<dt>Instance</dt><dd><a href="${pathOf('instances', account, region, instanceId)}">${data(instanceId)}</a>, ${account}, ${region}</dd>
${cluster !== undefined && html`<dt>Cluster</dt><dd>${data(cluster, 300)}</dd>`}
<dt>Rule</dt><dd><a href="${pathOf('rules', ruleId)}">${title}</a> (control ${control}), ${severityMark(finding.severity)}</dd>
<dt>Reason</dt><dd>${code(reason)}</dd>
<dt>Brought by</dt><dd><a href="${pathOf('scans', finding.scanId)}">scan ${finding.scanId}</a></dd>
<dt>Judged with</dt><dd>engine ${finding.engineVersion}, rule version ${finding.ruleVersion}</dd>
<dt>Last assessed</dt><dd>${time(finding.assessedAt)}</dd>
</dl>`
}
