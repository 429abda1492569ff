import { randomUUID } from 'node:crypto'
import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { styleText } from 'node:util'
import type { Paint, Style } from '../shared/report/grid.ts'
import { unpainted } from '../shared/report/grid.ts'
import { UsageError } from './exit-code.ts'

export const FORMATS = ['table', 'json', 'jsonl'] as const
export type Format = (typeof FORMATS)[number]

/** Whether every command prints it; the others are for `report` alone. */
export const isCommonFormat = (text: string): text is Format => FORMATS.some((each) => each === text)

/** The options that every command takes. */
export type Globals = {
  local?: boolean
  data: string
  format: Format
  output?: string
  color: boolean
  stack?: string
  profile?: string
  region?: string
}

const COLOURS: Record<Style, Parameters<typeof styleText>[0]> = {
  fail: ['bold', 'red'],
  error: 'yellow',
  pass: 'green',
  dim: 'dim',
  bold: 'bold',
}

/** Colours for a terminal; none into a file or a pipe, with --no-color, or with NO_COLOR set. */
export const painter = (globals: Globals): Paint => {
  const unwanted = !globals.color || (process.env.NO_COLOR ?? '') !== ''
  if (unwanted || globals.output !== undefined) return unpainted
  return (style, text) => styleText(COLOURS[style], text, { stream: process.stdout })
}

/** Stops a command before its work where the results could not be written after it. */
export const checkOutput = ({ output }: Globals): void => {
  if (output === undefined) return
  if (existsSync(output) && statSync(output).isDirectory())
    throw new UsageError(`--output ${output} is a folder; name a file`)
  if (!existsSync(dirname(output)))
    throw new UsageError(
      `--output ${output}: there is no folder ${dirname(output)}; make it, or name another file`,
    )
}

/**
 * Writes the results to stdout, or with --output to the file: whole or not at all. Resolves when they are out.
 * A reader that has gone (`| head`) is no error.
 */
export const printResults = async (globals: Globals, text: string): Promise<void> => {
  if (globals.output !== undefined) return writeWhole(globals.output, text)
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
}

/** Progress and messages: never among the results. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const writeWhole = (path: string, text: string): void => {
  try {
    // A device or a pipe, such as /dev/null, must not be replaced by a file.
    if (existsSync(path) && !statSync(path).isFile()) {
      writeFileSync(path, text)
      return
    }
    const file = existsSync(path) ? realpathSync(path) : path
    const temporary = join(dirname(file), `.fleet-scanner-${randomUUID()}.tmp`)
    try {
      writeFileSync(temporary, text)
      renameSync(temporary, file)
    } finally {
      rmSync(temporary, { force: true })
    }
  } catch (error) {
    throw new UsageError(
      `--output ${path} cannot be written (${error instanceof Error ? error.message : error})`,
    )
  }
}
