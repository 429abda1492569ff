import type { DurableContext } from '@aws/durable-execution-sdk-js'
import { type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import type { RunScanDeps, ScanPlan, TargetPlan } from './deps.ts'
import { type Listed, listInstances } from './list-instances.ts'
import { idsIn } from './only.ts'
import { TARGETS_AT_ONCE } from './scan-fleet.ts'
import { targetName } from './scan-target.ts'
import { canaryOrder } from './send-canary.ts'
import { compressed, reasonOf, retrying } from './steps.ts'

/** Which instances a scan would send which document to. Takes no lock, sends nothing, writes nothing to the table. */
export const planScan = async (
  only: string[] | undefined,
  ctx: DurableContext,
  deps: RunScanDeps,
): Promise<ScanPlan> => {
  const targets = scanTargets(deps.config).filter((target) => !only || idsIn(target, only).length > 0)
  const looked = await ctx.map(
    'targets',
    targets,
    async (child, target) => {
      const listed = await child.step('inventory', async () => listInstances({ deps }, target, only), {
        ...retrying,
        serdes: compressed<Listed>(),
      })
      return planOf(target, listed)
    },
    {
      itemNamer: targetName,
      maxConcurrency: TARGETS_AT_ONCE,
      completionConfig: { toleratedFailurePercentage: 100 },
    },
  )
  const { documentName: name } = deps.config
  return {
    status: 'planned',
    document: { name, collectorHash: deps.collectorHash },
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

const planOf = ({ account, region }: ScanTarget, { toScan, skipped, canaryAfter }: Listed): TargetPlan => {
  const canary = canaryAfter === undefined ? undefined : canaryOrder(toScan, canaryAfter)[0]?.instanceId
  return { account, region, toScan, skipped, ...(canary !== undefined && { canary }) }
}
