import { withRetry } from '@aws/durable-execution-sdk-js'
import { deliverySeconds } from '../../shared/aws/commands.ts'
import type { ListedInstance } from '../../shared/aws/inventory.ts'
import { isPermanent } from '../../shared/aws/permanent-error.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage, type Coverage } from '../../shared/findings/coverage.ts'
import type { ParseResultsEvent, ParseResultsSummary } from '../parse-results/parse-results.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import { reasonOf, retrying } from './steps.ts'

/** What came of one group of instances: counts, never output. */
export type ChunkResult = { coverage: Coverage; changes: number; errors: string[] }

type Sent = { commandId: string } | { notSent: 'bad-instance' | 'deadline' }
type Answers = { done: boolean; deadlinePassed: boolean; secondsLeft: number }

/**
 * Sends the collector to one group of instances, waits until all have answered or the deadline has passed, and has
 * the answers judged. `n` names the command within the target. Instances whose command could not be sent or judged
 * are noted as unreachable, with the reason.
 */
export const scanChunk = async (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  n: string,
): Promise<ChunkResult> => {
  const { ctx } = run
  let sent: Sent
  try {
    sent = await ctx.step('send', async () => send(run, target, instances), retrying)
  } catch (error) {
    return giveUp(run, target, instances, n, 'NotSent', `the command could not be sent: ${reasonOf(error)}`)
  }
  if ('notSent' in sent) {
    if (sent.notSent === 'deadline')
      return giveUp(run, target, instances, n, 'DeadlinePassed', 'no time was left to send a command')
    return halves(run, target, instances, n)
  }
  const { commandId } = sent
  const { deadlinePassed } = await waitForAnswers(run, target, instances, commandId)
  const order: ParseResultsEvent = {
    scanId: run.scan.scanId,
    target,
    commandId,
    n,
    instances,
    deadlinePassed,
  }
  try {
    const judged = await withRetry(
      ctx,
      'judge',
      (child) =>
        child.invoke<ParseResultsEvent, ParseResultsSummary>('parse-results', run.deps.parseFunction, order),
      retrying,
    )
    return { ...judged, errors: [] }
  } catch (error) {
    return giveUp(
      run,
      target,
      instances,
      n,
      'NotJudged',
      `what a command brought was not judged: ${reasonOf(error)}`,
    )
  }
}

const send = async ({ deps, scan }: Run, target: ScanTarget, instances: ListedInstance[]): Promise<Sent> => {
  const wait = deliverySeconds(deps.config.commandTimeoutSeconds, deps.now(), new Date(scan.deadlineAt))
  if (wait === undefined) return { notSent: 'deadline' }
  const instanceIds = instances.map(({ instanceId }) => instanceId)
  try {
    const commandId = await deps
      .access(target)
      .send({ instanceIds, scanId: scan.scanId, deliverySeconds: wait })
    return { commandId }
  } catch (error) {
    const isBadInstance = error instanceof Error && error.name === 'InvalidInstanceId' && instances.length > 1
    if (isBadInstance) return { notSent: 'bad-instance' }
    throw error
  }
}

/** One instance that Systems Manager refuses must not take the others with it: what is left of it is alone at last. */
const halves = async (
  run: Run,
  target: ScanTarget,
  all: ListedInstance[],
  n: string,
): Promise<ChunkResult> => {
  const middle = Math.ceil(all.length / 2)
  const parts = [
    await scanChunk(run, target, all.slice(0, middle), `${n}a`),
    await scanChunk(run, target, all.slice(middle), `${n}b`),
  ]
  return {
    coverage: addCoverage(parts.map(({ coverage }) => coverage)),
    changes: parts.reduce((sum, { changes }) => sum + changes, 0),
    errors: parts.flatMap(({ errors }) => errors),
  }
}

const waitForAnswers = (
  { ctx, deps, scan }: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  commandId: string,
): PromiseLike<Answers> => {
  const ids = instances.map(({ instanceId }) => instanceId)
  const { poll } = deps.config
  return ctx.waitForCondition<Answers>(
    'answers',
    async () => {
      const secondsLeft = Math.ceil((Date.parse(scan.deadlineAt) - deps.now().getTime()) / 1000)
      const deadlinePassed = secondsLeft <= 0
      try {
        const { done } = await deps.access(target).progress(commandId, ids)
        return { done, deadlinePassed: deadlinePassed && !done, secondsLeft }
      } catch (error) {
        // A look that failed is not the end of the wait; one that can never succeed is: judging will say why.
        return { done: isPermanent(error), deadlinePassed, secondsLeft }
      }
    },
    {
      initialState: { done: false, deadlinePassed: false, secondsLeft: 0 },
      waitStrategy: ({ done, deadlinePassed, secondsLeft }, attempt) =>
        done || deadlinePassed
          ? { shouldContinue: false }
          : {
              shouldContinue: true,
              delay: { seconds: Math.min(growing(attempt, poll), Math.max(1, secondsLeft)) },
            },
    },
  )
}

/** The wait after the given attempt, counted from 1: half as long again each time, in whole seconds. */
const growing = (attempt: number, poll: { firstSeconds: number; longestSeconds: number }): number =>
  Math.min(poll.longestSeconds, Math.round(poll.firstSeconds * 1.5 ** (attempt - 1)))

const giveUp = async (
  run: Run,
  target: ScanTarget,
  instances: ListedInstance[],
  n: string,
  detail: string,
  error: string,
): Promise<ChunkResult> => {
  const unreached = instances.map((instance) => ({ ...instance, state: 'unreachable' as const, detail }))
  const coverage = await run.ctx.step(
    'note-unreached',
    async () => noteUnassessed(run, target, n, unreached),
    retrying,
  )
  return { coverage, changes: 0, errors: [error] }
}
