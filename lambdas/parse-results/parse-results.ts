import * as z from 'zod'
import type { CommandReader } from '../../shared/aws/command-reader.ts'
import type { Invocation } from '../../shared/aws/commands.ts'
import type { ScanTarget } from '../../shared/config/scanner-config.ts'
import { type Coverage, coverageOf } from '../../shared/findings/coverage.ts'
import { plainText } from '../../shared/report/plain-text.ts'
import type { Rule } from '../../shared/rules/rule.ts'
import { isKept } from '../../shared/store/evidence-items.ts'
import type { Assessment, CommandResult, Outcome, Sighting, Store } from '../../shared/store/store.ts'
import { assess } from './assess.ts'

const tags = z.record(z.string(), z.string())

const severityOverride = z.object({
  rule: z.string(),
  clusters: z.array(z.string()).exactOptional(),
  tags: tags.exactOptional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
})

/** Which account and region, and how to get in. */
export const target = z.object({
  account: z.string(),
  region: z.string(),
  roles: z.object({ sender: z.string(), reader: z.string() }),
  externalId: z.string().exactOptional(),
  selectors: z.array(z.record(z.string(), z.union([z.string(), z.array(z.string())]))),
})

/** One command, and the instances that it was sent to: all that judging it needs to know. */
export const parseResultsEvent = z.object({
  scanId: z.string(),
  target,
  commandId: z.string(),
  /** Names the command within the scan and target. */
  n: z.string(),
  instances: z.array(z.object({ instanceId: z.string(), cluster: z.string().exactOptional(), tags })),
  /** Ids of rules that are not judged by; absent: all are. */
  rulesOff: z.array(z.string()).exactOptional(),
  /** Severities that are not the rules' own; absent: none is. */
  severities: z.array(severityOverride).exactOptional(),
  /**
   * How many of the instances the command reached, by its own count. A list that shows fewer answers was read too
   * early, and is no reason to take an instance for one that got no command. Absent: all of them, for all one knows.
   */
  reached: z.number().int().nonnegative().exactOptional(),
  /** Whether waiting was given up: then an answer that is still missing counts as silence. */
  deadlinePassed: z.boolean(),
})
export type ParseResultsEvent = z.infer<typeof parseResultsEvent>

export type ParseResultsDeps = {
  reader: (target: ScanTarget) => CommandReader
  store: Pick<Store, 'applyAssessments' | 'applySightings' | 'commandResult' | 'putCommandResult'>
  rules: Rule[]
  now: () => Date
}

/** `decoded` counts the instances whose evidence could be read: what a collector is trusted for. */
export type ParseResultsSummary = { coverage: Coverage; changes: number; decoded: number }

/** The scan saw this command end, and a later read does not show it yet: try again. */
export class AnswersNotReadyError extends Error {
  override readonly name = 'AnswersNotReadyError'
}

type Seen = { outcome: Outcome; assessment?: Assessment; sighting?: Sighting }

/**
 * Reads what the instances of one command answered, judges it, stores verdicts and the command's record, and
 * returns counts. May be repeated. Throws AnswersNotReadyError, and whatever AWS or the table throw.
 */
export const parseResults = async (
  event: ParseResultsEvent,
  deps: ParseResultsDeps,
): Promise<ParseResultsSummary> => {
  const judged = await deps.store.commandResult(event.scanId, event.target, event.n)
  // What was recorded stands, also where an agent has answered since: the digest is made from the record.
  if (judged) return summaryOf(judged)
  const reader = deps.reader(event.target)
  const answers = new Map((await reader.invocations(event.commandId)).map((each) => [each.instanceId, each]))
  checkComplete(event, answers)

  const seen: Seen[] = []
  for (const instance of event.instances)
    seen.push(await look(event, deps, reader, instance, answers.get(instance.instanceId)))

  const at = deps.now().toISOString()
  const stored = new Map<string, string>()
  const changes = await deps.store.applyAssessments(
    event.scanId,
    at,
    seen.flatMap(({ assessment }) => assessment ?? []),
    ({ instanceId }, hash) => stored.set(instanceId, hash),
  )
  await deps.store.applySightings(
    event.scanId,
    at,
    seen.flatMap(({ sighting }) => sighting ?? []),
  )
  const outcomes = seen.map((each) => withEvidence(each, stored.get(each.outcome.instanceId)))
  const { scanId, target, commandId, n } = event
  const { account, region } = target
  await deps.store.putCommandResult({ scanId, account, region, n, commandId, outcomes, changes })
  return summaryOf({ outcomes, changes })
}

/** The scan's seal names what evidence it has stored, and what was too large for that. */
const withEvidence = ({ outcome, assessment }: Seen, hash: string | undefined): Outcome => {
  if (hash === undefined) return outcome
  const lost = assessment?.evidence.hash === hash && !isKept(assessment.evidence.gzip)
  return { ...outcome, evidence: hash, ...(lost && { evidenceNotKept: true }) }
}

/** Lists of Systems Manager are eventually consistent, each for itself. */
const checkComplete = (event: ParseResultsEvent, answers: Map<string, Invocation>): void => {
  if (event.deadlinePassed) return
  const phases = event.instances.map(({ instanceId }) => answers.get(instanceId)?.phase)
  const ended = phases.filter((phase) => phase !== undefined && phase !== 'waiting').length
  const { reached = event.instances.length } = event
  if (phases.includes('waiting') || ended < Math.min(reached, event.instances.length))
    throw new AnswersNotReadyError(
      `command ${event.commandId} shows ${ended} ended invocations of ${event.instances.length} instances`,
    )
}

const summaryOf = ({ outcomes, changes }: Pick<CommandResult, 'outcomes' | 'changes'>) => ({
  coverage: coverageOf(outcomes.map(({ state }) => state)),
  changes: changes.length,
  decoded: outcomes.filter(({ state, detail }) => state === 'assessed' && detail === undefined).length,
})

const look = async (
  event: ParseResultsEvent,
  { rules }: ParseResultsDeps,
  reader: CommandReader,
  instance: ParseResultsEvent['instances'][number],
  answer: Invocation | undefined,
): Promise<Seen> => {
  const { account, region } = event.target
  const { instanceId } = instance
  const node = { account, region, instanceId }
  if (answer?.phase !== 'succeeded') {
    // Success says no more than "exit code 0"; anything else says that there is nothing to judge.
    const said = { state: 'unreachable' as const, detail: plainText(answer?.detail ?? 'NoInvocation', 80) }
    return { outcome: { instanceId, ...said }, sighting: { ...instance, node, ...said } }
  }
  const whole = () => reader.fullOutput(event.commandId, instanceId)
  const { assessment, unreadable } = await assess(
    { ...instance, node },
    answer.output,
    whole,
    rules.filter(({ id }) => !event.rulesOff?.includes(id)),
    event.severities,
  )
  return {
    outcome: {
      instanceId,
      state: 'assessed',
      fingerprint: assessment.fingerprint,
      ...(unreadable && { detail: unreadable }),
    },
    assessment,
  }
}
