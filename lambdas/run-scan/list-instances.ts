import type { Inventory } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Run } from './deps.ts'
import { idsIn } from './only.ts'

/** A target's instances; `canaryAfter` where its collector is new: how many canaries have failed in earlier scans. */
export type Listed = Inventory & { canaryAfter?: number }

/** Takes the inventory of a target, of the whole of it or of the instances that the scan is for. Only reads. */
export const listInstances = async (
  { deps }: Pick<Run, 'deps'>,
  target: ScanTarget,
  only?: string[],
): Promise<Listed> => {
  const { account, region } = target
  const [known, state] = await Promise.all([
    only ? [] : deps.store.nodesOf({ account, region }),
    deps.store.target({ account, region }),
  ])
  const inventory = await deps.access(target).inventory(
    known
      .filter((each) => each.state !== 'retired')
      .map(({ node, cluster, tags }) => ({
        instanceId: node.instanceId,
        tags,
        ...(cluster !== undefined && { cluster }),
      })),
    only && idsIn(target, only),
  )
  const isNew = state?.collectorHash !== deps.collectorHash && inventory.toScan.length > 0
  return { ...inventory, ...(isNew && { canaryAfter: state?.canaryFailures ?? 0 }) }
}
