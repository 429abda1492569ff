import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { confirm } from '@inquirer/prompts'
import { withDeployment } from '../cli/deployment.ts'
import { UsageError } from '../cli/exit-code.ts'
import { askedFor } from './smoke/asked-for.ts'
import { looking } from './smoke/looking.ts'
import { pausing } from './smoke/pausing.ts'
import { scanning } from './smoke/scanning.ts'
import { NotSeenError, type Said, type Step, type World } from './smoke/step.ts'

/**
 * `npm run smoke -- --stack NAME [--profile P] [--region R] [--yes]`: shows on a deployed stack what could not be proved without
 * AWS. Scans the fleet three times, and pauses and resumes the schedule; asks before that. Exit code 0: all is as
 * assumed; 1: something is not; 2: wrong usage, or no such stack.
 */
export const STEPS: Step[] = [...looking, ...scanning, ...askedFor, ...pausing]

const BIN = fileURLToPath(new URL('../bin/fleet-scanner.js', import.meta.url))

type Options = { stack: string; profile?: string; region?: string }

const commandLine =
  ({ stack, profile, region }: Options): World['command'] =>
  async (...args): Promise<Said> => {
    const where = [
      '--stack',
      stack,
      ...(profile ? ['--profile', profile] : []),
      ...(region ? ['--region', region] : []),
    ]
    const child = spawn(process.execPath, [BIN, ...args, ...where, '--format', 'json', '--no-color'])
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    return { code, stdout, stderr, json: parsed(stdout) }
  }

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Returns false where the step has failed. */
const passes = async ({ name, title, run }: Step, world: World): Promise<boolean> => {
  try {
    console.log(`ok      ${name}: ${title} (${await run(world)})`)
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const unseen = error instanceof NotSeenError
    console.log(`${unseen ? 'unseen' : 'FAILED'}  ${name}: ${title}: ${reason}`)
    return unseen
  }
}

const smoke = async (options: Options, yes: boolean): Promise<number> =>
  withDeployment({ ...options, data: '', format: 'json', color: false }, async (deployment) => {
    const world: World = { deployment, command: commandLine(options), scans: [] }
    const failed: string[] = []
    let asked = yes
    for (const step of STEPS) {
      if (step.changes && !asked) {
        const message = `Now stack ${options.stack} scans your fleet three times, and its schedule is paused for a moment. Go on?`
        if (failed.length > 0) console.log(`So far FAILED: ${failed.join(', ')}`)
        if (!(await confirm({ message, default: false }))) return failed.length > 0 ? 1 : 0
        asked = true
      }
      if (!(await passes(step, world))) failed.push(step.name)
    }
    const [names, verb] = [failed.join(', '), failed.length === 1 ? 'is' : 'are']
    console.log(
      failed.length > 0
        ? `\n${names} ${verb} not as assumed: docs/assumptions.md says what that means`
        : '\nall is as assumed; docs/assumptions.md lists what is left to look at',
    )
    return failed.length > 0 ? 1 : 0
  })

const options = () => {
  try {
    const { values } = parseArgs({
      options: {
        stack: { type: 'string' },
        profile: { type: 'string' },
        region: { type: 'string' },
        yes: { type: 'boolean', default: false },
      },
    })
    const { stack, yes, ...rest } = values
    if (stack === undefined) throw new UsageError('say which stack: npm run smoke -- --stack NAME')
    if (!yes && !process.stdin.isTTY)
      throw new UsageError('it asks before it scans, and there is no terminal to ask on; say --yes')
    return { yes, stack, ...rest }
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(error instanceof Error ? error.message : String(error))
  }
}

if (import.meta.main) {
  try {
    const { yes, ...where } = options()
    process.exitCode = await smoke(where, yes)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}
