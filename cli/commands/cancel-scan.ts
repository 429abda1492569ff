import type { ScanCancelled, ScanRefused } from '../../lambdas/run-scan/deps.ts'
import { cancelEvent } from '../../lambdas/run-scan/events.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { onStack } from '../on-stack.ts'
import { type Globals, printResults, say } from '../output.ts'
import type { StackScanCancelled } from '../stack-cancel.ts'
import type { ScanOptions } from './scan.ts'

/** Stops an open scan. Throws UsageError where none is open. */
export const cancelScan = async (
  scanId: string,
  { fleet, config, instance, dryRun }: ScanOptions,
  globals: Globals,
): Promise<ExitCode> => {
  if ([fleet, config, instance, dryRun].some((option) => option !== undefined))
    throw new UsageError('--cancel stops a scan; it goes with none of the options that start one')
  if (!cancelEvent.safeParse({ cancel: scanId }).success)
    throw new UsageError(`--cancel does not know "${scanId}"; it takes a scan's id, as scans lists them`)
  if (globals.local) {
    const { cancelLocalScan } = await import('../local-cancel.ts')
    return told(await cancelLocalScan(scanId, globals), globals)
  }
  const { cancelStackScan } = await import('../stack-cancel.ts')
  return onStack(globals, async (deployment) => told(await cancelStackScan(deployment, scanId), globals))
}

const told = async (
  answer: ScanCancelled | StackScanCancelled | ScanRefused,
  globals: Globals,
): Promise<ExitCode> => {
  if (answer.status === 'refused') {
    const where = globals.local ? '--local' : `--stack ${globals.stack}`
    throw new UsageError(`${answer.message}; fleet-scanner scans ${where} lists the scans`)
  }
  const text = {
    table: () => inWords(answer),
    json: () => renderJson(answer),
    jsonl: () => renderJsonl([answer]),
  }[globals.format]()
  await printResults(globals, text)
  for (const error of answer.errors) say(plainText(error, 500))
  return EXIT.nothingFails
}

const inWords = (answer: ScanCancelled | StackScanCancelled): string => {
  const { scanId, commands } = answer
  const called = `${commands} ${commands === 1 ? 'command was' : 'commands were'} called back`
  const execution = 'execution' in answer ? EXECUTION[answer.execution] : ''
  return `scan ${plainText(scanId)} is cancelled; ${called}${execution}\n`
}

const EXECUTION = {
  ended: '; its execution has ended',
  stopped: '; its execution did not end by itself and was stopped: what it had changed, a later scan tells',
}
