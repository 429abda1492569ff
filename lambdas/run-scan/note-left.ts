import { isDeparture } from '../../shared/findings/coverage.ts'
import type { TargetKey } from '../../shared/store/store.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import type { Counts } from './scan-chunk.ts'

const ACCOUNT_LEFT = 'AccountLeft'

/**
 * Notes that the instances of an account that has left its organizational unit, or is active no longer, are out of scope:
 * no scan will look at them again, and their verdicts must not stand as if one did. May be repeated.
 */
export const noteLeft = async (run: Run, { account, region }: TargetKey): Promise<Counts> => {
  const known = await run.deps.store.nodesOf({ account, region })
  const left = known
    // Those that a try which broke off has moved already belong to the record too.
    .filter(({ state, detail }) => !isDeparture(state) || detail === ACCOUNT_LEFT)
    .map(({ node, ...rest }) => ({
      ...rest,
      instanceId: node.instanceId,
      state: 'left-scope' as const,
      detail: ACCOUNT_LEFT,
    }))
  return noteUnassessed(run, { account, region }, 'left', left)
}
