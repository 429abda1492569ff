import { hasEnded } from '../../lambdas/run-scan/cancel-scan.ts'
import type { ScanCancelled, ScanRefused } from '../../lambdas/run-scan/deps.ts'
import { connectAccount } from '../../local/account.ts'
import { renderJson, renderJsonl } from '../../shared/report/json.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts'
import { readStore } from '../local-store.ts'
import { type Globals, printResults, say } from '../output.ts'
import type { ScanOptions } from './scan.ts'

/** Stops an open scan of the embedded account, which another process may be at. Throws UsageError where none is open. */
export const cancelScan = async (
  scanId: string,
  { fleet, config, instance, dryRun }: ScanOptions,
  globals: Globals,
): Promise<ExitCode> => {
  if ([fleet, config, instance, dryRun].some((option) => option !== undefined))
    throw new UsageError('--cancel stops a scan; it goes with none of the options that start one')
  const running = await connectAccount(globals.data)
  let answer: ScanCancelled | ScanRefused
  try {
    answer = running ? await running.cancelScan(scanId) : await endAbandoned(scanId, globals)
  } finally {
    await running?.stop()
  }
  if (answer.status === 'refused')
    throw new UsageError(`${answer.message}; fleet-scanner scans --local lists the scans`)
  await printCancelled(answer, globals)
  return EXIT.nothingFails
}

/** Nobody scans with this folder: a scan that is open there was cut off, and its commands ended with its process. */
const endAbandoned = async (scanId: string, globals: Globals): Promise<ScanCancelled | ScanRefused> =>
  readStore(globals, async (store) => {
    const status = (await store.scan(scanId))?.status
    if (status !== 'open') return hasEnded(scanId, status ?? null)
    await store.closeScan(scanId, { status: 'cancelled', closedAt: new Date().toISOString() })
    return { scanId, status: 'cancelled', commands: 0, errors: [] }
  })

const printCancelled = async (answer: ScanCancelled, globals: Globals): Promise<void> => {
  const { scanId, commands, errors } = answer
  const called = `${commands} ${commands === 1 ? 'command was' : 'commands were'} called back`
  const text = {
    table: () => `scan ${plainText(scanId)} is cancelled; ${called}\n`,
    json: () => renderJson(answer),
    jsonl: () => renderJsonl([answer]),
  }[globals.format]()
  await printResults(globals, text)
  for (const error of errors) say(plainText(error, 500))
}
