import { type Evidence, evidenceSchema } from '../../shared/evidence/evidence.ts'
import type { StoredFinding } from '../../shared/findings/records.ts'
import type { Freshness } from '../../shared/queries/freshness.ts'
import type { KnownNode } from '../../shared/store/store.ts'
import type { Waived } from '../../shared/waivers/waived-findings.ts'
import { ApiProblem, pathOf } from '../ask.ts'
import { MOST_CHARACTERS } from '../evidence/evidence-view.ts'
import { all } from '../evidence/excerpt.ts'
import { partsOf } from '../evidence/parts.ts'
import { type Html, html, NOTHING } from '../html.ts'
import type { Page, PageRequest } from '../page.ts'
import { severityMark, stateBadge, statusBadge } from '../parts/badge.ts'
import { aboutCommand } from '../parts/commands.ts'
import { code, command, data } from '../parts/data.ts'
import { listing, titleOf } from '../parts/evidence.ts'
import { findingPath } from '../parts/links.ts'
import { table } from '../parts/table.ts'
import { day, timeAgo } from '../parts/time.ts'
import { STATES } from './instances.ts'

type Finding = Waived<StoredFinding>
type Answer = { fresh: Freshness; instance: KnownNode; findings: Finding[] }

/** One instance: what is known of it, its findings, and what was read from it. */
export const instance: Page = async (request) => {
  const { ask, params, place, now } = request
  const { account = '', region = '', instance: id = '' } = params
  const {
    fresh,
    instance: node,
    findings,
  } = await ask<Answer>(`/v1${pathOf('instances', account, region, id)}`)
  const hashes = [...new Set(findings.flatMap(({ evidenceHash }) => evidenceHash ?? []))]
  const evidences = await Promise.all(
    hashes.slice(0, MOST_EVIDENCES).map((hash) => evidenceBlock(request, hash)),
  )
  const history = aboutCommand('history', place.options, node.node, undefined)
  const body = html`<h1>${data(id)}</h1>
<p class="lead">${stateBadge(node.state)} ${sinceOf(findings, now)}${STATES[node.state]}${node.detail !== undefined && html` (${data(node.detail)})`}.</p>
${about(node, now)}
<section aria-labelledby="findings"><h2 id="findings">Findings</h2>${findingsTable(findings)}</section>
<section aria-labelledby="evidence"><h2 id="evidence">What was read from it</h2>
${hashes.length === 0 ? html`<p class="empty">Nothing is kept: it was not assessed.</p>` : NOTHING}
${hashes.length > 1 && html`<p>Its findings rest on ${hashes.length} pieces of evidence.</p>`}
${evidences}</section>
${history !== undefined && html`<section aria-labelledby="changes"><h2 id="changes">Every change</h2>${command(history, 'history')}</section>`}`
  return { title: id, current: 'instances', fresh, body }
}

/** An instance whose verdicts are of several days has a piece of evidence each. */
const MOST_EVIDENCES = 3

/** Its findings know since when it is in its state. */
const sinceOf = ([first]: Finding[], now: string): Html =>
  first ? html`since ${timeAgo(first.coverageSince, now)}: ` : NOTHING

/** More tags than this are no help. */
const MOST_TAGS = 60

const about = ({ node, cluster, tags, assessedAt }: KnownNode, now: string): Html => {
  const all = Object.entries(tags)
  return html`<dl>
<dt>Account</dt><dd>${node.account}</dd>
<dt>Region</dt><dd>${node.region}</dd>
${cluster !== undefined && html`<dt>Cluster</dt><dd><a href="/findings?${new URLSearchParams({ cluster }).toString()}">${data(cluster, 300)}</a></dd>`}
${assessedAt !== undefined && html`<dt>Assessed</dt><dd>${timeAgo(assessedAt, now)}</dd>`}
<dt>Tags</dt><dd>${all.length === 0 ? 'none that is kept' : html`<ul>${all.slice(0, MOST_TAGS).map(([key, value]) => html`<li>${code(`${key}=${value}`)}</li>`)}</ul>`}</dd>
</dl>`
}

const findingsTable = (findings: Finding[]): Html =>
  table({
    ...{ caption: 'Its findings', quiet: true },
    columns: ['Rule', 'Status', 'Severity', 'Since', 'What was found'],
    rows: findings.map((each) => [
      html`<a href="${findingPath(each, each.ruleId)}">${each.ruleId}</a>`,
      html`${statusBadge(each.status, {
        waived: each.waived !== undefined,
        stale: each.coverage !== 'assessed' && each.closed === undefined,
      })}${each.closed !== undefined && html` <span class="note">closed: ${each.closed}</span>`}`,
      severityMark(each.severity),
      day(each.since),
      data(each.message, 300),
    ]),
    empty: 'It has none: it was never assessed.',
  })

const evidenceBlock = async ({ ask, params }: PageRequest, hash: string): Promise<Html> => {
  const { account = '', region = '', instance: id = '' } = params
  const path = `/v1${pathOf('evidence', account, region, id, hash)}`
  try {
    const { evidence } = await ask<{ evidence: unknown }>(path)
    const parsed = evidenceSchema.safeParse(evidence)
    return html`${parsed.success && processes(parsed.data)}
<p>SHA-256 ${code(hash)}, <a href="${path}" download="evidence-${hash.slice(0, 12)}.json">save it as JSON</a></p>
<details><summary>The whole of it</summary>${raw(evidence)}</details>`
  } catch (error) {
    if (!(error instanceof ApiProblem) || ![404, 410, 413].includes(error.status)) throw error
    return html`<p class="callout">The evidence ${code(hash)} is not to be had: ${error.details.join('; ') || error.title}.</p>`
  }
}

/** Command lines of the etcds that were seen. */
const MOST_PROCESSES = 20

const processes = (evidence: Evidence): Html => {
  const parts = partsOf(evidence).filter(({ kind }) => kind === 'process')
  if (parts.length === 0) return html`<p>No process that may be an etcd was seen.</p>`
  return html`${evidence.collectedAt !== undefined && html`<p class="hint">Collected ${data(evidence.collectedAt)}; ${evidence.view === 'full' ? 'every process could be seen' : 'not every process could be seen'}.</p>`}${parts
    .slice(0, MOST_PROCESSES)
    .map(
      (part) =>
        html`<h3>${titleOf(part)}</h3>${listing(part, all(part.lines, [], MOST_CHARACTERS / MOST_PROCESSES))}`,
    )}${parts.length > MOST_PROCESSES && html`<p>and ${parts.length - MOST_PROCESSES} more.</p>`}`
}

const raw = (evidence: unknown): Html => {
  const text = JSON.stringify(evidence, null, 2)
  const isCut = text.length > MOST_CHARACTERS
  return html`<pre class="evidence" tabindex="0" role="group" aria-label="Evidence JSON">${text.slice(0, MOST_CHARACTERS)}</pre>${
    isCut && html`<p>The first ${MOST_CHARACTERS} of ${text.length} characters; the file has all.</p>`
  }`
}
