import type { Finding } from '../shared/findings/finding.ts'
import { findingKey } from '../shared/findings/flapping.ts'
import { nodeKey, type StoredFinding } from '../shared/findings/records.ts'
import { judgeStored, NotJudgeableError } from '../shared/history/judge-stored.ts'
import { auditId, type ReadFinding } from '../shared/report/audit-findings.ts'
import { drawSample, type Sample, type SampleItem } from '../shared/report/audit-sample.ts'
import type { Rule } from '../shared/rules/rule.ts'
import { EvidenceNotKeptError, type Store } from '../shared/store/store.ts'

/** Pieces of evidence that are read side by side. */
const AT_ONCE = 16

/**
 * Findings with the pieces of evidence that decide, and their caveats. A verdict that still stands has them in the table
 * (`standing`); for others the stored evidence is judged again, which must give the same to be shown. `isNow`: what
 * stands is newer evidence for the same verdict, and is what is asked for.
 */
export const withProofs = async (
  store: Pick<Store, 'evidence'>,
  findings: ReadFinding[],
  standing: StoredFinding[],
  { rules, isNow }: { rules: readonly Rule[]; isNow: boolean },
): Promise<ReadFinding[]> => {
  const known = new Map(standing.map((each) => [findingKey(each), each]))
  const pieces = Map.groupBy(findings, (each) => `${nodeKey(each)}#${each.evidenceHash}`)
  const proved = await eachOf([...pieces.values()], async (ofPiece) => {
    let judged: Promise<Judged> | undefined
    return Promise.all(
      ofPiece.map(async (finding): Promise<ReadFinding> => {
        const now = known.get(findingKey(finding))
        if (now && isSame(finding, now) && (isNow || now.evidenceHash === finding.evidenceHash))
          return { ...finding, ...proofIn(now) }
        judged ??= judgedAgain(store, finding, rules)
        return { ...finding, ...proofOf(finding, await judged) }
      }),
    )
  })
  return proved.flat()
}

const isSame = (one: ReadFinding, other: Finding): boolean =>
  one.status === other.status && one.reason === other.reason

const proofIn = ({ caveats, evidence, evidenceHash, engineVersion, ruleVersion }: StoredFinding) => ({
  ...{ caveats, evidence, engineVersion, ruleVersion },
  ...(evidenceHash !== undefined && { evidenceHash }),
})

const proofOf = (
  finding: ReadFinding,
  { verdicts, problem }: Judged,
): Pick<ReadFinding, 'proofProblem'> | Pick<ReadFinding, 'evidence' | 'caveats'> => {
  const again = verdicts?.find(({ ruleId }) => ruleId === finding.ruleId)
  if (!again) return { proofProblem: problem ?? NO_RULE }
  if (!isSame(finding, again))
    return { proofProblem: `today's engine and rules give ${again.status} ${again.reason} on its evidence` }
  return { evidence: again.evidence, caveats: again.caveats }
}

/** The drawn verdicts with their whole evidence, and what judging it again gives. */
export const readSample = async (
  store: Pick<Store, 'evidence'>,
  findings: ReadFinding[],
  { size, seed }: { size: number; seed: number },
  rules: readonly Rule[],
): Promise<Sample> => {
  const items = await eachOf(drawSample(findings, size, seed), async (finding): Promise<SampleItem> => {
    const { account, region, instanceId, ruleId, status, reason, evidenceHash } = finding
    const { verdicts, evidence, problem } = await judgedAgain(store, finding, rules)
    const again = verdicts?.find((each) => each.ruleId === ruleId)
    const why = problem ?? (again ? undefined : NO_RULE)
    return {
      ...{ id: auditId(finding), account, region, instanceId, ruleId, status, reason },
      ...(evidenceHash !== undefined && { evidenceHash }),
      ...(again && { again: { status: again.status, reason: again.reason, agrees: isSame(finding, again) } }),
      ...(why !== undefined && { problem: why }),
      ...(evidence !== undefined && { evidence }),
    }
  })
  return { seed, size, of: findings.length, items }
}

const NO_RULE = 'this version has no such rule'

/** What today's engine and rules make of a piece of evidence, or why they cannot. */
type Judged = { evidence?: unknown; verdicts?: Finding[]; problem?: string }

const judgedAgain = async (
  store: Pick<Store, 'evidence'>,
  finding: ReadFinding,
  rules: readonly Rule[],
): Promise<Judged> => {
  const { evidenceHash } = finding
  if (evidenceHash === undefined) return { problem: 'no evidence was kept with this verdict' }
  try {
    const evidence = await store.evidence(finding, evidenceHash)
    if (evidence === undefined) return { problem: 'its evidence is no longer stored' }
    return { evidence, verdicts: judgeStored(evidence, evidenceHash, rules) }
  } catch (error) {
    if (error instanceof NotJudgeableError || error instanceof EvidenceNotKeptError)
      return { problem: error.message }
    throw error
  }
}

const eachOf = async <T, R>(all: T[], work: (one: T) => Promise<R>): Promise<R[]> => {
  const done: R[] = []
  for (let i = 0; i < all.length; i += AT_ONCE)
    done.push(...(await Promise.all(all.slice(i, i + AT_ONCE).map(work))))
  return done
}
