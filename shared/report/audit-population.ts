import type { CoverageState } from '../findings/coverage.ts'
import { type Node, nodeKey } from '../findings/records.ts'
import type { CommandResult } from '../store/store.ts'
import type { AuditScope } from './audit-report.ts'

/** An instance of the fleet as the scan saw it. `why` only where it was not assessed; `detail` is Systems Manager's own word. */
export type AuditInstance = Node & {
  cluster?: string
  state: CoverageState
  detail?: string
  why?: string
}

/** Why an instance has no verdict of this scan, in words. */
export const WHY_NOT_ASSESSED: Record<Exclude<CoverageState, 'assessed'>, string> = {
  unreachable: 'Systems Manager knows it, but no answer came back',
  unmanaged: 'it runs with the tags, but Systems Manager does not manage it',
  stopped: 'it was not running',
  excluded: 'it carries the opt-out tag',
  'left-scope': 'it left the scope: by its tags, or with its account',
  retired: 'it was terminated',
}

/** Every instance that the scan accounted for, by account, region and id. */
export const populationOf = (
  results: CommandResult[],
  clusters: ReadonlyMap<string, string>,
  { account, cluster: wanted }: AuditScope,
): AuditInstance[] =>
  results
    .filter((each) => account?.includes(each.account) ?? true)
    .flatMap(({ account, region, outcomes }) =>
      outcomes.map(({ instanceId, state, detail }): AuditInstance => {
        const node = { account, region, instanceId }
        const cluster = clusters.get(nodeKey(node))
        return {
          ...node,
          ...(cluster !== undefined && { cluster }),
          state,
          ...(detail !== undefined && { detail }),
          ...(state !== 'assessed' && { why: WHY_NOT_ASSESSED[state] }),
        }
      }),
    )
    .filter(({ cluster }) => wanted === undefined || (cluster !== undefined && wanted.includes(cluster)))
    .sort((a, b) => (nodeKey(a) < nodeKey(b) ? -1 : 1))
