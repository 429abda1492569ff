import type { Finding } from '../findings/finding.ts'
import { nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'

/** What judges today: stands on each restatement. */
export type Versions = { engineVersion: string; ruleVersions: Record<string, string> }

/**
 * All that was said by one rule of one piece of evidence: the verdict that was given on it first, what was said last, and how
 * often it was restated. `sayings` are all of it, each with the versions that it was judged with.
 */
export type Statement = { verdict: OnEvidence; said: OnEvidence; restatements: number; sayings: Saying[] }

/** A verdict, a restatement, or the finding that stands, which also holds more than a change records. */
export type Saying = OnEvidence & { standing?: Pick<Finding, 'running' | 'declared' | 'effect'> }

type OnEvidence = Transition & { evidenceHash: string }

/** The hash of a verdict that names what judged it, but no evidence: it rests on nothing that can be judged again. */
export const NO_EVIDENCE = ''

/** Closing a finding is no judgement: what a seal covers is whether it was closed. */
const onEvidence = <T extends Transition>(each: T): (T & OnEvidence)[] => {
  const { evidenceHash, closed, engineVersion, ruleVersion } = each
  if (closed !== undefined) return []
  if (evidenceHash !== undefined) return [{ ...each, evidenceHash }]
  const isJudged = engineVersion !== undefined && ruleVersion !== undefined
  return isJudged ? [{ ...each, evidenceHash: NO_EVIDENCE }] : []
}

const statementKey = ({ ruleId, evidenceHash, ...node }: OnEvidence): string =>
  `${nodeKey(node)}#${ruleId}#${evidenceHash}`

/**
 * Every verdict that can be judged again, each piece of evidence and rule once: those that were changes, and those as
 * they stand, whose evidence may be newer than the change. `history` is oldest first, restatements included.
 */
export const statementsOf = (history: Transition[], findings: StoredFinding[]): Statement[] => {
  const statements = new Map<string, Statement>()
  const add = (said: OnEvidence): void => {
    const before = statements.get(statementKey(said))
    const { verdict = said, restatements = 0, sayings = [] } = before ?? {}
    const count = restatements + (said.restates === undefined ? 0 : 1)
    statements.set(statementKey(said), { verdict, said, restatements: count, sayings: [...sayings, said] })
  }
  history.flatMap(onEvidence).forEach(add)
  for (const standing of findings.map(asSaying).flatMap(onEvidence)) {
    const statement = statements.get(statementKey(standing))
    // What stands is no later word on the evidence than its restatements; it has to hold all the same.
    if (statement) statement.sayings.push(standing)
    else add(standing)
  }
  return [...statements.values()]
}

/** The verdict that stands now, as a change to it would be recorded. */
const asSaying = (finding: StoredFinding): Transition & Pick<Saying, 'standing'> => {
  const { account, region, instanceId, ruleId, control, severity, cluster, scanId, evidenceHash } = finding
  const { since, status, reason, message, engineVersion, ruleVersion } = finding
  const { running, declared, effect } = finding
  return {
    ...{ account, region, instanceId, ruleId, control, severity, scanId, at: since },
    ...{ to: status, reason, message, engineVersion, ruleVersion },
    ...(cluster !== undefined && { cluster }),
    ...(evidenceHash !== undefined && { evidenceHash }),
    standing: { ...(running && { running }), ...(declared && { declared }), ...(effect && { effect }) },
  }
}

/**
 * The restatement that judging the evidence again calls for; undefined where it agrees with what was said last, by
 * status and reason. Its severity is the verdict's, which may have been overridden. Pure.
 */
export const restatementOf = (
  { verdict, said }: Pick<Statement, 'verdict' | 'said'>,
  today: Finding,
  { engineVersion, ruleVersions }: Versions,
  at: string,
): (OnEvidence & { restates: string }) | undefined => {
  if (said.to === today.status && said.reason === today.reason) return undefined
  const { account, region, instanceId, ruleId, cluster, scanId, evidenceHash, severity } = verdict
  const ruleVersion = ruleVersions[ruleId]
  return {
    ...{ account, region, instanceId, ruleId, scanId, at, evidenceHash },
    ...{ control: today.control, severity },
    ...(cluster !== undefined && { cluster }),
    ...{ from: said.to, fromReason: said.reason, to: today.status },
    ...{ reason: today.reason, message: today.message },
    engineVersion,
    ...(ruleVersion !== undefined && { ruleVersion }),
    restates: verdict.at,
  }
}
