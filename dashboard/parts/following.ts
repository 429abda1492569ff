import type { ScanRecord } from '../../shared/findings/records.ts'
import { pathOf } from '../ask.ts'
import { type Html, html } from '../html.ts'
import { time } from './time.ts'

/**
 * How far a scan that runs is. The script keeps it up to date from the API; without it, the link reads it anew. One that is past its deadline
 * has most likely been cut off: that is said. `here` is the page's own path.
 */
export const following = (
  { scanId, deadlineAt }: Pick<ScanRecord, 'scanId' | 'deadlineAt'>,
  { sent, answered }: { sent: number; answered: number },
  now: string,
  here: string,
): Html =>
  html`<div class="following" data-follow="${`/v1${pathOf('scans', scanId)}`}">
<p data-words role="status">${
    sent > 0 ? `${answered} of ${sent} instances have answered.` : 'The inventory is being read.'
  }</p>
${deadlineAt < now && html`<p>It should have ended by ${time(deadlineAt)}: what ran it may be gone. The next scan finds out.</p>`}
<p><progress data-bar aria-label="Instances that have answered"${sent > 0 && html` max="${sent}" value="${answered}"`}></progress></p>
<p><a href="${here}">Load the page again</a> <strong data-ended hidden>to see what the scan found.</strong></p>
</div>`
