import type { BatchResult, DurableContext } from '@aws/durable-execution-sdk-js'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage } from '../../shared/findings/coverage.ts'
import { isCancelled } from './cancelled.ts'
import type { Run, ScanSummary } from './deps.ts'
import type { TargetEvent } from './events.ts'
import type { FleetTargets } from './fleet-targets.ts'
import { noteLeft } from './note-left.ts'
import { idsIn, unmatched } from './only.ts'
import { ownArn } from './own-arn.ts'
import { publishDigests } from './publish-digests.ts'
import type { Counts } from './scan-chunk.ts'
import { scanTarget, type TargetResult, targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/** With more targets than this each one gets an execution of its own: what one execution remembers stays bounded. */
const MOST_IN_ONE_EXECUTION = 10

/** Looks at every target of an open scan, tells what changed, and closes the scan. */
export const scanFleet = async (run: Run, fleet: FleetTargets): Promise<ScanSummary> => {
  const { scan, deps, ctx } = run
  const { only } = scan
  const targets = fleet.targets.filter((target) => !only || idsIn(target, only).length > 0)
  const looked = await lookAt(run, targets)
  const done = looked.succeeded().map(({ result }) => result)
  const broken = looked.failed().map(({ index, error }) => {
    const target = targets[index]
    return `${target ? targetName(target) : index}: ${reasonOf(error)}`
  })
  const missing = unmatched(
    only ?? [],
    done.flatMap(({ found }) => found),
  ).map((name) => `${name}: no target has an instance of this id with the tags`)
  // Where all that was asked for is found, units that may hold more are of no concern.
  const unitErrors = only && missing.length === 0 ? [] : fleet.errors
  const targetErrors = [...done.flatMap(({ errors }) => errors), ...broken, ...unitErrors, ...missing]
  const empty = only ? [] : emptyIn(targets, looked)
  for (const error of targetErrors) ctx.logger.error('a target was not fully scanned', { error })

  const left = only ? [] : await noteAllLeft(run, fleet)
  const count = async () => ({
    findings: await deps.store.countFindings(),
    cancelled: await isCancelled(run),
  })
  const { findings, cancelled } = await ctx.step('count-findings', count, retrying)
  const totals = {
    coverage: addCoverage([...done, ...left].map(({ coverage }) => coverage)),
    findings,
    changes: [...done, ...left].reduce((sum, { changes }) => sum + changes, 0),
    targetErrors,
    ...(empty.length > 0 && { emptyTargets: empty }),
  }
  const { digest, unpublished } = await publishDigests(run, { ...totals, cancelled })
  const ended = done.some(({ inventoried }) => inventoried) ? 'closed' : 'failed'
  return ctx.step(
    'close',
    async () => {
      const status = (await isCancelled(run)) ? 'cancelled' : ended
      const end = { status, closedAt: deps.now().toISOString(), ...totals, digest } as const
      await deps.store.closeScan(scan.scanId, end)
      const { scanId, openedAt } = scan
      const summary: ScanSummary = { scanId, openedAt, ...(only && { only }), ...end, unpublished }
      // Part of the fleet says nothing of the whole, which the metrics are about.
      if (!only && status !== 'cancelled') deps.record(summary)
      return summary
    },
    retrying,
  )
}

/** Listed, and without any instance: a wrong region or tag looks just like this, so it is said. */
const emptyIn = (targets: ScanTarget[], looked: BatchResult<TargetResult>): string[] =>
  looked.succeeded().flatMap(({ index, result }) => {
    const target = targets[index]
    const isEmpty =
      result.inventoried && !result.cancelled && Object.keys(result.coverage.byState).length === 0
    return target !== undefined && isEmpty ? [targetName(target)] : []
  })

/** Only once all who left are noted are they forgotten: a scan that breaks off before leaves it to the next. */
const noteAllLeft = async (run: Run, { left, units }: FleetTargets): Promise<Counts[]> => {
  const { ctx, deps } = run
  const counts: Counts[] = []
  for (const key of left) counts.push(await ctx.step('note-left', async () => noteLeft(run, key), retrying))
  for (const { unit, accounts } of units)
    await ctx.step('note-unit', async () => deps.store.putUnit(unit, accounts), retrying)
  return counts
}

const lookAt = (run: Run, targets: ScanTarget[]): PromiseLike<BatchResult<TargetResult>> => {
  const { ctx, scan, deps } = run
  const nested = targets.length > MOST_IN_ONE_EXECUTION
  const self = ownArn(ctx.lambdaContext)
  const look = (child: DurableContext, target: ScanTarget): PromiseLike<TargetResult> =>
    nested
      ? child.invoke<TargetEvent, TargetResult>('target', self, {
          ...{ scan, target: targetName(target) },
          ...(target.entry !== undefined && { entry: target.entry }),
        })
      : scanTarget({ ...run, ctx: child }, target)
  return ctx.map('targets', targets, async (child, target) => look(child, target), {
    itemNamer: targetName,
    maxConcurrency: deps.config.concurrency.targets,
    completionConfig: { toleratedFailurePercentage: 100 },
  })
}
