import type { Freshness } from '../../../shared/queries/freshness.ts'
import { type Html, html } from '../../html.ts'
import { isOld } from '../../parts/fresh.ts'
import { findingsPath } from '../../parts/links.ts'
import { ago } from '../../parts/time.ts'
import type { SummaryAnswer } from '../answers.ts'

export type Answered = { kind: 'fail' | 'error' | 'pass' | 'none'; words: Html; doubts: Html[] }

/**
 * The page's question answered in words: whether any etcd is open. Beside the answer what makes it doubtful: instances that were not
 * assessed, verdicts that could not be reached, a scan that is old. It is a plain no only where there is no doubt.
 */
export const headline = (
  fresh: Freshness,
  { total, failing }: Pick<SummaryAnswer, 'total' | 'failing'>,
  targetErrors: string[] = [],
): Answered => {
  const { scan } = fresh
  if (!scan)
    return {
      kind: 'none',
      words: html`<strong>Nobody knows.</strong> No scan of the whole fleet has ended yet.`,
      doubts: [],
    }
  const unwaived = total.FAIL - total.waived
  const doubts = [
    ...(targetErrors.length > 0 ? [html`Not all accounts and regions were scanned in full.`] : []),
    ...doubtsOf(fresh, total.ERROR),
  ]
  const accepted =
    total.waived > 0 &&
    html` ${unwaived > 0 ? 'Another' : ''} <a href="${findingsPath({ status: 'FAIL', waived: 1 })}">${findings(total.waived)}</a> ${total.waived === 1 ? 'is' : 'are'} accepted by a waiver.`
  if (unwaived > 0)
    return {
      kind: 'fail',
      words: html`<strong class="fail">Yes.</strong> <a href="${findingsPath({ status: 'FAIL' })}">${findings(unwaived)}</a> on ${instances(failing)} ${unwaived === 1 ? 'fails' : 'fail'}.${accepted}`,
      doubts,
    }
  if (doubts.length > 0)
    return {
      kind: 'error',
      words: html`<strong class="error">None is known to be, with doubts.</strong>${accepted}`,
      doubts,
    }
  return {
    kind: 'pass',
    words: html`<strong class="pass">No.</strong> Every instance was assessed, and nothing fails${total.waived > 0 ? ' that is not accepted' : ''}.${accepted}`,
    doubts,
  }
}

const doubtsOf = (fresh: Freshness, errors: number): Html[] => {
  const { scan, at } = fresh
  const { total = 0, assessed = 0 } = scan?.coverage ?? {}
  const missing = total - assessed
  return [
    ...(scan && total === 0 ? [html`It found no instance that it should have assessed.`] : []),
    ...(missing > 0
      ? [
          html`<a href="#not-assessed">${instances(missing)} of ${total}</a> ${missing === 1 ? 'was' : 'were'} not assessed.`,
        ]
      : []),
    ...(errors > 0
      ? [html`<a href="${findingsPath({ status: 'ERROR' })}">${findings(errors)}</a> could not be decided.`]
      : []),
    ...(scan && isOld(fresh) ? [html`The scan is old: it closed ${ago(scan.closedAt, at)}.`] : []),
  ]
}

const findings = (n: number): string => `${n} ${n === 1 ? 'finding' : 'findings'}`
const instances = (n: number): string => `${n} ${n === 1 ? 'instance' : 'instances'}`
