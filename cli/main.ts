import { CommanderError } from 'commander'
import { plainText } from '../shared/report/plain-text.ts'
import { EXIT, type ExitCode, UsageError } from './exit-code.ts'
import { say } from './output.ts'
import { buildProgram } from './program.ts'

/**
 * Runs the command line and ends the process: libraries of the local account leave timers behind, so it would not
 * end by itself. Only this place turns errors into exit codes.
 */
export const main = async (argv: string[]): Promise<never> => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  process.on('uncaughtException', (error) => process.exit(report(error)))
  process.exit(await run(argv))
}

const run = async (argv: string[]): Promise<ExitCode> => {
  let exitCode: ExitCode = EXIT.nothingFails
  const program = buildProgram((code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    return report(error)
  }
}

const report = (error: unknown): ExitCode => {
  // Commander has already said what is wrong; for --help and --version its code is 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.nothingFails : EXIT.usage
  if (error instanceof UsageError) {
    say(`fleet-scanner: ${readable(error.message)}`)
    return EXIT.usage
  }
  const debug = (process.env.FLEET_SCANNER_DEBUG ?? '') !== ''
  say(
    `fleet-scanner: a fault of this program: ${readable(error instanceof Error ? error.message : String(error))}`,
  )
  if (debug && error instanceof Error) say((error.stack ?? '').split('\n').map(readable).join('\n'))
  else say('set FLEET_SCANNER_DEBUG=1 to see where it happened')
  return EXIT.fault
}

/** A message may quote a file name or a node, and is worth more than the usual length. */
const readable = (text: string): string => plainText(text, 1000)

/** Whoever reads the output may stop reading (`| head`): the verdict, and so the exit code, stays the same. */
const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
}
