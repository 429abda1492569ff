import type { Freshness } from '../../shared/queries/freshness.ts'
import { pathOf } from '../ask.ts'
import { type Html, html } from '../html.ts'
import { ago, time } from './time.ts'

/** Older than this, a scan that answers is called old: scheduled ones come at least daily. */
const OLD_MS = 36 * 3_600_000

export const isOld = ({ at, scan }: Freshness): boolean =>
  scan !== undefined && Date.parse(at) - Date.parse(scan.closedAt) > OLD_MS

/** Which scan the page rests on, how old that is, and how many it saw. On every page. */
export const freshLine = (fresh: Freshness): Html => {
  const { at, scan } = fresh
  if (!scan)
    return html`<p class="fresh warn">No scan of the whole fleet has ended by ${time(at)}: nothing can be said yet.</p>`
  const { assessed = 0, total = 0 } = scan.coverage ?? {}
  const missing = total - assessed
  return html`<p class="fresh${isOld(fresh) && ' warn'}">As of <a href="${pathOf('scans', scan.scanId)}">the scan</a>
that closed ${time(scan.closedAt)} (${ago(scan.closedAt, at)}${isOld(fresh) && ': this is old'}).
${assessed} of ${total} instances assessed${missing > 0 && html`; <a href="/instances?state=unreachable,unmanaged">${missing} not</a>`}.</p>`
}
