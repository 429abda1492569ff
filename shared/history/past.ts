import { type Closing, type CoverageState, isDeparture } from '../findings/coverage.ts'
import type { Finding, Status } from '../findings/finding.ts'
import { type Node, nodeKey, type ScanRecord, type Transition } from '../findings/records.ts'
import type { CommandResult, FindingFilter, Outcome, Store } from '../store/store.ts'

/** What a later judging of a past verdict's evidence made of it. */
export type Restated = {
  at: string
  status: Status
  reason: string
  message: string
  engineVersion?: string
  ruleVersion?: string
}

/**
 * A finding as it stood at a moment: what its transition recorded. The lists of processes, manifests and excerpts were
 * not recorded there; they are in the evidence that the hash names.
 */
export type PastFinding = Finding &
  Node & {
    cluster?: string
    since: string
    previousStatus?: Status
    /** The scan that brought the verdict. */
    scanId: string
    evidenceHash?: string
    engineVersion?: string
    ruleVersion?: string
    /** As the scan that answers saw the node; absent: it did not see it. */
    coverage?: CoverageState
    /** Systems Manager's own status, or another reason, where the node was not assessed. */
    detail?: string
    /** The node had left the fleet with this verdict. */
    closed?: Closing
    restated?: Restated
  }

/** The fleet at a moment. `scan` is the newest of the whole fleet that had closed by then; it says who was there. */
export type PastFleet = { at: string; scan: ScanRecord; results: CommandResult[]; findings: PastFinding[] }

/**
 * Who was seen by the last scan before a moment, and each finding as its last transition up to the moment left it.
 * Undefined: no scan of the whole fleet had closed. `at` is ISO 8601; the filter is held against what was so then.
 * A filter by instance also shows findings of instances that had left the fleet.
 */
export const fleetAt = async (
  store: Pick<Store, 'scanAt' | 'commandResults' | 'transitionsAt' | 'restatements'>,
  at: string,
  filter: FindingFilter,
): Promise<PastFleet | undefined> => {
  const scan = await store.scanAt(at)
  if (scan === undefined) return undefined
  const { instance, account, region, rule } = filter
  const place = {
    ...(instance && { instance }),
    ...(account && { account }),
    ...(region && { region }),
    ...(rule && { rule }),
  }
  const [results, transitions, restatements] = await Promise.all([
    store.commandResults(scan.scanId),
    store.transitionsAt(at, filter),
    store.restatements(place),
  ])
  const seen = outcomesByNode(results)
  // Oldest first, so that the latest restatement of a piece of evidence stays.
  const restated = new Map(restatements.map((each) => [verdictKey(each), each]))
  const findings = transitions
    .map((each) => pastFinding(each, seen.get(nodeKey(each)), restated.get(verdictKey(each))))
    .filter((finding) => instance !== undefined || wasInFleet(finding))
  return { at, scan, results, findings }
}

/** Neither gone by then nor not there yet. */
export const wasInFleet = ({ coverage, closed }: PastFinding): boolean =>
  closed === undefined && coverage !== undefined && !isDeparture(coverage)

const outcomesByNode = (results: CommandResult[]): Map<string, Outcome> =>
  new Map(
    results.flatMap(({ account, region, outcomes }) =>
      outcomes.map((each) => [nodeKey({ account, region, instanceId: each.instanceId }), each] as const),
    ),
  )

const verdictKey = (each: Transition): string => `${nodeKey(each)}#${each.ruleId}#${each.evidenceHash ?? ''}`

const pastFinding = (
  transition: Transition,
  outcome: Outcome | undefined,
  restatement: Transition | undefined,
): PastFinding => {
  const { to, from, fromReason: _, at, since, cause: __, restates: ___, ...stood } = transition
  return {
    ...stood,
    status: to,
    caveats: [],
    evidence: [],
    since: since ?? at,
    ...(from !== undefined && from !== to && { previousStatus: from }),
    ...(outcome && { coverage: outcome.state }),
    ...(outcome?.detail !== undefined && { detail: outcome.detail }),
    ...restatedAs(transition, restatement),
  }
}

const restatedAs = (stood: Transition, later: Transition | undefined): { restated?: Restated } => {
  if (!later || (later.to === stood.to && later.reason === stood.reason)) return {}
  const { at, to, reason, message, engineVersion, ruleVersion } = later
  return {
    restated: {
      ...{ at, status: to, reason, message },
      ...(engineVersion !== undefined && { engineVersion }),
      ...(ruleVersion !== undefined && { ruleVersion }),
    },
  }
}
