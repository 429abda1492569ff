import type { Coverage, CoverageState } from '../findings/coverage.ts'
import type { Node } from '../findings/records.ts'
import { plainText } from './plain-text.ts'

/** An instance that a scan did not assess; `detail` is SSM's own status, or another reason. */
export type NotAssessed = Node & { state: CoverageState; detail?: string }

const MISSED: CoverageState[] = ['unreachable', 'unmanaged']
const OUTSIDE: CoverageState[] = ['stopped', 'excluded', 'left-scope', 'retired']

/** More names than this a state would bury the rest; the JSON output names all. */
const NAMES_SHOWN = 20

/** No instance that should have been assessed was left out. */
export const isFull = (coverage: Coverage): boolean => coverage.assessed === coverage.total

/**
 * `9 of 12 assessed; not assessed: 2 unreachable (i-0a ConnectionLost, i-0b), 1 unmanaged (i-0c)`, and after it
 * what is not counted (stopped, excluded). One line, safe to print.
 */
export const coverageLine = (coverage: Coverage, notAssessed: NotAssessed[]): string => {
  const say = (states: CoverageState[]) =>
    states.map((state) => group(state, coverage, notAssessed)).filter((text) => text !== undefined)
  const missed = say(MISSED)
  const outside = say(OUTSIDE)
  return [
    `${coverage.assessed} of ${coverage.total} assessed`,
    ...(missed.length > 0 ? [`not assessed: ${missed.join(', ')}`] : []),
    ...(outside.length > 0 ? [`not counted: ${outside.join(', ')}`] : []),
  ].join('; ')
}

const group = (state: CoverageState, coverage: Coverage, all: NotAssessed[]): string | undefined => {
  const count = coverage.byState[state] ?? 0
  if (count === 0) return undefined
  const named = all.filter((each) => each.state === state)
  const names = named
    .slice(0, NAMES_SHOWN)
    .map(({ instanceId, detail }) =>
      plainText(detail && detail !== state ? `${instanceId} ${detail}` : instanceId),
    )
  const more = count - names.length
  if (names.length === 0) return `${count} ${state}`
  return `${count} ${state} (${names.join(', ')}${more > 0 ? ` and ${more} more` : ''})`
}
