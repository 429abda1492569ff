import { sealScans } from '../../shared/seal/seal-scans.ts'
import { writeToBucket } from '../../shared/seal/write-to-bucket.ts'
import type { Run } from './deps.ts'
import { reasonOf, retrying } from './steps.ts'

/**
 * Seals a scan that has ended, and writes the seal to the bucket where there is one. What goes wrong is told and fails no
 * scan, which has ended by then: the next one makes and writes what this one could not.
 */
export const sealScan = async (run: Run): Promise<void> => {
  const { ctx, scan, deps } = run
  const { scanId } = scan
  let problem: string | undefined
  try {
    const { number, failed } = await ctx.step(
      'seal',
      async () => sealScans(deps.store, scanId, deps.now),
      retrying,
    )
    const problems = [...(failed ?? []), (await toBucket(run, number)) ?? []].flat()
    if (problems.length > 0) problem = problems.join('; ')
  } catch (error) {
    problem = `the scan could not be sealed: ${reasonOf(error)}`
  }
  if (problem !== undefined)
    ctx.logger.error('a seal is missing; the next scan tries again', { scanId, problem })
  deps.recordSeal?.({ scanId, ...(problem !== undefined && { problem }) })
}

/** In words, what has not been written. */
const toBucket = async ({ ctx, deps }: Run, number: number): Promise<string | undefined> => {
  const { sealBucket, store, now } = deps
  if (sealBucket === undefined) return undefined
  try {
    const { left, failed } = await ctx.step(
      'seal-to-bucket',
      async () => writeToBucket(store, sealBucket, number, now),
      retrying,
    )
    const which = failed === undefined ? '' : ` (${failed.slice(0, 3).join('; ')})`
    return left === 0 ? undefined : `seals still to be written to the bucket: ${left}${which}`
  } catch (error) {
    return `a seal could not be written to the bucket: ${reasonOf(error)}`
  }
}
