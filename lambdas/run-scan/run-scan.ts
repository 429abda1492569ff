import { createHash } from 'node:crypto'
import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { tagsKnown } from '../../shared/config/kept-tags.ts'
import { type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import { scanIdOf } from '../../shared/scan-id.ts'
import { ScanLockedError } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import { cancelScan } from './cancel-scan.ts'
import type { RunScanDeps, ScanCancelled, ScanIdentity, ScanPlan, ScanResult, ScanSummary } from './deps.ts'
import { readEvent, type ScanEvent, type TargetEvent } from './events.ts'
import { type FleetTargets, fleetTargets } from './fleet-targets.ts'
import { type NotifyTested, notifyTest } from './notify-test.ts'
import { planScan } from './plan-scan.ts'
import { scanFleet } from './scan-fleet.ts'
import { scanTarget, type TargetResult, targetName } from './scan-target.ts'
import { sealScan } from './seal-scan.ts'
import { reasonOf, retrying } from './steps.ts'

/** What run-scan answers, by what it was asked. */
export type RunScanAnswer = ScanResult | ScanPlan | ScanCancelled | NotifyTested | TargetResult

/**
 * Runs, plans or cancels a scan, looks at one target of it, or tests a route, as a durable execution. What stands outside of steps
 * is repeated on every replay and has to come out the same.
 */
export const runScan = async (
  event: unknown,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<RunScanAnswer> => {
  const asked = readEvent(event)
  if ('cancel' in asked) return cancelScan(asked.cancel, ctx, deps)
  if ('notifyTest' in asked) return notifyTest(asked.notifyTest, ctx, deps)
  if ('target' in asked) return scanTarget({ scan: asked.scan, deps, ctx }, targetNamed(asked, deps))
  if (asked.dryRun || asked.check) return planScan(asked, ctx, deps)
  return wholeScan(asked, ctx, deps)
}

/** Roles and selectors are the configuration's, never the event's; which accounts a unit holds, the scan has asked. */
const targetNamed = (
  { target: name, entry }: Pick<TargetEvent, 'target' | 'entry'>,
  { config }: RunScanDeps,
): ScanTarget => {
  const units = entry === undefined ? [] : (config.targets[entry]?.organizationalUnits ?? [])
  const [account = ''] = name.split('/')
  const target = scanTargets(config, new Map(units.map((unit) => [unit, [account]]))).find(
    (each) => targetName(each) === name && each.entry === entry,
  )
  if (target === undefined) throw new Error(`the configuration has no target ${name}`)
  return target
}

/** Opens the scan, looks at every target, freezes and publishes the digest, closes the scan and seals it. */
const wholeScan = async (asked: ScanEvent, ctx: DurableContext, deps: RunScanDeps): Promise<ScanResult> => {
  const scan = await ctx.step('name', async () => identify(asked, deps), retrying)
  const fleet = await fleetTargets(ctx, deps)
  const refusal = await ctx.step(
    'open',
    async () => open(scan, fleet, deps, ctx.executionContext.durableExecutionArn),
    retrying,
  )
  if (refusal !== null) {
    ctx.logger.warn(refusal, { scanId: scan.scanId })
    return { scanId: scan.scanId, status: 'refused', message: refusal }
  }
  let summary: ScanSummary
  try {
    summary = await scanFleet({ scan, deps, ctx }, fleet)
  } catch (error) {
    const { scanId } = scan
    ctx.logger.error('the scan failed', { scanId, reason: reasonOf(error) })
    await ctx.step(
      'close-as-failed',
      async () => deps.store.closeScan(scanId, { status: 'failed', closedAt: deps.now().toISOString() }),
      retrying,
    )
    await sealScan({ scan, deps, ctx })
    throw error
  }
  await sealScan({ scan, deps, ctx })
  return summary
}

const identify = (event: ScanEvent, { now, config }: RunScanDeps): ScanIdentity => {
  const openedAt = now()
  return {
    scanId: event.scanId ?? scanIdOf(event.scheduledTime ?? openedAt.toISOString()),
    trigger: event.scheduledTime === undefined ? 'manual' : 'schedule',
    ...(event.only && { only: event.only }),
    openedAt: openedAt.toISOString(),
    deadlineAt: new Date(openedAt.getTime() + config.deadlineMinutes * 60_000).toISOString(),
  }
}

const hashOf = (names: string[]): string =>
  createHash('sha256').update(names.toSorted().join('\n')).digest('base64url').slice(0, 16)

/** Why the scan may not go on; null: it is open. Not thrown, since trying again would not help. */
const open = async (
  scan: ScanIdentity,
  { targets }: FleetTargets,
  { store, config }: RunScanDeps,
  execution: string,
): Promise<string | null> => {
  const known = await store.scan(scan.scanId)
  if (known && known.status !== 'open') return `scan ${scan.scanId} has already ended (${known.status})`
  try {
    await store.openScan(
      {
        ...{ ...scan, status: 'open', engineVersion: ENGINE_VERSION },
        ...{ targets: targets.length, targetsHash: hashOf(targets.map(targetName)) },
      },
      execution,
    )
    await store.putSettings({ waivers: { ...config.waivers, tags: tagsKnown(config) }, sla: config.sla })
    return null
  } catch (error) {
    if (error instanceof ScanLockedError) return error.message
    throw error
  }
}
