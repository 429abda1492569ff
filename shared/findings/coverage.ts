/** What is known of an instance's place in the fleet; one instance has one state a scan. */
export type CoverageState =
  | 'assessed'
  | 'unreachable'
  | 'unmanaged'
  | 'stopped'
  | 'excluded'
  | 'left-scope'
  | 'retired'

/** Instances by state; `total` counts the ones a scan should have assessed (all but stopped, excluded, gone). */
export type Coverage = { total: number; assessed: number; byState: Partial<Record<CoverageState, number>> }

/** What ends an instance's part in the fleet, and closes its findings. */
export type Departure = Extract<CoverageState, 'retired' | 'left-scope'>

/** What closes a finding that nobody has mended: its instance has left, or its rule is judged by no longer. */
export type Closing = Departure | 'rule-off'

export const isDeparture = (state: CoverageState): state is Departure =>
  state === 'retired' || state === 'left-scope'

const IN_SCOPE: CoverageState[] = ['assessed', 'unreachable', 'unmanaged']

export const coverageOf = (states: Iterable<CoverageState>): Coverage => {
  const byState: Partial<Record<CoverageState, number>> = {}
  for (const state of states) byState[state] = (byState[state] ?? 0) + 1
  return sumUp(byState)
}

export const addCoverage = (parts: Coverage[]): Coverage => {
  const byState: Partial<Record<CoverageState, number>> = {}
  for (const part of parts)
    for (const [state, n] of Object.entries(part.byState) as [CoverageState, number][])
      byState[state] = (byState[state] ?? 0) + n
  return sumUp(byState)
}

const sumUp = (byState: Partial<Record<CoverageState, number>>): Coverage => ({
  total: IN_SCOPE.reduce((sum, state) => sum + (byState[state] ?? 0), 0),
  assessed: byState.assessed ?? 0,
  byState,
})
