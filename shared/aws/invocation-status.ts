/** What an invocation's status means for a scan. */
export type InvocationPhase = 'waiting' | 'succeeded' | 'failed'

const WAITING = new Set(['pending', 'inprogress', 'delayed', 'cancelling'])

const FAILED = new Set([
  'cancelled',
  'timedout',
  'failed',
  'deliverytimedout',
  'executiontimedout',
  'undeliverable',
  'invalidplatform',
  'accessdenied',
  'terminated',
  'rateexceeded',
  'limitexceeded',
  'incomplete',
  'noinstancesintag',
])

/**
 * Reads an invocation's `StatusDetails`, or its coarser `Status` where the details are unknown or absent.
 * Spellings differ between API, documentation and events (`Canceled`, `Delivery Timed Out`): case, blanks and the
 * doubled l do not count. A status that nobody knows is waited for: the deadline ends it.
 */
export const phaseOf = (status: string | undefined, details: string | undefined): InvocationPhase =>
  known(details) ?? known(status) ?? 'waiting'

const known = (text: string | undefined): InvocationPhase | undefined => {
  const name = (text ?? '')
    .toLowerCase()
    .replace(/[\s_-]/g, '')
    .replace(/^cancel(ed|ing)$/, 'cancell$1')
  if (name === 'success') return 'succeeded'
  if (WAITING.has(name)) return 'waiting'
  return FAILED.has(name) ? 'failed' : undefined
}
