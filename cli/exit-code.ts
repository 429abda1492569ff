import type { Status } from '../shared/findings/finding.ts'

/** What the command's exit code says; public, like the options. */
export const EXIT = {
  nothingFails: 0,
  somethingFails: 1,
  usage: 2,
  notAssessed: 3,
  fault: 4,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Wrong usage or configuration: its message says what is wrong and what to do. Exit code 2, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The statuses that an exit code is made of: a failure that is waived counts only where it is asked for. */
export const statusesOf = (
  findings: { status: Status; waived?: object }[],
  includeWaived = false,
): Status[] => findings.filter(({ waived }) => includeWaived || !waived).map(({ status }) => status)

/**
 * The exit code of a set of verdicts: a FAIL outweighs everything, then whatever could not be assessed.
 * `fullyCovered`: no instance of the fleet was left out.
 */
export const exitCodeOf = (statuses: Iterable<Status>, fullyCovered = true): ExitCode => {
  const seen = new Set(statuses)
  if (seen.has('FAIL')) return EXIT.somethingFails
  return seen.has('ERROR') || !fullyCovered ? EXIT.notAssessed : EXIT.nothingFails
}
