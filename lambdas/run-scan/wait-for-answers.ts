import type { CommandProgress } from '../../shared/aws/commands.ts'
import type { ListedInstance } from '../../shared/aws/inventory.ts'
import { isPermanent } from '../../shared/aws/permanent-error.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { isCancelled } from './cancelled.ts'
import type { Run } from './deps.ts'
import { reasonOf } from './steps.ts'

export type Answers = {
  done: boolean
  deadlinePassed: boolean
  cancelled: boolean
  secondsLeft: number
  /** The instances that the command has reached, by its own count. */
  reached?: number
  /** Why nobody knows how far the command is, where looking again is of no use. */
  failure?: string
}

/**
 * Looks for answers, with growing pauses, until all are there, `until` has come, or the scan is cancelled: then the
 * command is called back. Without the right to look it waits until the command must have ended: nodes may have answered.
 */
export const waitForAnswers = (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  { commandId, until, endsAt }: { commandId: string; until: string; endsAt: string },
): PromiseLike<Answers> => {
  const { ctx, deps } = run
  const ids = instances.map(({ instanceId }) => instanceId)
  const { poll } = deps.config
  const access = deps.access(target)
  const look = async (): Promise<Answers> => {
    const now = deps.now().getTime()
    const looked = await progressOf(() => access.progress(commandId, ids))
    const { done, failure } = looked
    const end = Math.min(Date.parse(until), failure === undefined ? Infinity : Date.parse(endsAt))
    const secondsLeft = Math.ceil((end - now) / 1000)
    // A table that cannot be read for a moment must not end the wait: nobody knows of a cancelling, so there is none.
    const cancelled = !done && (await isCancelled(run).catch(() => false))
    // Whoever cancelled has called back what was recorded by then; this command may have been sent since.
    if (cancelled) await access.cancel(commandId).catch(() => {})
    return { ...looked, deadlinePassed: secondsLeft <= 0 && !done, cancelled, secondsLeft }
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

/** A look that failed is not the end of the wait. */
const progressOf = async (
  progress: () => Promise<CommandProgress>,
): Promise<Pick<Answers, 'done' | 'reached' | 'failure'>> => {
  try {
    const { done, reached } = await progress()
    return { done, ...(reached !== undefined && { reached }) }
  } catch (error) {
    return { done: false, ...(isPermanent(error) && { failure: reasonOf(error) }) }
  }
}

/** The wait after the given attempt, counted from 1: half as long again each time, in whole seconds. */
const growing = (attempt: number, poll: { firstSeconds: number; longestSeconds: number }): number =>
  Math.min(poll.longestSeconds, Math.round(poll.firstSeconds * 1.5 ** (attempt - 1)))
