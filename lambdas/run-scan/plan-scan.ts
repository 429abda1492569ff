import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { collectorDocument } from '../../shared/aws/document.ts'
import type { Survey } from '../../shared/aws/survey.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { ProbeEvent } from '../parse-results/probe.ts'
import { type CheckedDocument, checkDocument } from './check-document.ts'
import type { RunScanDeps, ScanPlan, TargetPlan } from './deps.ts'
import type { ScanEvent } from './events.ts'
import { fleetTargets } from './fleet-targets.ts'
import { type Listed, surveyInstances } from './list-instances.ts'
import { idsIn } from './only.ts'
import { targetName } from './scan-target.ts'
import { canaryOrder } from './send-canary.ts'
import { compressed, reasonOf, retrying } from './steps.ts'

/**
 * Which instances a scan would send which document to, and with `check` which it may have forgotten. Takes no lock, sends nothing, writes
 * nothing to the table.
 */
export const planScan = async (
  { only, check = false }: Pick<ScanEvent, 'only' | 'check'>,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<ScanPlan> => {
  const fleet = await fleetTargets(ctx, deps)
  const targets = fleet.targets.filter((target) => !only || idsIn(target, only).length > 0)
  const looked = await ctx.map(
    'targets',
    targets,
    async (child, target) => {
      const listed = await child.step(
        'inventory',
        async () => surveyInstances({ deps }, target, { only, outside: check }),
        { ...retrying, serdes: compressed<Listed<Survey>>() },
      )
      const plan = planOf(target, listed, await checkDocument({ ctx: child, deps }, target))
      if (!check) return plan
      const readerProblem = await problemOfReader(child, deps, target)
      return { ...plan, ...(readerProblem !== undefined && { readerProblem }) }
    },
    {
      itemNamer: targetName,
      maxConcurrency: deps.config.concurrency.targets,
      completionConfig: { toleratedFailurePercentage: 100 },
    },
  )
  const { name } = collectorDocument()
  return {
    status: 'planned',
    document: { name, collectorHash: deps.collectorHash },
    ...(fleet.errors.length > 0 && { targetErrors: fleet.errors }),
    targets: targets.map(({ account, region }, index) => {
      const item = looked.all.find((each) => each.index === index)
      if (item?.result) return item.result
      return {
        account,
        region,
        toScan: [],
        skipped: [],
        error: reasonOf(item?.error ?? 'it was not looked at'),
      }
    }),
  }
}

/** Only parse-results can assume the reader, so it is asked. */
const problemOfReader = async (
  ctx: DurableContext,
  { parseFunction }: RunScanDeps,
  target: ScanTarget,
): Promise<string | undefined> => {
  try {
    await ctx.invoke<ProbeEvent, null>('reader', parseFunction, { probe: target })
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

const planOf = (
  { account, region }: ScanTarget,
  { canaryAfter, ...survey }: Listed<Survey>,
  checked: CheckedDocument,
): TargetPlan => {
  const canary =
    canaryAfter === undefined ? undefined : canaryOrder(survey.toScan, canaryAfter)[0]?.instanceId
  return {
    ...{ account, region, ...survey },
    ...(canary !== undefined && { canary }),
    document: checked.state,
    ...(checked.state !== 'ok' && { documentProblem: checked.problem }),
  }
}
