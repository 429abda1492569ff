import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { z } from 'zod'
import { scanTargets } from '../../shared/config/scanner-config.ts'
import { addCoverage } from '../../shared/findings/coverage.ts'
import { ScanLockedError } from '../../shared/store/store.ts'
import { ENGINE_VERSION } from '../../shared/version.ts'
import type { Run, RunScanDeps, ScanIdentity, ScanResult, ScanSummary } from './deps.ts'
import { publishDigests } from './publish-digests.ts'
import { scanTarget, targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/** What starts a scan. With neither field it is a manual scan of this moment. */
export const runScanEvent = z.strictObject({
  /** Names the scan; a second start under a name that has ended does nothing. */
  scanId: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .optional(),
  /** When the schedule meant the scan to start: ISO 8601. The scan is then named after it. */
  scheduledTime: z.iso.datetime({ offset: true }).optional(),
})
export type RunScanEvent = z.infer<typeof runScanEvent>

/** Targets looked at side by side. */
const TARGETS_AT_ONCE = 10

/**
 * One scan, as a durable execution: opens it, looks at every target, freezes and publishes the digest, closes it.
 * What stands outside of steps is repeated on every replay and has to come out the same.
 */
export const runScan = async (
  event: unknown,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<ScanResult> => {
  const asked = runScanEvent.parse(event ?? {})
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

const identify = (event: RunScanEvent, { now, config }: RunScanDeps): ScanIdentity => {
  const openedAt = now()
  return {
    scanId: event.scanId ?? stamp(event.scheduledTime ?? openedAt.toISOString()),
    trigger: event.scheduledTime === undefined ? 'manual' : 'schedule',
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

const scanFleet = async (run: Run): Promise<ScanSummary> => {
  const { scan, deps, ctx } = run
  const targets = scanTargets(deps.config)
  const looked = await ctx.map(
    'targets',
    targets,
    (child, target) => scanTarget({ ...run, ctx: child }, target),
    {
      itemNamer: targetName,
      maxConcurrency: TARGETS_AT_ONCE,
      completionConfig: { toleratedFailurePercentage: 100 },
    },
  )
  const done = looked.succeeded().map(({ result }) => result)
  const broken = looked.failed().map(({ index, error }) => {
    const target = targets[index]
    return `${target ? targetName(target) : index}: ${reasonOf(error)}`
  })
  const targetErrors = [...done.flatMap(({ errors }) => errors), ...broken]
  for (const error of targetErrors) ctx.logger.error('a target was not fully scanned', { error })

  const totals = {
    coverage: addCoverage(done.map(({ coverage }) => coverage)),
    findings: await ctx.step('count-findings', async () => deps.store.countFindings(), retrying),
    changes: done.reduce((sum, { changes }) => sum + changes, 0),
    targetErrors,
  }
  const digest = await publishDigests(run, totals)
  const status = done.some(({ inventoried }) => inventoried) ? 'closed' : 'failed'
  return ctx.step(
    'close',
    async () => {
      const end = { status, closedAt: deps.now().toISOString(), ...totals, digest } as const
      await deps.store.closeScan(scan.scanId, end)
      const summary = { scanId: scan.scanId, openedAt: scan.openedAt, ...end }
      deps.record(summary)
      return summary
    },
    retrying,
  )
}
