import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import { ScanLockedError } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { cancelScan } from './cancel-scan.ts'
import type { RunScanDeps, ScanCancelled, ScanIdentity, ScanPlan, ScanResult } from './deps.ts'
import { readEvent, type ScanEvent } from './events.ts'
import { planScan } from './plan-scan.ts'
import { scanFleet } from './scan-fleet.ts'
import { scanTarget, type TargetResult, targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/** What run-scan answers, by what it was asked. */
export type RunScanAnswer = ScanResult | ScanPlan | ScanCancelled | TargetResult

/**
 * Runs, plans or cancels a scan, or looks at one target of it, as a durable execution. What stands outside of steps
 * is repeated on every replay and has to come out the same.
 */
export const runScan = async (
  event: unknown,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<RunScanAnswer> => {
  const asked = readEvent(event)
  if ('cancel' in asked) return cancelScan(asked.cancel, ctx, deps)
  if ('target' in asked) return scanTarget({ scan: asked.scan, deps, ctx }, targetNamed(asked.target, deps))
  if (asked.dryRun) return planScan(asked.only, ctx, deps)
  return wholeScan(asked, ctx, deps)
}

const targetNamed = (name: string, { config }: RunScanDeps): ScanTarget => {
  const target = scanTargets(config).find((each) => targetName(each) === name)
  if (target === undefined) throw new Error(`the configuration has no target ${name}`)
  return target
}

/** Opens the scan, looks at every target, freezes and publishes the digest, closes the scan. */
const wholeScan = async (asked: ScanEvent, ctx: DurableContext, deps: RunScanDeps): Promise<ScanResult> => {
  const scan = await ctx.step('name', async () => identify(asked, deps), retrying)
  const refusal = await ctx.step('open', async () => open(scan, deps), retrying)
  if (refusal !== null) {
    ctx.logger.warn(refusal, { scanId: scan.scanId })
    return { scanId: scan.scanId, status: 'refused', message: refusal }
  }
  try {
    return await scanFleet({ scan, deps, ctx })
  } catch (error) {
    const { scanId } = scan
    ctx.logger.error('the scan failed', { scanId, reason: reasonOf(error) })
    await ctx.step(
      'close-as-failed',
      async () => deps.store.closeScan(scanId, { status: 'failed', closedAt: deps.now().toISOString() }),
      retrying,
    )
    throw error
  }
}

const identify = (event: ScanEvent, { now, config }: RunScanDeps): ScanIdentity => {
  const openedAt = now()
  return {
    scanId: event.scanId ?? stamp(event.scheduledTime ?? openedAt.toISOString()),
    trigger: event.scheduledTime === undefined ? 'manual' : 'schedule',
    ...(event.only && { only: event.only }),
    openedAt: openedAt.toISOString(),
    deadlineAt: new Date(openedAt.getTime() + config.deadlineMinutes * 60_000).toISOString(),
  }
}

/** `20260131T120000Z`, with milliseconds where there are any: sorts by time, and needs no quotes in a shell. */
const stamp = (time: string): string =>
  new Date(time).toISOString().replace('.000Z', 'Z').replace(/[-:]/g, '')

/** Why the scan may not go on; null: it is open. Not thrown, since trying again would not help. */
const open = async (scan: ScanIdentity, { store, config }: RunScanDeps): Promise<string | null> => {
  const known = await store.scan(scan.scanId)
  if (known && known.status !== 'open') return `scan ${scan.scanId} has already ended (${known.status})`
  try {
    await store.openScan({
      ...scan,
      status: 'open',
      targets: scanTargets(config).length,
      engineVersion: ENGINE_VERSION,
    })
    return null
  } catch (error) {
    if (error instanceof ScanLockedError) return error.message
    throw error
  }
}
