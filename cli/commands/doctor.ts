import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import type { Deployment } from '../deployment.ts'
import { type Check, ok, problem } from '../doctor/check.ts'
import { stackChecks } from '../doctor/stack-checks.ts'
import { targetChecks } from '../doctor/target-checks.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { checkOutput, type Globals, painter, printResults } from '../output.ts'
import { placeOf } from '../read-store.ts'

export type DoctorOptions = { fleet?: string; config?: string }

/** Looks at everything that a scan needs, and prints what is missing and how to mend it. Exit code 3 where anything is. */
export const doctor = async (options: DoctorOptions, globals: Globals): Promise<ExitCode> => {
  checkOutput(globals)
  const checks =
    placeOf(globals) === 'local' ? await localChecks(options, globals) : await deployedChecks(globals)
  const problems = checks.filter(({ state }) => state === 'problem').length
  const text = {
    table: () => inWords(checks, problems, globals),
    json: () => renderJson({ problems, checks }),
    jsonl: () => renderJsonl(checks),
  }[globals.format]()
  await printResults(globals, text)
  return problems > 0 ? EXIT.notAssessed : EXIT.nothingFails
}

const localChecks = async ({ fleet, config }: DoctorOptions, globals: Globals): Promise<Check[]> => {
  const { planLocalScan, SAMPLE_FLEET } = await import('../local-scan.ts')
  const plan = await planLocalScan({
    dataDir: globals.data,
    fleetFile: fleet ?? SAMPLE_FLEET,
    check: true,
    ...(config !== undefined && { configFile: config }),
  })
  return targetChecks(plan)
}

/** A stack that cannot be reached is the first thing to mend, not a wrong use of this command. */
const deployedChecks = async (globals: Globals): Promise<Check[]> => {
  const { withDeployment } = await import('../deployment.ts')
  const checks: Check[] = []
  try {
    await withDeployment(globals, async (deployment) => {
      checks.push(ok('stack', `${deployment.stack} in ${deployment.region}`))
      checks.push(...(await stackChecks(deployment)))
      checks.push(...(await plannedChecks(deployment)))
    })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    checks.push(problem('stack', error.message, 'docs/deploy.md says what you need to see and do there'))
  }
  return checks
}

/** The functions themselves are asked: only they can assume the roles. */
const plannedChecks = async (deployment: Deployment): Promise<Check[]> => {
  const { planStackScan } = await import('../stack-scan.ts')
  const { FunctionFailedError } = await import('../executions.ts')
  try {
    return targetChecks(await planStackScan(deployment, { check: true }))
  } catch (error) {
    if (!(error instanceof FunctionFailedError)) throw error
    return [problem('run-scan', error.message, 'see the log of run-scan, and docs/runbook.md')]
  }
}

const STYLES = { ok: 'pass', note: 'dim', problem: 'fail' } as const

const inWords = (checks: Check[], problems: number, globals: Globals): string => {
  const paint = painter(globals)
  const lines = checks.flatMap(({ state, about, says, mend }) => [
    `${paint(STYLES[state], state.padEnd(7))}  ${plainText(about)}: ${plainText(says, 1000)}`,
    ...(mend === undefined ? [] : [`         -> ${plainText(mend, 500)}`]),
  ])
  const end =
    problems === 0 ? 'everything is ready' : `${problems} ${problems === 1 ? 'problem' : 'problems'} to mend`
  return `${[...lines, '', end].join('\n')}\n`
}
