import type { Deployment } from '../../cli/deployment.ts'

/** What one run of the command said; `json` is its stdout read as JSON, undefined where it is none. */
export type Said = { code: number | null; json: unknown; stdout: string; stderr: string }

/** What the steps share: the stack, its command line, and what earlier steps have found. */
export type World = {
  deployment: Deployment
  /** Runs fleet-scanner on the stack, with JSON as its format. */
  command: (...args: string[]) => Promise<Said>
  /** The scans that steps have run, oldest first. */
  scans: string[]
}

/**
 * One thing that could not be proved without AWS. `name` is its row in docs/assumptions.md. `run` returns what was seen, in
 * words, and throws where it is not as assumed.
 */
export type Step = {
  name: string
  title: string
  /** Sends the collector to the selected instances, or changes the schedule for a moment. */
  changes?: boolean
  run: (world: World) => Promise<string>
}

/** Something is not as assumed. */
export class NotAsAssumedError extends Error {
  override readonly name = 'NotAsAssumedError'
}

/** It could not be seen this time: neither shown nor refuted. */
export class NotSeenError extends Error {
  override readonly name = 'NotSeenError'
}

/** Throws NotAsAssumedError, with what was seen instead. */
export function assume(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new NotAsAssumedError(otherwise)
}

/** The last line of what a command said beside its results: its error, where it has failed. */
export const complaint = ({ code, stderr }: Said): string =>
  `exit code ${code}: ${stderr.trim().split('\n').at(-1) ?? 'nothing was said'}`
