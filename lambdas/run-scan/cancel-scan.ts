import type { DurableContext } from '@aws/durable-execution-sdk-js'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { RunScanDeps, ScanCancelled, ScanRefused } from './deps.ts'
import { fleetTargets } from './fleet-targets.ts'
import { targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/**
 * Stops an open scan: marks it, which releases the lock and has the scan's own execution end at its next look, and
 * calls back its commands. What was judged by then stays, and is told by the scan itself.
 */
export const cancelScan = async (
  scanId: string,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<ScanCancelled | ScanRefused> => {
  const status = await ctx.step('find', async () => (await deps.store.scan(scanId))?.status ?? null, retrying)
  if (status !== 'open') return hasEnded(scanId, status)
  const marked = await ctx.step('mark-cancelled', async () => mark(scanId, deps), retrying)
  if (marked !== 'cancelled') return hasEnded(scanId, marked)
  const { targets } = await fleetTargets(ctx, deps)
  return ctx.step('call-back', async () => callBack(scanId, targets, deps), retrying)
}

/** Why there is nothing to cancel. */
export const hasEnded = (scanId: string, status: string | null): ScanRefused => {
  const message = status ? `scan ${scanId} has already ended (${status})` : `there is no scan ${scanId}`
  return { scanId, status: 'refused', message }
}

/** Returns the status that stands: the scan may just have ended by itself. */
const mark = async (scanId: string, { store, now }: RunScanDeps): Promise<string | null> => {
  await store.closeScan(scanId, { status: 'cancelled', closedAt: now().toISOString() })
  return (await store.scan(scanId))?.status ?? null
}

/** Commands whose results are recorded have ended. One that cannot be called back ends by its own timeout. */
const callBack = async (
  scanId: string,
  all: ScanTarget[],
  { store, access }: RunScanDeps,
): Promise<ScanCancelled> => {
  const judged = new Set((await store.commandResults(scanId)).map(({ commandId }) => commandId))
  const pending = (await store.sentCommands(scanId)).filter(({ commandId }) => !judged.has(commandId))
  const targets = new Map(all.map((target) => [targetName(target), target]))
  const errors: string[] = []
  for (const command of pending) {
    const name = targetName(command)
    try {
      const target = targets.get(name)
      if (target === undefined) throw new Error('it is no target of the configuration any more')
      await access(target).cancel(command.commandId)
    } catch (error) {
      errors.push(`${name}: command ${command.commandId} was not called back: ${reasonOf(error)}`)
    }
  }
  return { scanId, status: 'cancelled', commands: pending.length - errors.length, errors }
}
