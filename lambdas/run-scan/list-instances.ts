import type { Inventory, KnownInstance } from '../../shared/aws/inventory.ts'
import type { Survey } from '../../shared/aws/survey.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Run } from './deps.ts'
import { idsIn } from './only.ts'

/** A target's instances; `canaryAfter` where its collector is new: how many canaries have failed in earlier scans. */
export type Listed<Found = Inventory> = Found & { canaryAfter?: number }

/** Takes the inventory of a target, of the whole of it or of the instances that the scan is for. Only reads. */
export const listInstances = (
  { deps }: Pick<Run, 'deps'>,
  target: ScanTarget,
  only?: string[],
): Promise<Listed> => listBy(deps.access(target).inventory, deps, target, only)

/** The same, as a dry run tells it; `outside`: with control planes that no selector matches. */
export const surveyInstances = (
  { deps }: Pick<Run, 'deps'>,
  target: ScanTarget,
  { only, outside = false }: { only?: string[] | undefined; outside?: boolean },
): Promise<Listed<Survey>> =>
  listBy(
    (known, ids) => deps.access(target).survey(known, { ...(ids && { only: ids }), outside }),
    deps,
    target,
    only,
  )

const listBy = async <Found extends Inventory>(
  look: (known: KnownInstance[], only?: string[]) => Promise<Found>,
  deps: Run['deps'],
  target: ScanTarget,
  only?: string[],
): Promise<Listed<Found>> => {
  const { account, region } = target
  const [known, state] = await Promise.all([
    only ? [] : deps.store.nodesOf({ account, region }),
    deps.store.target({ account, region }),
  ])
  const inventory = await look(
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
