import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import type { ScanCancelled, ScanRefused } from '../lambdas/run-scan/deps.ts'
import { plainText } from '../shared/report/plain-text.ts'
import type { Deployment } from './deployment.ts'
import {
  anyRuns,
  type Execution,
  endOfExecution,
  FunctionFailedError,
  runningExecutions,
  startExecution,
  stopExecution,
} from './executions.ts'
import { say } from './output.ts'

/** `ended`: the scan's execution came to its own end, and has told what had changed. */
export type StackScanCancelled = ScanCancelled & { execution: 'ended' | 'stopped' }

/** A scan looks for a cancelling at most every `poll.longestSeconds` (30 unless configured), and then tells and closes. */
const PATIENCE_MS = 90_000
const LOOK_AGAIN_MS = 1000

/**
 * Cancels a scan of a deployed stack. First run-scan marks it, which releases the lock and stops further sends, and calls
 * its commands back. Then the scan's own execution gets time to judge what has come, and tell of it; only one that does not
 * end by itself is stopped. In this order nothing is left half done, wherever this process is interrupted; done again, it
 * goes on from there.
 */
export const cancelStackScan = async (
  deployment: Deployment,
  scanId: string,
  patienceMs = PATIENCE_MS,
): Promise<StackScanCancelled | ScanRefused> => {
  let answer = await askToCancel(deployment, scanId)
  const running = await runningExecutions(deployment, scanId)
  if (running.length === 0) return answer.status === 'refused' ? answer : { ...answer, execution: 'ended' }
  const status = (await deployment.store.scan(scanId))?.status
  if (answer.status === 'refused' && status === undefined) {
    // It has begun and not opened the scan; what it may do before it is stopped is cancelled after.
    await stopAll(deployment, running)
    answer = await askToCancel(deployment, scanId)
    return {
      ...nothingCalledBack(scanId),
      ...(answer.status === 'cancelled' && answer),
      execution: 'stopped',
    }
  }
  // Marked by an earlier cancelling that was interrupted: its execution may still be waited for.
  if (answer.status === 'refused' && status !== 'cancelled') return answer
  say(`scan ${plainText(scanId)} is marked as cancelled; waiting for its execution to end`)
  const done = answer.status === 'refused' ? nothingCalledBack(scanId) : answer
  const left = await leftAfter(deployment, scanId, running, patienceMs)
  await stopAll(deployment, left)
  return { ...done, execution: left.length === 0 ? 'ended' : 'stopped' }
}

const stopAll = async (deployment: Deployment, executions: Execution[]): Promise<void> => {
  for (const execution of executions) await stopExecution(deployment, execution)
}

const nothingCalledBack = (scanId: string): ScanCancelled => ({
  scanId,
  status: 'cancelled',
  commands: 0,
  errors: [],
})

const answered = z.discriminatedUnion('status', [
  z.object({ scanId: z.string(), status: z.literal('refused'), message: z.string() }),
  z.object({
    scanId: z.string(),
    status: z.literal('cancelled'),
    commands: z.number(),
    errors: z.array(z.string()),
  }),
])

const askToCancel = async (deployment: Deployment, scanId: string): Promise<ScanCancelled | ScanRefused> => {
  const name = `cancel-${randomUUID()}`
  const started = await startExecution(deployment, name, { cancel: scanId })
  const { error, result } = await endOfExecution(deployment, started)
  if (error !== undefined)
    throw new FunctionFailedError(
      `scan ${plainText(scanId)} could not be cancelled, and goes on: ${plainText(error, 500)}; try again`,
    )
  return answered.parse(result)
}

/** What still runs of the scan when its time is over; none: it has ended by itself. */
const leftAfter = async (
  deployment: Deployment,
  scanId: string,
  running: Execution[],
  patienceMs: number,
): Promise<Execution[]> => {
  let left = running
  for (let waited = 0; waited < patienceMs && left.length > 0; waited += LOOK_AGAIN_MS) {
    // Listing takes a call for each version; a target may have begun since.
    if (!(await anyRuns(deployment, left))) left = await runningExecutions(deployment, scanId)
    else await sleep(LOOK_AGAIN_MS)
  }
  return left.length === 0 ? left : runningExecutions(deployment, scanId)
}
