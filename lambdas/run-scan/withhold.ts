import type { ListedInstance } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import type { ChunkResult } from './scan-chunk.ts'
import { retrying } from './steps.ts'

/** Notes instances that get nothing, for a reason that lies in their target: they are unreachable, with this detail. */
export const withhold = async (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  { detail, error }: { detail: string; error: string },
): Promise<ChunkResult> => {
  const withheld = instances.map((each) => ({ ...each, state: 'unreachable' as const, detail }))
  const counts = await run.ctx.step(
    'note-withheld',
    async () => noteUnassessed(run, target, 'withheld', withheld),
    retrying,
  )
  return { ...counts, decoded: 0, cancelled: false, errors: [error] }
}
