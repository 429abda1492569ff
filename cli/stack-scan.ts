import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import type { ScanPlan } from '../lambdas/run-scan/deps.ts'
import { DEFAULT_ROUTE, readKey } from '../shared/report/digest-routes.ts'
import { plainText } from '../shared/report/plain-text.ts'
import { scanIdOf } from '../shared/scan-id.ts'
import type { Store } from '../shared/store/store.ts'
import type { Deployment } from './deployment.ts'
import {
  APPEARS_WITHIN_MS,
  type Execution,
  endOfExecution,
  FunctionFailedError,
  notBegun,
  type Started,
  startExecution,
  startedExecution,
} from './executions.ts'
import { say } from './output.ts'
import { startProgress } from './progress.ts'
import { openedScan, type ScanReport, type SentDigest, scanSeen } from './scan-seen.ts'

type Only = { only?: string[] }

/**
 * Starts a scan in a deployed stack and follows it to its end, with progress on stderr. Throws UsageError where it was
 * refused, FunctionFailedError where it broke off.
 */
export const runStackScan = async (deployment: Deployment, asked: Only): Promise<ScanReport> => {
  // In whole seconds: with the milliseconds it is no name that Lambda takes.
  const scanId = scanIdOf(new Date(Math.floor(Date.now() / 1000) * 1000).toISOString())
  const started = await startExecution(deployment, scanId, { scanId, ...asked })
  const { stack, store } = deployment
  say(`scan ${scanId} of stack ${stack} has been started`)
  const ended = await follow(deployment, scanId, started)
  if (ended.error !== undefined)
    throw new FunctionFailedError(
      `scan ${scanId} broke off (${ended.status}): ${plainText(ended.error, 500)}; the log of run-scan has more`,
    )
  openedScan(ended.result)
  return { ...(await scanSeen(store, scanId)), sent: await sentDigests(store, scanId) }
}

/** What a scan of the stack would do; with `check`, also which instances the selectors may have missed. */
export const planStackScan = async (
  deployment: Deployment,
  asked: Only & { check?: boolean },
): Promise<ScanPlan> => {
  const name = `plan-${randomUUID()}`
  const started = await startExecution(deployment, name, { ...asked, dryRun: true })
  say(`asking stack ${deployment.stack} what it would scan`)
  const { result, error } = await endOfExecution(deployment, started)
  if (error !== undefined) throw new FunctionFailedError(`no plan was made: ${plainText(error, 500)}`)
  planned.parse(result)
  return result as ScanPlan
}

/** Enough to tell a plan from anything else; the stack's version made the rest. */
const planned = z.looseObject({
  status: z.literal('planned'),
  document: z.looseObject({}),
  targets: z.array(z.looseObject({})),
})

const FIRST_LOOK_MS = 1000
const LONGEST_WAIT_MS = 15_000

/** Waits for the end of the scan's execution. It goes on whatever becomes of this process, which says so. */
const follow = async (deployment: Deployment, scanId: string, started: Started): Promise<Execution> => {
  const progress = startProgress()
  const goesOn = () => {
    progress.stop()
    say(`scan ${scanId} goes on in stack ${deployment.stack}; to see how far it is, or to stop it:`)
    say(`  fleet-scanner scans --stack ${deployment.stack}`)
    say(`  fleet-scanner scan --stack ${deployment.stack} --cancel ${scanId}`)
  }
  const interrupted = () => {
    goesOn()
    process.exit(INTERRUPTED)
  }
  process.once('SIGINT', interrupted)
  try {
    return await lookUntilEnded(deployment, scanId, started, progress.update)
  } catch (error) {
    goesOn()
    throw error
  } finally {
    process.removeListener('SIGINT', interrupted)
    progress.stop()
  }
}

/** What a shell reports of a command that Ctrl-C has ended. */
const INTERRUPTED = 130

const lookUntilEnded = async (
  deployment: Deployment,
  scanId: string,
  started: Started,
  update: (ended: number, sent: number) => void,
): Promise<Execution> => {
  const begun = Date.now()
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.2, LONGEST_WAIT_MS)) {
    await sleep(wait)
    const execution = await startedExecution(deployment, started)
    if (execution?.error !== undefined) return execution
    if (execution) {
      const { ended, sent } = await howFar(deployment.store, scanId)
      update(ended, sent)
      if (!execution.isRunning) return execution
    } else if (Date.now() - begun > APPEARS_WITHIN_MS) throw notBegun(scanId)
  }
}

/** Instances that the collector was sent to, and those whose answers have been judged. */
const howFar = async (store: Store, scanId: string): Promise<{ ended: number; sent: number }> => {
  const [commands, results] = await Promise.all([store.sentCommands(scanId), store.commandResults(scanId)])
  const sum = (counts: number[]) => counts.reduce((total, each) => total + each, 0)
  const ended = sum(results.flatMap(({ commandId, outcomes }) => (commandId ? outcomes.length : [])))
  return { ended, sent: Math.max(ended, sum(commands.map(({ instances = 0 }) => instances))) }
}

/** As mail subscribers got them; what Amazon Q got is the same in another form. */
const sentDigests = async (store: Store, scanId: string): Promise<SentDigest[]> =>
  (await store.digestsOf(scanId))
    .map(({ route: key, ...digest }) => ({ ...digest, ...readKey(key) }))
    .filter(({ publishedAt, amazonQ }) => publishedAt !== undefined && !amazonQ)
    .map(({ route, subject, bodies }) => ({
      scanId,
      ...(route !== DEFAULT_ROUTE && { route }),
      subject,
      text: bodies.email ?? bodies.default ?? '',
    }))
