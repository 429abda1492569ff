import type { BatchResult, DurableContext } from '@aws/durable-execution-sdk-js'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage } from '../../shared/findings/coverage.ts'
import { boundedErrors } from './bounded-errors.ts'
import { isCancelled } from './cancelled.ts'
import type { Run, ScanSummary } from './deps.ts'
import type { TargetEvent } from './events.ts'
import type { FleetTargets } from './fleet-targets.ts'
import { keepScanRules } from './keep-rules.ts'
import { noteLeft } from './note-left.ts'
import { idsIn, unmatched } from './only.ts'
import { ownArn } from './own-arn.ts'
import { publishDigests } from './publish-digests.ts'
import type { Counts } from './scan-chunk.ts'
import { groupsOf, noteBroken, scanTarget, type TargetResult, targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/** With more targets than this each one gets an execution of its own: what one execution remembers stays bounded. */
const MOST_IN_ONE_EXECUTION = 10

/** Targets that broke, and are noted in one step. */
const BROKEN_IN_A_STEP = 20

/** Looks at every target of an open scan, tells what changed, and closes the scan. */
export const scanFleet = async (run: Run, fleet: FleetTargets): Promise<ScanSummary> => {
  const { scan, deps, ctx } = run
  const { only } = scan
  const changedRules = await keepScanRules(run)
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
  const noted = await noteAllBroken(
    run,
    looked.failed().flatMap(({ index }) => targets[index] ?? []),
  )
  const errors = [
    ...changedRules,
    ...done.flatMap((each) => each.errors),
    ...broken,
    ...noted.errors,
    ...unitErrors,
    ...missing,
  ]
  const empty = only ? [] : emptyIn(targets, looked)
  for (const error of errors) ctx.logger.error('a target was not fully scanned', { error })

  const targetErrors = boundedErrors(errors)
  const left = only ? [] : await noteAllLeft(run, fleet)
  const count = async () => ({
    findings: await deps.store.countFindings(),
    cancelled: await isCancelled(run),
  })
  const { findings, cancelled } = await ctx.step('count-findings', count, retrying)
  const parts = [...done, ...noted.counts, ...left]
  const totals = {
    coverage: addCoverage(parts.map(({ coverage }) => coverage)),
    findings,
    changes: parts.reduce((sum, { changes }) => sum + changes, 0),
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

/**
 * What is known of targets that broke must not go missing with them. Many in one step, since an execution has only so
 * many; where one of them cannot be noted, each is tried by itself, and that one is reported.
 */
const noteAllBroken = async (
  run: Run,
  broken: ScanTarget[],
): Promise<{ counts: Counts[]; errors: string[] }> => {
  const counts: Counts[] = []
  const errors: string[] = []
  const note = async (targets: ScanTarget[]): Promise<Counts[]> => {
    const of: Counts[] = []
    for (const target of targets) of.push(await noteBroken(run, target))
    return of
  }
  const noteIn = async (targets: ScanTarget[]): Promise<void> => {
    try {
      counts.push(...(await run.ctx.step('note-broken', async () => note(targets), retrying)))
    } catch (error) {
      const [target] = targets
      if (target !== undefined && targets.length === 1)
        errors.push(`${targetName(target)}: its known instances could not be counted: ${reasonOf(error)}`)
      else for (const each of targets) await noteIn([each])
    }
  }
  for (const batch of groupsOf(broken, BROKEN_IN_A_STEP)) await noteIn(batch)
  return { counts, errors }
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
