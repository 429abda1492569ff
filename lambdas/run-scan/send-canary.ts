import type { ListedInstance } from '../../shared/aws/inventory.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import type { Run } from './deps.ts'
import { addChunks, type ChunkResult, scanChunk } from './scan-chunk.ts'
import { retrying } from './steps.ts'
import { withhold } from './withhold.ts'

/** Instances that a new collector is tried on before the target is given up. */
const TRIES = 3

/** What part of the time left one try may take, where others wait behind it: enough must be left to scan them. */
const SHARE_OF_A_TRY = 1 / 8

/** What the canaries came to, and who is still to be scanned. */
export type CanaryResult = { result: ChunkResult; rest: ListedInstance[] }

/**
 * Sends a collector that is new to a target to one instance first, and to another where nothing readable came back.
 * The canaries' results count. After three that failed the others get nothing, and are noted as unreachable.
 * @param failures how many canaries have failed in earlier scans: those after them are tried now
 */
export const sendCanary = async (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  failures: number,
): Promise<CanaryResult> => {
  const order = canaryOrder(instances, failures)
  const results: ChunkResult[] = []
  let passed = false
  for (const [i, canary] of order.slice(0, TRIES).entries()) {
    const share = i + 1 < order.length ? SHARE_OF_A_TRY : 1
    const result = await scanChunk(run, target, { n: `canary${i}`, instances: [canary], share })
    results.push(result)
    if (result.cancelled) return { result: addChunks(results), rest: [] }
    passed = result.decoded > 0
    if (passed) break
  }
  const tried = new Set(order.slice(0, results.length))
  const rest = instances.filter((instance) => !tried.has(instance))
  const { account, region } = target
  const canary = passed
    ? { collectorHash: run.deps.collectorHash, canaryFailures: 0 }
    : { canaryFailures: failures + results.length }
  await run.ctx.step(
    'note-canary',
    async () => run.deps.store.putCanary({ account, region }, canary),
    retrying,
  )
  if (passed || results.length < TRIES) return { result: addChunks(results), rest }
  return { result: addChunks([...results, await halt(run, target, [...tried], rest)]), rest: [] }
}

/** Each scan begins where the last one ended, so that three broken instances do not keep a target halted for good. */
export const canaryOrder = (instances: ListedInstance[], failures: number): ListedInstance[] => {
  const start = failures % instances.length
  return [...instances.slice(start), ...instances.slice(0, start)]
}

const halt = (
  run: Run,
  target: ScanTarget,
  tried: ListedInstance[],
  rest: ListedInstance[],
): Promise<ChunkResult> => {
  const ids = tried.map(({ instanceId }) => instanceId).join(', ')
  const error = `halted: the collector ${run.deps.collectorHash.slice(0, 12)} is new here, and brought nothing readable from ${ids}; it was sent to no other instance`
  return withhold(run, target, rest, { detail: 'CanaryFailed', error })
}
