import type { BatchResult, DurableContext } from '@aws/durable-execution-sdk-js'
import { type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import { addCoverage } from '../../shared/findings/coverage.ts'
import { isCancelled } from './cancelled.ts'
import type { Run, ScanSummary } from './deps.ts'
import type { TargetEvent } from './events.ts'
import { idsIn, unmatched } from './only.ts'
import { publishDigests } from './publish-digests.ts'
import { scanTarget, type TargetResult, targetName } from './scan-target.ts'
import { reasonOf, retrying } from './steps.ts'

/** Targets looked at side by side. */
export const TARGETS_AT_ONCE = 10

/** With more targets than this each one gets an execution of its own: what one execution remembers stays bounded. */
const MOST_IN_ONE_EXECUTION = 10

/** Looks at every target of an open scan, tells what changed, and closes the scan. */
export const scanFleet = async (run: Run): Promise<ScanSummary> => {
  const { scan, deps, ctx } = run
  const { only } = scan
  const targets = scanTargets(deps.config).filter((target) => !only || idsIn(target, only).length > 0)
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
  const targetErrors = [...done.flatMap(({ errors }) => errors), ...broken, ...missing]
  for (const error of targetErrors) ctx.logger.error('a target was not fully scanned', { error })

  const count = async () => ({
    findings: await deps.store.countFindings(),
    cancelled: await isCancelled(run),
  })
  const { findings, cancelled } = await ctx.step('count-findings', count, retrying)
  const totals = {
    coverage: addCoverage(done.map(({ coverage }) => coverage)),
    findings,
    changes: done.reduce((sum, { changes }) => sum + changes, 0),
    targetErrors,
  }
  const digest = await publishDigests(run, { ...totals, cancelled })
  const ended = done.some(({ inventoried }) => inventoried) ? 'closed' : 'failed'
  return ctx.step(
    'close',
    async () => {
      const status = (await isCancelled(run)) ? 'cancelled' : ended
      const end = { status, closedAt: deps.now().toISOString(), ...totals, digest } as const
      await deps.store.closeScan(scan.scanId, end)
      const { scanId, openedAt } = scan
      const summary: ScanSummary = { scanId, openedAt, ...(only && { only }), ...end }
      // Part of the fleet says nothing of the whole, which the metrics are about.
      if (!only && status !== 'cancelled') deps.record(summary)
      return summary
    },
    retrying,
  )
}

const lookAt = (run: Run, targets: ScanTarget[]): PromiseLike<BatchResult<TargetResult>> => {
  const { ctx, scan } = run
  const nested = targets.length > MOST_IN_ONE_EXECUTION
  // The version that this execution runs on: what it sends to itself has to be read by the same code.
  const self = ctx.lambdaContext.invokedFunctionArn
  const look = (child: DurableContext, target: ScanTarget): PromiseLike<TargetResult> =>
    nested
      ? child.invoke<TargetEvent, TargetResult>('target', self, { scan, target: targetName(target) })
      : scanTarget({ ...run, ctx: child }, target)
  return ctx.map('targets', targets, async (child, target) => look(child, target), {
    itemNamer: targetName,
    maxConcurrency: TARGETS_AT_ONCE,
    completionConfig: { toleratedFailurePercentage: 100 },
  })
}
