import { isDeepStrictEqual } from 'node:util'
import type { Finding, Status } from '../findings/finding.ts'
import type { Node } from '../findings/records.ts'
import type { Rule } from '../rules/rule.ts'
import type { Engines } from './engines.ts'
import type { Saying } from './restate.ts'
import type { RuleBook } from './rule-book.ts'

/** What of a verdict is held against its own versions: texts may change, and severity may be overridden. */
export type Compared = 'status' | 'reason' | 'running' | 'declared' | 'effect'

/**
 * A verdict that the very versions that it names do not give: it was altered, or judging is not repeatable. `restates`: it is
 * a restatement, and of when the verdict is.
 */
export type Disagreement = Node & {
  ruleId: string
  control: string
  evidenceHash: string
  scanId: string
  at: string
  restates?: string
  engineVersion: string
  ruleVersion: string
  said: { status: Status; reason: string; message: string }
  judged: { status: Status; reason: string; message: string }
  differsIn: Compared[]
}

/** By what a saying has to be judged again; in words where this release cannot. */
export type OwnVersions = { engineVersion: string; ruleVersion: string; rule: Rule }

/** The engine and rule that a saying names. A string: why it cannot be judged by them. */
export const ownVersions = (
  { engineVersion, ruleVersion, ruleId }: Saying,
  book: RuleBook,
  engines: Engines,
  today: string,
): OwnVersions | string => {
  if (engineVersion === undefined || ruleVersion === undefined)
    return 'it does not say which engine and rule it was judged by'
  if (!Object.hasOwn(engines, engineVersion))
    return `it was judged by engine ${engineVersion}, which this release (engine ${today}) does not carry: verify it with a release that does`
  const rule = book(ruleId, ruleVersion)
  return typeof rule === 'string' ? rule : { engineVersion, ruleVersion, rule }
}

/** Where a saying is not what its own versions give; undefined: it is. */
export const disagreement = (
  saying: Saying,
  { engineVersion, ruleVersion }: OwnVersions,
  judged: Finding,
): Disagreement | undefined => {
  const differsIn = differences(saying, judged)
  if (differsIn.length === 0) return undefined
  const { account, region, instanceId, ruleId, control, evidenceHash, scanId, at, restates } = saying
  return {
    ...{ account, region, instanceId, ruleId, control, evidenceHash, scanId, at },
    ...(restates !== undefined && { restates }),
    ...{ engineVersion, ruleVersion },
    said: { status: saying.to, reason: saying.reason, message: saying.message },
    judged: { status: judged.status, reason: judged.reason, message: judged.message },
    differsIn,
  }
}

const differences = ({ to, reason, standing }: Saying, judged: Finding): Compared[] => [
  ...(to === judged.status ? [] : ['status' as const]),
  ...(reason === judged.reason ? [] : ['reason' as const]),
  ...(standing === undefined
    ? []
    : [
        ...(standing.running?.status === judged.running?.status ? [] : ['running' as const]),
        ...(standing.declared?.status === judged.declared?.status ? [] : ['declared' as const]),
        ...(isDeepStrictEqual(standing.effect, judged.effect) ? [] : ['effect' as const]),
      ]),
]
