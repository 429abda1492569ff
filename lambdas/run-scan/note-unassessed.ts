import type { SkippedInstance } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { coverageOf } from '../../shared/findings/coverage.ts'
import type { CommandResult } from '../../shared/store/store.ts'
import type { Run } from './deps.ts'
import type { Counts } from './scan-chunk.ts'

/**
 * Records, under the name `n`, instances that were seen and not assessed; with `changes` of a command whose judging
 * broke off after them. Counts as changes also the findings that are closed since their instance has left the fleet.
 * May be repeated.
 */
export const noteUnassessed = async (
  { deps, scan }: Run,
  { account, region }: Pick<ScanTarget, 'account' | 'region'>,
  n: string,
  instances: SkippedInstance[],
  changes: CommandResult['changes'] = [],
): Promise<Counts> => {
  const { scanId } = scan
  const closed = await deps.store.applySightings(
    scanId,
    deps.now().toISOString(),
    instances.map(({ instanceId, ...rest }) => ({ ...rest, node: { account, region, instanceId } })),
  )
  const outcomes = instances.map(({ instanceId, state, detail }) => ({
    instanceId,
    state,
    ...(detail !== undefined && { detail }),
  }))
  await deps.store.putCommandResult({
    scanId,
    account,
    region,
    n,
    outcomes,
    changes: [...changes, ...closed],
  })
  return {
    coverage: coverageOf(instances.map(({ state }) => state)),
    changes: changes.length + closed.length,
  }
}
