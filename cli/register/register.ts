import type { Command } from 'commander'
import { type ExitCode, UsageError } from '../exit-code.ts'
import { FORMATS, type Globals, isCommonFormat } from '../output.ts'

/**
 * Adds commands to the program. `done` gets the exit code. A command's own module is loaded when it runs, so that
 * `evaluate` in a pipe does not wait for the libraries of AWS and of the embedded account.
 */
export type Register = (program: Command, done: (code: ExitCode) => void) => void

/** The options that every command takes, as they were given. Throws UsageError for a format that only `report` has. */
export const globalsOf = (command: Command): Globals => {
  const globals = command.optsWithGlobals<Globals>()
  if (!isCommonFormat(globals.format))
    throw new UsageError(`--format ${globals.format} is for report; here it is ${FORMATS.join(', ')}`)
  return globals
}

/** Gathers an option that may be given several times. */
export const gathered = (value: string, before: string[] = []): string[] => [...before, value]
