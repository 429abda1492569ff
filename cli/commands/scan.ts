import { instancesWanted } from '../../lambdas/run-scan/events.ts'
import { type ExitCode, UsageError } from '../exit-code.ts'
import { onStack } from '../on-stack.ts'
import { checkOutput, type Globals } from '../output.ts'
import { placeOf } from '../read-store.ts'
import { exitCodeOfScan, printScan } from '../scan-report.ts'
import { cancelScan } from './cancel-scan.ts'
import { printPlan } from './scan-plan.ts'

export type ScanOptions = {
  fleet?: string
  config?: string
  instance?: string[]
  dryRun?: boolean
  cancel?: string
  includeWaived?: boolean
}

/** Scans the fleet and prints what was found, what was not assessed, and what was sent. */
export const scan = async (options: ScanOptions, globals: Globals): Promise<ExitCode> => {
  const place = placeOf(globals)
  checkOutput(globals)
  if (options.cancel !== undefined) return cancelScan(options.cancel, options, globals)
  const { instance } = options
  const only = instance && { only: instance.map(instanceName) }
  return place === 'local' ? scanLocal(options, globals, only ?? {}) : scanStack(options, globals, only ?? {})
}

type Only = { only?: string[] }

const scanLocal = async (
  { fleet, config, dryRun, includeWaived }: ScanOptions,
  globals: Globals,
  only: Only,
): Promise<ExitCode> => {
  const { planLocalScan, runLocalScan, SAMPLE_FLEET } = await import('../local-scan.ts')
  const asked = {
    dataDir: globals.data,
    fleetFile: fleet ?? SAMPLE_FLEET,
    ...(config !== undefined && { configFile: config }),
    ...only,
  }
  if (dryRun) return printPlan(await planLocalScan(asked), globals)
  const done = await runLocalScan(asked)
  await printScan(done, globals)
  return exitCodeOfScan(done, includeWaived)
}

const scanStack = async (
  { fleet, config, dryRun, includeWaived }: ScanOptions,
  globals: Globals,
  only: Only,
): Promise<ExitCode> => {
  if (fleet !== undefined) throw new UsageError('--fleet is of the embedded account; it goes with --local')
  if (config !== undefined)
    throw new UsageError(
      '--config goes with --local; a deployed stack scans what it was deployed with: deploy it again with another file',
    )
  const { planStackScan, runStackScan } = await import('../stack-scan.ts')
  return onStack(globals, async (deployment) => {
    if (dryRun) return printPlan(await planStackScan(deployment, only), globals)
    const done = await runStackScan(deployment, only)
    await printScan(done, globals)
    return exitCodeOfScan(done, includeWaived)
  })
}

const instanceName = (name: string): string => {
  if (instancesWanted.safeParse([name]).success) return name
  throw new UsageError(`--instance does not know "${name}"; it takes an instance id, or account/region/id`)
}
