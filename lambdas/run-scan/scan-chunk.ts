import { withRetry } from '@aws/durable-execution-sdk-js'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { addCoverage, type Coverage, coverageOf } from '../../shared/findings/coverage.ts'
import { overridesFor } from '../../shared/rules/severity-overrides.ts'
import type { ParseResultsEvent, ParseResultsSummary } from '../parse-results/parse-results.ts'
import type { Run } from './deps.ts'
import { noteUnassessed } from './note-unassessed.ts'
import { type Chunk, type Sent, send } from './send-command.ts'
import { MOST_TRIES, reasonOf, retrying } from './steps.ts'
import { waitForAnswers } from './wait-for-answers.ts'

/** Instances by state, and how many findings changed. */
export type Counts = { coverage: Coverage; changes: number }

/** What came of one chunk: counts, never output. */
export type ChunkResult = Counts & {
  /** Instances whose evidence could be read. */
  decoded: number
  /** The scan was cancelled before the answers were there; nothing was judged. */
  cancelled: boolean
  errors: string[]
}

const NOTHING: ChunkResult = {
  coverage: coverageOf([]),
  changes: 0,
  decoded: 0,
  cancelled: false,
  errors: [],
}

/**
 * Sends the collector to one chunk of instances, waits until all have answered or their time is up, and has the
 * answers judged. Instances whose command could not be sent or judged are noted as unreachable, with the reason.
 */
export const scanChunk = async (run: Run, target: ScanTarget, chunk: Chunk): Promise<ChunkResult> => {
  const { ctx, scan, deps } = run
  const { n, instances } = chunk
  let sent: Sent
  try {
    sent = await ctx.step('send', async () => send(run, target, chunk), retrying)
  } catch (error) {
    return giveUp(run, target, chunk, 'NotSent', `the command could not be sent: ${reasonOf(error)}`)
  }
  if ('notSent' in sent) {
    if (sent.notSent === 'cancelled') return { ...NOTHING, cancelled: true }
    if (sent.notSent === 'bad-instance') return halves(run, target, chunk)
    return giveUp(run, target, chunk, 'DeadlinePassed', 'no time was left to send a command')
  }
  const { deadlinePassed, cancelled, reached, failure } = await waitForAnswers(run, target, instances, sent)
  if (cancelled) return { ...NOTHING, cancelled }
  const errors = failure === undefined ? [] : [`how far a command is could not be read: ${failure}`]
  const { scanId } = scan
  const { commandId } = sent
  const severities = overridesFor(deps.config.severities, instances)
  const { rulesOff } = deps.config
  const orderOf = (attempt: number): ParseResultsEvent => ({
    ...{ scanId, target, commandId, n, instances },
    ...(rulesOff.length > 0 && { rulesOff }),
    ...(severities.length > 0 && { severities }),
    ...(reached !== undefined && { reached }),
    // One answer that never shows must not have the others thrown away.
    deadlinePassed: deadlinePassed || attempt === MOST_TRIES,
  })
  try {
    const judged = await withRetry(
      ctx,
      'judge',
      (child, attempt) =>
        child.invoke<ParseResultsEvent, ParseResultsSummary>(
          'parse-results',
          deps.parseFunction,
          orderOf(attempt),
        ),
      // A context of its own would be one operation more for every command.
      { ...retrying, wrapWithRunInChildContext: false },
    )
    return { ...NOTHING, ...judged, errors }
  } catch (error) {
    const reason = `what a command brought was not judged: ${reasonOf(error)}`
    const given = await giveUp(run, target, chunk, 'NotJudged', reason)
    return { ...given, errors: [...errors, ...given.errors] }
  }
}

/** What several chunks came to. */
export const addChunks = (parts: ChunkResult[]): ChunkResult => ({
  coverage: addCoverage(parts.map(({ coverage }) => coverage)),
  changes: parts.reduce((sum, { changes }) => sum + changes, 0),
  decoded: parts.reduce((sum, { decoded }) => sum + decoded, 0),
  cancelled: parts.some(({ cancelled }) => cancelled),
  errors: parts.flatMap(({ errors }) => errors),
})

/** One instance that Systems Manager refuses must not take the others with it: what is left of it is alone at last. */
const halves = async (run: Run, target: ScanTarget, chunk: Chunk): Promise<ChunkResult> => {
  const { n, instances } = chunk
  const middle = Math.ceil(instances.length / 2)
  return addChunks([
    await scanChunk(run, target, { ...chunk, n: `${n}a`, instances: instances.slice(0, middle) }),
    await scanChunk(run, target, { ...chunk, n: `${n}b`, instances: instances.slice(middle) }),
  ])
}

const giveUp = async (
  run: Run,
  target: ScanTarget,
  chunk: Chunk,
  detail: string,
  error: string,
): Promise<ChunkResult> => {
  const counts = await run.ctx.step(
    'note-unreached',
    async () => noteUnreached(run, target, chunk, detail),
    retrying,
  )
  return { ...NOTHING, ...counts, errors: [error] }
}

/** Judging may have broken off in the middle, or after its end: what it has changed is to be told all the same. */
const noteUnreached = async (
  run: Run,
  target: ScanTarget,
  { n, instances }: Chunk,
  detail: string,
): Promise<Counts> => {
  const { deps, scan } = run
  const recorded = await deps.store.commandResult(scan.scanId, target, n)
  if (recorded !== undefined)
    return {
      coverage: coverageOf(recorded.outcomes.map(({ state }) => state)),
      changes: recorded.changes.length,
    }
  const { account, region } = target
  const nodes = instances.map(({ instanceId }) => ({ account, region, instanceId }))
  const changes = await deps.store.changesMade(scan.scanId, nodes)
  const unreached = instances.map((instance) => ({ ...instance, state: 'unreachable' as const, detail }))
  return noteUnassessed(run, target, n, unreached, changes)
}
