import { instancesWanted } from '../../lambdas/run-scan/events.ts'
import { renderFindings } from '../../shared/report/findings-table.ts'
import { inPublishedOrder, renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { type ExitCode, exitCodeOf, UsageError } from '../exit-code.ts'
import { coverageOfScan, notAssessedOf, rowsOf } from '../fleet-view.ts'
import { type LocalScan, planLocalScan, runLocalScan, SAMPLE_FLEET, type SentDigest } from '../local-scan.ts'
import { requireLocal } from '../local-store.ts'
import { checkOutput, type Globals, painter, printResults, say } from '../output.ts'
import { cancelScan } from './cancel-scan.ts'
import { printPlan } from './scan-plan.ts'

export type ScanOptions = {
  fleet?: string
  config?: string
  instance?: string[]
  dryRun?: boolean
  cancel?: string
}

/** Scans the embedded account's fleet and prints what was found, what was not assessed, and what was sent. */
export const scan = async (options: ScanOptions, globals: Globals): Promise<ExitCode> => {
  requireLocal(globals)
  checkOutput(globals)
  if (options.cancel !== undefined) return cancelScan(options.cancel, options, globals)
  const { fleet, config, instance, dryRun } = options
  const asked = {
    dataDir: globals.data,
    fleetFile: fleet ?? SAMPLE_FLEET,
    ...(config !== undefined && { configFile: config }),
    ...(instance !== undefined && { only: instance.map(instanceName) }),
  }
  if (dryRun) return printPlan(await planLocalScan(asked), globals)
  const done = await runLocalScan(asked)
  await printScan(done, globals)
  return exitCodeOfScan(done)
}

const instanceName = (name: string): string => {
  if (instancesWanted.safeParse([name]).success) return name
  throw new UsageError(`--instance does not know "${name}"; it takes an instance id, or account/region/id`)
}

export const exitCodeOfScan = (done: LocalScan): ExitCode =>
  exitCodeOf(
    done.findings.map(({ status }) => status),
    coverageOfScan(done).full,
  )

/** JSON Lines hold findings alone, so the rest goes to stderr there. */
export const printScan = async (done: LocalScan, globals: Globals): Promise<void> => {
  const rest = [`coverage: ${coverageOfScan(done).line}`, '', ...digestLines(done)].join('\n')
  const findings = done.findings.map(inPublishedOrder)
  if (globals.format === 'json') {
    await printResults(globals, renderJson(asJson(done)))
  } else if (globals.format === 'jsonl') {
    await printResults(globals, renderJsonl(findings))
  } else {
    await printResults(globals, `${renderFindings(rowsOf(findings), painter(globals))}${rest}\n`)
  }
  if (globals.format === 'jsonl' || globals.output !== undefined) say(rest)
}

const asJson = (done: LocalScan) => ({
  scan: done.record,
  notAssessed: notAssessedOf(done),
  findings: done.findings.map(inPublishedOrder),
  digests: done.sent,
})

const digestLines = ({ record, sent }: LocalScan): string[] => {
  if (record.status === 'cancelled' && sent.length === 0)
    return ['the scan was cancelled before its end; nothing had changed by then, so nothing was sent']
  if (sent.length > 0) return sent.flatMap(oneDigest)
  if (record.digest === 'frozen') return ['the digest could not be published; the next scan tries again']
  return ['nothing changed since the last scan, so nothing was sent']
}

const oneDigest = ({ subject, text }: SentDigest): string[] => [
  'the digest, as it was sent:',
  `  | Subject: ${plainText(subject)}`,
  '  |',
  ...text
    .trimEnd()
    .split('\n')
    .map((line) => `  | ${indented(line)}`.trimEnd()),
]

/** A line made safe to print, with the blanks that it begins with. */
const indented = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${plainText(line)}`
