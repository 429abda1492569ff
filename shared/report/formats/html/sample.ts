import type { AuditReport } from '../../audit-report.ts'
import type { SampleItem } from '../../audit-sample.ts'
import { renderJson } from '../../json.ts'
import { type Markup, markup, preformatted, section, statusMark } from './markup.ts'

/** More than this of one host's evidence makes the page too large to open; the JSON report has all of it. */
const MOST_CHARACTERS = 100_000

/** The drawn verdicts, each with all that it rests on. */
export const sampleSection = ({ sample }: AuditReport): Markup[] => {
  if (!sample) return []
  const { items, of, size, seed } = sample
  return [
    section(
      'sample',
      'Random sample',
      markup`<p>${items.length} of ${of} verdicts (asked for: ${size}), drawn with seed ${seed}: the verdicts whose SHA-256 of
<code>SEED:ACCOUNT/REGION/INSTANCE/RULE</code> sorts first, so that anybody can draw them again.</p>`,
      ...items.map(sampleArticle),
    ),
  ]
}

const sampleArticle = (item: SampleItem): Markup =>
  markup`<article><h3>${statusMark(item.status)} ${item.id}</h3>
<dl><dt>Reason</dt><dd>${item.reason}</dd>
<dt>SHA-256</dt><dd><code>${item.evidenceHash ?? 'no evidence was kept'}</code></dd>
<dt>Judged again</dt><dd>${againText(item)}</dd></dl>
${evidenceOf(item)}</article>
`

const againText = ({ again, problem }: SampleItem): string => {
  if (!again) return `not possible: ${problem ?? 'nothing was kept'}`
  return again.agrees ? 'the same' : `otherwise: ${again.status} ${again.reason}`
}

/** Escaped as JSON first, so that what acts on a reader stands in it as escapes and its hash can still be taken. */
const evidenceOf = ({ evidence }: SampleItem): Markup => {
  if (evidence === undefined) return markup``
  const json = renderJson(evidence).trimEnd()
  if (json.length <= MOST_CHARACTERS)
    return markup`<details open><summary>Raw evidence</summary>${preformatted(json)}</details>`
  return markup`<details open><summary>Raw evidence, its first ${MOST_CHARACTERS} of ${json.length} characters; all of it is in the report as JSON</summary>${preformatted(json.slice(0, MOST_CHARACTERS))}</details>`
}
