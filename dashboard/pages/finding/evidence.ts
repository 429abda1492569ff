import { type Evidence, evidenceSchema } from '../../../shared/evidence/evidence.ts'
import type { Finding } from '../../../shared/findings/finding.ts'
import type { StoredFinding, Transition } from '../../../shared/findings/records.ts'
import { judge } from '../../../shared/rules/judge.ts'
import { ApiProblem, pathOf } from '../../ask.ts'
import { evidenceView } from '../../evidence/evidence-view.ts'
import { type Html, html, NOTHING } from '../../html.ts'
import type { PageRequest } from '../../page.ts'
import { statusBadge } from '../../parts/badge.ts'
import { aboutCommand, shellWord } from '../../parts/commands.ts'
import { code, command, data } from '../../parts/data.ts'
import { evidenceSection } from '../../parts/evidence.ts'
import { findingPath } from '../../parts/links.ts'
import { time } from '../../parts/time.ts'
import { nodeOf } from './answer.ts'

export type Read = { evidence: Evidence } | { gone: string } | { unread: unknown }

/** The evidence of a verdict, or why there is none. */
export const evidenceOf = async (
  { ask, params }: PageRequest,
  of: Pick<StoredFinding, 'evidenceHash'> | undefined,
): Promise<Read> => {
  const { account = '', region = '', instance = '' } = params
  if (of?.evidenceHash === undefined) return { gone: 'No evidence is kept of this verdict.' }
  try {
    const { evidence } = await ask<{ evidence: unknown }>(
      `/v1${pathOf('evidence', account, region, instance, of.evidenceHash)}`,
    )
    const parsed = evidenceSchema.safeParse(evidence)
    return parsed.success ? { evidence: parsed.data } : { unread: evidence }
  } catch (error) {
    if (!(error instanceof ApiProblem) || ![404, 410, 413].includes(error.status)) throw error
    if (error.status === 404)
      return {
        gone: 'The evidence of this verdict is not in the table any more; its hash is all that is left.',
      }
    return { gone: `${error.details.join('; ') || error.title}.` }
  }
}

/** What was read from the node, of now or of a past verdict (`scan` is asked for, `then` is what is kept of it). */
export const evidenceBlock = (
  request: PageRequest,
  shown: StoredFinding | undefined,
  then: Transition | undefined,
  scan: string | null,
  read: Read,
): Html => {
  const { params } = request
  const page = findingPath(nodeOf(params), params.rule ?? '')
  const hash = (then ?? shown)?.evidenceHash
  return html`
${
  scan !== null &&
  (then
    ? html`<p class="callout">This is the evidence of a past verdict, of ${time(then.at)}: ${statusBadge(then.to)} ${data(then.message, 500)}. <a href="${page}#evidence">Show that of now</a>.</p>`
    : html`<p class="callout">No change by the scan ${code(scan)} is kept of this finding; this is the evidence of now.</p>`)
}
${hash !== undefined && html`<p>SHA-256 ${code(hash)}</p>`}
${marked(request, shown, then, read)}
${'evidence' in read && hash !== undefined && again(request, hash)}`
}

/** A past verdict's excerpts were not kept: the same evidence, judged by the rule of today, shows what decided if it comes out the same. */
const marked = (
  { params, rules }: PageRequest,
  shown: StoredFinding | undefined,
  then: Transition | undefined,
  read: Read,
): Html => {
  if ('gone' in read) return html`<p class="callout">${read.gone}</p>${shown && kept(shown)}`
  if ('unread' in read) return html`<p class="callout">This version does not read this evidence.</p>`
  if (!then) return shown ? evidenceSection(shown, evidenceView(shown, read.evidence)) : NOTHING
  const rule = rules.filter(({ id }) => id === params.rule)
  const [anew] = judge(read.evidence, rule)
  if (anew && anew.status === then.to && anew.reason === then.reason)
    return evidenceSection(anew, evidenceView(anew, read.evidence))
  const unmarked: Finding = { ...asFinding(then), evidence: [] }
  return html`<p>What decided then is not marked: judged today, this evidence comes out otherwise.</p>${evidenceSection(unmarked, evidenceView(unmarked, read.evidence))}`
}

const asFinding = ({ ruleId, control, severity, to, reason, message }: Transition): Finding => ({
  ...{ ruleId, control, severity, status: to, reason, message, caveats: [], evidence: [] },
})

/** The excerpts stand on the finding itself. */
const kept = (shown: StoredFinding): Html =>
  shown.evidence.length === 0
    ? NOTHING
    : evidenceSection(shown, { deciding: [], lost: shown.evidence, others: [] })

const again = ({ params, place }: PageRequest, hash: string): Html => {
  const { account = '', region = '', instance = '', rule = '' } = params
  const verify = aboutCommand('evidence verify', place.options, nodeOf(params), rule)
  const file = `evidence-${hash.slice(0, 12)}.json`
  const ruleWord = shellWord(rule)
  return html`<details><summary>Judge it again</summary>
<p>From the table, with the versions that it was judged with and with those of today:</p>
${verify === undefined ? NOTHING : command(verify, 'verify')}
<p>From a file, anywhere: <a href="/v1${pathOf('evidence', account, region, instance, hash)}" download="${file}">save the evidence</a>, then</p>
${ruleWord !== undefined && command(`jq .evidence ${file} | fleet-scanner evaluate - --rule ${ruleWord}`, 'evaluate')}
</details>`
}
