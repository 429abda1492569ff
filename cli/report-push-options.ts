import { UsageError } from './exit-code.ts'
import { filterOf } from './filters.ts'
import { type Globals, isCommonFormat } from './output.ts'
import type { ReportOptions, ReportQuestion } from './report-options.ts'

/** What `--push` takes. */
const PLACE = 'security-hub'

/** A push, as asked for: what is read for it, and the configuration that says how to get where it is sent. */
export type PushRequest = {
  question: ReportQuestion
  configFile: string
  /** What exists in the embedded account. */
  fleetFile?: string
  /** Nothing is sent. */
  isDry: boolean
  /** What is unchanged is sent too. */
  isAll: boolean
}

/** What only a report that is written can have. */
const OF_REPORTS = {
  at: '--at',
  from: '--from',
  to: '--to',
  sample: '--sample',
  seed: '--seed',
  includeWaived: '--include-waived',
} as const

/** What only a push can have. */
const OF_PUSHES = { config: '--config', fleet: '--fleet', dryRun: '--dry-run', all: '--all' } as const

/** Throws UsageError where a report that is written has an option of a push. */
export const checkNoPush = (options: ReportOptions): void => {
  for (const [key, option] of Object.entries(OF_PUSHES))
    if (options[key as keyof typeof OF_PUSHES] !== undefined)
      throw new UsageError(`${option} goes with --push ${PLACE}; without it nothing is sent`)
}

/** Throws UsageError on what goes not together, or is missing. */
export const pushRequestOf = (options: ReportOptions, globals: Globals, now: Date): PushRequest => {
  const { push, config, fleet, dryRun = false, all = false, cluster, account, control } = options
  if (push !== PLACE) throw new UsageError(`--push does not know "${push}"; it takes ${PLACE}`)
  for (const [key, option] of Object.entries(OF_REPORTS))
    if (options[key as keyof typeof OF_REPORTS] !== undefined)
      throw new UsageError(
        `${option} is for a report that is written; --push sends the findings as they stand`,
      )
  if (globals.output !== undefined)
    throw new UsageError('--output is for a report that is written; --push sends it, and says so on stdout')
  if (!isCommonFormat(globals.format))
    throw new UsageError(
      `--format ${globals.format} is for a report that is written; with --push it is table, json, jsonl`,
    )
  if (config === undefined)
    throw new UsageError(
      '--push needs --config fleet-scanner.yaml: it says which role sends findings in each account',
    )
  if (fleet !== undefined && !globals.local)
    throw new UsageError('--fleet is what exists in the embedded account; it goes with --local')
  const parts = { ...(cluster && { cluster }), ...(account && { account }), ...(control && { control }) }
  return {
    question: { format: 'asff', at: now.toISOString(), isNow: true, scope: filterOf(parts, now) },
    ...{ configFile: config, isDry: dryRun, isAll: all },
    ...(fleet !== undefined && { fleetFile: fleet }),
  }
}
