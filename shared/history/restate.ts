import type { Finding } from '../findings/finding.ts'
import { nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'

/** What judges today: stands on each restatement. */
export type Versions = { engineVersion: string; ruleVersions: Record<string, string> }

/** A verdict as it was first given on a piece of evidence, what was said of that evidence last, and how often it was restated. */
export type Statement = { verdict: OnEvidence; said: Transition; restatements: number }

type OnEvidence = Transition & { evidenceHash: string }
/** Closing a finding is no judgement. */
const isOnEvidence = (each: Transition): each is OnEvidence =>
  each.evidenceHash !== undefined && each.closed === undefined

const statementKey = ({ ruleId, evidenceHash, ...node }: OnEvidence): string =>
  `${nodeKey(node)}#${ruleId}#${evidenceHash}`

/**
 * Every verdict that can be judged again, each piece of evidence and rule once: those that were changes, and those as
 * they stand, whose evidence may be newer than the change. `history` is oldest first, restatements included.
 */
export const statementsOf = (history: Transition[], findings: StoredFinding[]): Statement[] => {
  const statements = new Map<string, Statement>()
  const add = (said: OnEvidence): void => {
    const { verdict = said, restatements = 0 } = statements.get(statementKey(said)) ?? {}
    const count = restatements + (said.restates === undefined ? 0 : 1)
    statements.set(statementKey(said), { verdict, said, restatements: count })
  }
  history.filter(isOnEvidence).forEach(add)
  for (const verdict of findings.map(asTransition).filter(isOnEvidence))
    if (!statements.has(statementKey(verdict))) add(verdict)
  return [...statements.values()]
}

/** The verdict that stands now, as a change to it would be recorded. */
const asTransition = (finding: StoredFinding): Transition => {
  const { account, region, instanceId, ruleId, control, severity, cluster, scanId, evidenceHash } = finding
  const { since, status, reason, message, engineVersion, ruleVersion } = finding
  return {
    ...{ account, region, instanceId, ruleId, control, severity, scanId, at: since },
    ...{ to: status, reason, message, engineVersion, ruleVersion },
    ...(cluster !== undefined && { cluster }),
    ...(evidenceHash !== undefined && { evidenceHash }),
  }
}

/**
 * The restatement that judging the evidence again calls for; undefined where it agrees with what was said last, by
 * status and reason. Pure.
 */
export const restatementOf = (
  { verdict, said }: Statement,
  today: Finding,
  { engineVersion, ruleVersions }: Versions,
  at: string,
): (OnEvidence & { restates: string }) | undefined => {
  if (said.to === today.status && said.reason === today.reason) return undefined
  const { account, region, instanceId, ruleId, cluster, scanId, evidenceHash } = verdict
  const ruleVersion = ruleVersions[ruleId]
  return {
    ...{ account, region, instanceId, ruleId, scanId, at, evidenceHash },
    ...{ control: today.control, severity: today.severity },
    ...(cluster !== undefined && { cluster }),
    ...{ from: said.to, fromReason: said.reason, to: today.status },
    ...{ reason: today.reason, message: today.message },
    engineVersion,
    ...(ruleVersion !== undefined && { ruleVersion }),
    restates: verdict.at,
  }
}
