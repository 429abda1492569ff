import type { ListedInstance } from '../../shared/aws/inventory.ts'
import { isPermanent } from '../../shared/aws/permanent-error.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { isCancelled } from './cancelled.ts'
import type { Run } from './deps.ts'

export type Answers = { done: boolean; deadlinePassed: boolean; cancelled: boolean; secondsLeft: number }

/**
 * Looks for answers, with growing pauses, until all are there, `until` (ISO 8601) has come, or the scan is cancelled:
 * then the command is called back.
 */
export const waitForAnswers = (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  { commandId, until }: { commandId: string; until: string },
): PromiseLike<Answers> => {
  const { ctx, deps } = run
  const ids = instances.map(({ instanceId }) => instanceId)
  const { poll } = deps.config
  const access = deps.access(target)
  const look = async (): Promise<Answers> => {
    const secondsLeft = Math.ceil((Date.parse(until) - deps.now().getTime()) / 1000)
    const deadlinePassed = secondsLeft <= 0
    const done = await isDone(() => access.progress(commandId, ids))
    const cancelled = !done && (await isCancelled(run))
    // Whoever cancelled has called back what was recorded by then; this command may have been sent since.
    if (cancelled) await access.cancel(commandId).catch(() => {})
    return { done, deadlinePassed: deadlinePassed && !done, cancelled, secondsLeft }
  }
  return ctx.waitForCondition<Answers>('answers', look, {
    initialState: { done: false, deadlinePassed: false, cancelled: false, secondsLeft: 0 },
    waitStrategy: ({ done, deadlinePassed, cancelled, secondsLeft }, attempt) =>
      done || deadlinePassed || cancelled
        ? { shouldContinue: false }
        : {
            shouldContinue: true,
            delay: { seconds: Math.min(growing(attempt, poll), Math.max(1, secondsLeft)) },
          },
  })
}

/** A look that failed is not the end of the wait; one that can never succeed is: judging will say why. */
const isDone = async (progress: () => Promise<{ done: boolean }>): Promise<boolean> => {
  try {
    return (await progress()).done
  } catch (error) {
    return isPermanent(error)
  }
}

/** The wait after the given attempt, counted from 1: half as long again each time, in whole seconds. */
const growing = (attempt: number, poll: { firstSeconds: number; longestSeconds: number }): number =>
  Math.min(poll.longestSeconds, Math.round(poll.firstSeconds * 1.5 ** (attempt - 1)))
