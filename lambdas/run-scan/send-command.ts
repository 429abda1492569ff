import { deliverySeconds } from '../../shared/aws/commands.ts'
import type { ListedInstance } from '../../shared/aws/inventory.ts'
import { EXECUTION_TIMEOUT_SECONDS, type ScanTarget } from '../../shared/config/scanner-config.ts'
import { isCancelled } from './cancelled.ts'
import type { Run } from './deps.ts'

/** Part of a target's instances, sent to and judged together. */
export type Chunk = {
  /** Names its command within scan and target. */
  n: string
  instances: ListedInstance[]
  /** The part of the time left to wait for answers in, up to 1: others may be waiting behind these. */
  share: number
}

/**
 * In ISO 8601: `until` is when to stop waiting for answers, `endsAt` when the timeouts have ended the command
 * on every instance.
 */
export type Sent =
  | { commandId: string; until: string; endsAt: string }
  | { notSent: 'bad-instance' | 'deadline' | 'cancelled' }

/** Sends the collector to a chunk, and records the command so that it can be called back. */
export const send = async (run: Run, target: ScanTarget, chunk: Chunk): Promise<Sent> => {
  const { deps, scan } = run
  const { n, instances, share } = chunk
  if (await isCancelled(run)) return { notSent: 'cancelled' }
  const now = deps.now()
  const deadline = new Date(scan.deadlineAt)
  const wait = deliverySeconds(deps.config.commandTimeoutSeconds, now, deadline)
  if (wait === undefined) return { notSent: 'deadline' }
  const instanceIds = instances.map(({ instanceId }) => instanceId)
  const { scanId } = scan
  let commandId: string
  try {
    commandId = await deps.access(target).send({ instanceIds, scanId, deliverySeconds: wait })
  } catch (error) {
    const isBadInstance = error instanceof Error && error.name === 'InvalidInstanceId' && instances.length > 1
    if (isBadInstance) return { notSent: 'bad-instance' }
    throw error
  }
  const { account, region } = target
  const sent = { scanId, account, region, n, commandId, instances: instanceIds.length }
  await deps.store.putSentCommand(sent)
  const left = deadline.getTime() - now.getTime()
  const after = (milliseconds: number) => new Date(now.getTime() + milliseconds).toISOString()
  return {
    commandId,
    until: after(left * share),
    endsAt: after((wait + EXECUTION_TIMEOUT_SECONDS) * 1000),
  }
}
