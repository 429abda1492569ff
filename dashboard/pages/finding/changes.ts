import type { Transition } from '../../../shared/findings/records.ts'
import type { Exception } from '../../../shared/queries/exceptions.ts'
import { type Html, html } from '../../html.ts'
import type { PageRequest } from '../../page.ts'
import { aboutCommand } from '../../parts/commands.ts'
import { command } from '../../parts/data.ts'
import { findingPath } from '../../parts/links.ts'
import { timeline } from '../../parts/timeline.ts'
import { waiversHeld } from '../../parts/waivers-held.ts'
import { type FindingAnswer, nodeOf } from './answer.ts'

/** The waivers that have covered it since its first change that is kept. */
export const heldSince = async (
  { ask, params, now }: PageRequest,
  { finding: shown, changes }: FindingAnswer,
): Promise<Exception[]> => {
  const [first] = changes
  if (!first || first.at >= now) return []
  const cluster = shown?.cluster ?? changes.at(-1)?.cluster
  return waiversHeld(ask, { ...nodeOf(params), ruleId: params.rule ?? '', cluster }, first.at)
}

/** Every change that is kept; `then` is the one whose evidence is shown. */
export const changesBlock = (
  { changes, next }: FindingAnswer,
  { params, place }: PageRequest,
  then: Transition | undefined,
): Html => {
  const history = aboutCommand('history', place.options, nodeOf(params), params.rule)
  const page = findingPath(nodeOf(params), params.rule ?? '')
  return html`
${changes.length === 0 ? html`<p class="empty">None is kept.</p>` : timeline(changes, page, then?.scanId)}
${next !== undefined && html`<p>These are the newest ${changes.length}; all are shown by</p>${history !== undefined && command(history, 'history')}`}`
}
