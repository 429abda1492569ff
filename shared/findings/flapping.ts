import { nodeKey, type Transition } from './records.ts'

/** More changes than this of one finding in 24 hours are flapping. */
export const MOST_CHANGES = 3

/** How far back changes count, and how long a finding has to be quiet: in milliseconds. */
export const FLAPPING_MS = 24 * 60 * 60_000

/** Names a finding: node and rule. */
export const findingKey = (of: Pick<Transition, 'account' | 'region' | 'instanceId' | 'ruleId'>): string =>
  `${nodeKey(of)}#${of.ruleId}`

/**
 * Changes by finding in the 24 hours up to `now`. A first verdict is no change, and a restatement is about the past.
 */
export const recentChanges = (changes: Transition[], now: Date): Map<string, Transition[]> => {
  const from = now.getTime() - FLAPPING_MS
  const found = new Map<string, Transition[]>()
  for (const change of changes) {
    if (change.from === undefined || change.restates !== undefined || Date.parse(change.at) <= from) continue
    found.set(findingKey(change), [...(found.get(findingKey(change)) ?? []), change])
  }
  return found
}
