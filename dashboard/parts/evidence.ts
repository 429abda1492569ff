import type { EvidenceExcerpt, Finding } from '../../shared/findings/finding.ts'
import type { DecidingPart, EvidenceView } from '../evidence/evidence-view.ts'
import type { ShownLine } from '../evidence/excerpt.ts'
import type { Part } from '../evidence/parts.ts'
import { type Html, html, NOTHING } from '../html.ts'
import { code, data, oneLine } from './data.ts'

/** The evidence of a finding: what decides marked, the rest folded away. */
export const evidenceSection = (finding: Finding, { deciding, lost, others }: EvidenceView): Html => html`
${deciding.length > 0 && deciding.some(({ marked }) => marked) && html`<p>What decides is <mark>marked</mark>.</p>`}
${deciding.length === 0 && lost.length === 0 && html`<p>No single line decides this: ${data(finding.message, 500)}.</p>`}
${deciding.map((each) => decidingBlock(finding, each))}
${lost.length > 0 && lostBlock(lost)}
${others.length > 0 && othersBlock(others)}`

const decidingBlock = (finding: Finding, { part, marked, shown, whole }: DecidingPart): Html => html`
<h3>${titleOf(part)}</h3>
${notesOf(part)}
${!marked && html`<p>${whyUnmarked(finding, part)}</p>`}
${listing(part, shown)}
${whole && html`<details><summary>All ${part.lines.length} lines of it</summary>${listing(part, whole)}</details>`}`

const lostBlock = (lost: EvidenceExcerpt[]): Html => html`
<h3>Not found in the evidence</h3>
<p>The verdict names the following, and the evidence as it is stored does not hold it word for word.</p>
<ul>${lost.map(
  ({ source, pid, path, text }) =>
    html`<li>${code(text, 1000)} (${source}${path !== undefined && html` ${code(path)}`}${pid !== undefined && html`, pid ${pid}`})</li>`,
)}</ul>`

const othersBlock = (others: EvidenceView['others']): Html => html`
<details><summary>What else was read from the node (${others.length})</summary>
${others.map(({ part, lines }) => html`<h3>${titleOf(part)}</h3>${notesOf(part)}${part.lines.length > 0 ? listing(part, lines) : part.notes.length === 0 && html`<p class="empty">It is empty.</p>`}`)}
</details>`

const NAMES: Record<Part['kind'], string> = {
  process: 'Arguments',
  environment: 'Environment',
  'config-file': 'Config file',
  manifest: 'Manifest',
  ps: 'Output of ps',
  apiserver: 'etcd servers of the API server',
}

/** `Config file /etc/etcd.yml of etcd, pid 812`. */
export const titleOf = ({ kind, pid, path, name }: Part): Html =>
  html`${NAMES[kind]}${
    path !== undefined && html` ${code(path)}`
  }${(pid !== undefined || name !== undefined) && html` of ${data(name ?? (kind === 'apiserver' ? 'an API server' : 'etcd'))}`}${
    pid !== undefined && html`, pid ${pid}`
  }`

const notesOf = ({ notes }: Part): Html =>
  notes.length > 0 ? html`<p class="note">${notes.join(' ')}</p>` : NOTHING

const whyUnmarked = (finding: Finding, part: Part): string => {
  if (part.lines.length === 0) return 'There is nothing in it that could be judged.'
  const judged = [...(finding.running?.processes ?? []), ...(finding.declared?.manifests ?? [])]
  return judged.some(({ source, reason }) => source === 'default' && reason === finding.reason)
    ? 'Nothing in it sets this, so the default of etcd decides.'
    : 'The whole of it was judged, no single line.'
}

/** Lines with their numbers. Each is in a direction of its own. */
export const listing = (part: Part, lines: ShownLine[]): Html => {
  const numbers = part.kind === 'config-file' || part.kind === 'manifest' || part.kind === 'ps'
  return html`<pre class="evidence" tabindex="0" role="group" aria-label="${NAMES[part.kind]}">${lines.map((line) => shownLine(line, numbers))}</pre>`
}

const shownLine = (line: ShownLine, numbers: boolean): Html => {
  if ('leftOut' in line)
    return html`<span class="left-out">… ${line.leftOut} ${line.leftOut === 1 ? 'line' : 'lines'} not shown here</span>${'\n'}`
  const pieces = line.pieces.map(({ text, marked }) =>
    marked ? html`<mark>${inLine(text)}</mark>` : html`${inLine(text)}`,
  )
  return html`${numbers && html`<span class="no">${line.number}</span>`}<bdi dir="ltr">${pieces}</bdi>${'\n'}`
}

/** A line feed inside of an argument must not look like the end of it; the tabs of a file are kept. */
const inLine = (text: string): string => text.replaceAll('\n', '\u240a')

/** A text of one line in a listing of its own. */
export const plainListing = (label: string, text: string): Html =>
  html`<pre class="evidence" tabindex="0" role="group" aria-label="${label}">${oneLine(text)}</pre>`
