import type { ScanRecord } from '../shared/findings/records.ts'
import type { Ask, Params } from './ask.ts'

/** Counts everything that is open, which of a large fleet takes seconds; several pages ask for it. */
const REMEMBERED = '/v1/summary'
/** How long a waiver that was granted elsewhere may go unseen. */
const KEPT_MS = 30_000

/**
 * Asks, and keeps the answer that is dear for a moment: while no scan runs and none has ended since, what is open is as it was. `forget`
 * where something was changed from here.
 */
export const remembering = (ask: Ask, now: () => number = Date.now): { ask: Ask; forget: () => void } => {
  let kept: { key: string; until: number; answer: Promise<unknown> } | undefined
  const summary = async (): Promise<unknown> => {
    const { scans } = await ask<{ scans: ScanRecord[] }>('/v1/scans', { limit: 1 })
    const [newest] = scans
    if (newest?.status === 'open') return ask(REMEMBERED)
    const key = `${newest?.scanId} ${newest?.closedAt}`
    if (kept?.key === key && now() < kept.until) return kept.answer
    const answer = ask(REMEMBERED)
    kept = { key, until: now() + KEPT_MS, answer }
    answer.catch(() => {
      if (kept?.answer === answer) kept = undefined
    })
    return answer
  }
  return {
    ask: <T>(path: string, params?: Params) =>
      (path === REMEMBERED && params === undefined ? summary() : ask(path, params)) as Promise<T>,
    forget: () => {
      kept = undefined
    },
  }
}
