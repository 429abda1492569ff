import type { Transition } from '../../shared/findings/records.ts'
import { type Html, html } from '../html.ts'
import type { Page, PageRequest, View } from '../page.ts'
import { code, data } from '../parts/data.ts'
import { sides } from '../parts/sides.ts'
import { aboutFinding, verdict } from '../parts/verdict.ts'
import { type Tried, waiveProblems } from '../parts/waive-form.ts'
import { heldList } from '../parts/waivers-held.ts'
import { apiPathOf, type FindingAnswer, isWaivable } from './finding/answer.ts'
import { changesBlock, heldSince } from './finding/changes.ts'
import { evidenceBlock, evidenceOf } from './finding/evidence.ts'
import { fix } from './finding/fix.ts'
import { waiveBlock } from './finding/waive-block.ts'

const UNTRIED: Tried = { form: {}, errors: {} }

/** One finding: the verdict, what it rests on, how it came about, what to do. With `scan=ID` the evidence of that change. */
export const finding: Page = (request) => findingView(request, UNTRIED)

/** The page, also after a form that was sent has come to nothing. */
export const findingView = async (request: PageRequest, tried: Tried): Promise<View> => {
  const { ask, params, query, rules, now } = request
  const answer = await ask<FindingAnswer>(apiPathOf(params))
  const shown = answer.finding
  const title = rules.find(({ id }) => id === params.rule)?.title ?? params.rule ?? ''
  const control = shown?.control ?? answer.changes.at(-1)?.control ?? ''
  const heading = html`<h1>${data(params.instance ?? '')}</h1><p class="soft">${control} ${title}</p>`
  const then = pastOf(answer, query.get('scan'))
  const [evidence, held, caller] = await Promise.all([
    evidenceOf(request, then ?? shown),
    heldSince(request, answer),
    // Who may not ask AWS for a name can still read.
    isWaivable(shown) ? request.caller().catch(() => undefined) : undefined,
  ])
  const isTried = Object.keys(tried.errors).length > 0
  const body = html`${waiveProblems(tried)}${heading}
${shown ? verdict(shown, answer.open, now) : html`<p class="callout">The finding itself is gone; what is left of it are these changes.</p>`}
${doneNote(shown, query.get('waived'))}
${shown && html`<div class="columns"><section aria-labelledby="about"><h2 id="about">About</h2>${aboutFinding(shown, title)}</section>${fix(shown, request)}</div>`}
${shown && (shown.running || shown.declared) && html`<section aria-labelledby="sides"><h2 id="sides">Running, declared, in effect</h2>${sides(shown)}</section>`}
<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2>${evidenceBlock(request, shown, then, query.get('scan'), evidence)}</section>
<section aria-labelledby="changes"><h2 id="changes">Changes</h2>${changesBlock(answer, request, then)}${heldList(held, now)}</section>
${shown && waiveBlock(shown, request, caller, tried)}`
  return {
    title: `${isTried ? 'Not waived: ' : ''}${params.instance}: ${title}`,
    ...{ current: 'findings', fresh: answer.fresh, body },
    ...(isTried && { status: 422 }),
  }
}

const pastOf = ({ changes }: FindingAnswer, scan: string | null): Transition | undefined =>
  scan === null ? undefined : changes.find((each) => each.scanId === scan && each.restates === undefined)

const doneNote = (shown: FindingAnswer['finding'], id: string | null): Html | false =>
  id !== null &&
  shown?.waived?.id === id &&
  html`<p class="callout pass" role="status">The waiver ${code(id)} holds from now on.</p>`
