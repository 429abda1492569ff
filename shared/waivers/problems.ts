import { matchesOf, type Waivable } from './match.ts'
import { stateOf, subjectOf, type Waiver } from './waiver.ts'

/**
 * What is wrong with a waiver: its time is over and nobody has taken it back or renewed it; it covers nothing; it covers
 * more than anybody looks at one by one.
 */
export type WaiverProblem = 'expired' | 'unused' | 'over-broad'

/** More findings than this are more than a reviewer weighs one by one. */
export const MOST_MATCHES = 20

/** How many open findings a waiver is about, and what is wrong with it. */
export type WaiverCheck = { waiver: Waiver; matches: number; problems: WaiverProblem[] }

/** Holds waivers against the findings as they stand at a moment. Those that were taken back have no problems. */
export const checkWaivers = (waivers: Waiver[], findings: Waivable[], at: string): WaiverCheck[] => {
  const states = new Map(waivers.map((waiver) => [waiver, stateOf(waiver, at)]))
  const held = new Set(waivers.filter((waiver) => states.get(waiver) === 'in-force').map(subjectOf))
  return waivers.map((waiver) => {
    const matches = matchesOf(waiver, findings).length
    const state = states.get(waiver)
    if (state === 'ended')
      return { waiver, matches, problems: held.has(subjectOf(waiver)) ? [] : ['expired' as const] }
    const problems: WaiverProblem[] = []
    if (state === 'in-force' && matches === 0) problems.push('unused')
    if (state === 'in-force' && (matches > MOST_MATCHES || waiver.scope.kind === 'account'))
      problems.push('over-broad')
    return { waiver, matches, problems }
  })
}
