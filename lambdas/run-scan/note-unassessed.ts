import type { SkippedInstance } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { type Coverage, coverageOf } from '../../shared/findings/coverage.ts'
import type { Run } from './deps.ts'

/** Records, under the name `n`, instances that were seen and not assessed. May be repeated. */
export const noteUnassessed = async (
  { deps, scan }: Run,
  { account, region }: ScanTarget,
  n: string,
  instances: SkippedInstance[],
): Promise<Coverage> => {
  const { scanId } = scan
  await deps.store.applySightings(
    scanId,
    deps.now().toISOString(),
    instances.map(({ instanceId, ...rest }) => ({ ...rest, node: { account, region, instanceId } })),
  )
  const outcomes = instances.map(({ instanceId, state, detail }) => ({
    instanceId,
    state,
    ...(detail !== undefined && { detail }),
  }))
  await deps.store.putCommandResult({ scanId, account, region, n, outcomes, changes: [] })
  return coverageOf(instances.map(({ state }) => state))
}
