import { isDeepStrictEqual } from 'node:util'
import { type Node, nodeKey } from '../findings/records.ts'
import { atOnce } from './at-once.ts'
import { putEvidence } from './evidence-items.ts'
import { closedFinding, type FindingItem, nextFinding } from './finding-items.ts'
import { FINDING_PREFIX, keys, nodeOfPk, ruleOfSk } from './keys.ts'
import {
  type NodeItem,
  type NodeState,
  readStates,
  retryingConflicts,
  standsAt,
  WriteConflict,
  writeState,
} from './node-states.ts'
import { getItems, partition, queryAll } from './read.ts'
import type { Assessment, CommandResult } from './store.ts'
import type { Table } from './table.ts'
import { appendTransition } from './transition-items.ts'
import { IS_NEW, putIf } from './write.ts'

/** Told of each piece of evidence that the scan has stored, also in an earlier try. */
export type OnEvidence = (node: Node, hash: string) => void

type Seen = { state: NodeItem | undefined; findings: Map<string, FindingItem> }

/**
 * Why a crash between any two writes loses nothing, when the call is repeated:
 *
 * 1. the evidence, so that no verdict points at nothing;
 * 2. the node's state loses its fingerprint and names this scan as pending: whatever happens next, some scan
 *    judges the node again, also if its facts go back to what they were;
 * 3. each finding, which remembers its change (scan, from, reason), then the transition made from what the
 *    finding remembers: a repeat finds its own change and writes the same transition; those of rules that are judged by
 *    no longer are closed in the same way;
 * 4. the state with the fingerprint: done.
 *
 * If the call is never repeated, the next scan to judge the node writes the missing transitions of the pending one.
 */
export const applyAssessments = async (
  table: Table,
  scanId: string,
  at: string,
  assessments: Assessment[],
  onEvidence: OnEvidence = () => {},
): Promise<CommandResult['changes']> => {
  const seen = await readSeen(table, scanId, assessments)
  const changes = await atOnce(assessments, table.slots, async (assessment) => {
    let first = seen.get(nodeKey(assessment.node))
    const rules = await retryingConflicts(async () => {
      const now = first ?? (await readSeen(table, scanId, [assessment])).get(nodeKey(assessment.node))
      first = undefined
      return applyToNode(
        table,
        scanId,
        at,
        assessment,
        now ?? { state: undefined, findings: new Map() },
        onEvidence,
      )
    })
    return rules.map((ruleId) => ({ instanceId: assessment.node.instanceId, ruleId }))
  })
  return changes.flat()
}

/** What is stored of these nodes; findings only where they may matter: an unchanged node costs one read. */
const readSeen = async (
  table: Table,
  scanId: string,
  assessments: Assessment[],
): Promise<Map<string, Seen>> => {
  const states = await readStates(
    table,
    assessments.map(({ node }) => node),
  )
  const stateOf = ({ node }: Assessment) => states.get(nodeKey(node))
  const unsettled = assessments.filter((each) => !isSettledBefore(scanId, stateOf(each), each))
  const items = await getItems<FindingItem>(
    table,
    unsettled.flatMap((each) => rulesOf(each, stateOf(each)).map((id) => keys.finding(each.node, id))),
  )
  // Of a repeat of what this scan has done whole, and of a scan that broke off, the state does not name all rules judged by.
  for (const each of unsettled)
    if (stateOf(each)?.scanId === scanId || stateOf(each)?.pending !== undefined)
      items.push(...(await queryAll<FindingItem>(table, partition(keys.node(each.node).pk, FINDING_PREFIX))))
  const byNode = Map.groupBy(items, ({ pk }) => nodeKey(nodeOfPk(pk)))
  return new Map(
    assessments.map((each) => {
      const key = nodeKey(each.node)
      const findings = new Map((byNode.get(key) ?? []).map((item) => [ruleOfSk(item.sk), item]))
      return [key, { state: stateOf(each), findings }]
    }),
  )
}

/** The rules that the node is judged by now, and those that it was judged by before. */
const rulesOf = (assessment: Assessment, state: NodeItem | undefined): string[] => [
  ...new Set([...assessment.findings.map(({ ruleId }) => ruleId), ...Object.keys(state?.ruleVersions ?? {})]),
]

/** Whether just these verdicts are stored whole: same facts, judged by the same engine and rules, weighed alike. */
const isJudged = (state: NodeItem | undefined, assessment: Assessment): state is NodeItem =>
  state !== undefined &&
  state.fingerprint === assessment.fingerprint &&
  state.engineVersion === assessment.engineVersion &&
  isDeepStrictEqual(state.ruleVersions, assessment.ruleVersions) &&
  isDeepStrictEqual(state.severities, assessment.severities)

/** An earlier scan did. What this scan wrote itself may be the first half of a repeat, whose changes count. */
const isSettledBefore = (scanId: string, state: NodeItem | undefined, assessment: Assessment) =>
  isJudged(state, assessment) && state.scanId !== scanId

/** Returns the rules whose status or reason this scan changed. */
const applyToNode = async (
  table: Table,
  scanId: string,
  at: string,
  assessment: Assessment,
  { state, findings }: Seen,
  onEvidence: OnEvidence,
): Promise<string[]> => {
  const { node, cluster, tags, fingerprint, engineVersion, ruleVersions, severities } = assessment
  const place = { state: 'assessed' as const, tags, ...(cluster !== undefined && { cluster }) }
  const judged = isJudged(state, assessment)
  const stored = judged ? storedBy(scanId, state) : { evidence: assessment.evidence.hash }
  if (stored) onEvidence(node, stored.evidence)
  if (judged && standsAt(state, place)) return changedBy(scanId, assessment, findings)

  let current = state
  let agrees = true
  if (!judged) {
    await putEvidence(table, assessment)
    current = await markPending(table, scanId, at, assessment, { state, findings })
    agrees = await writeVerdicts(table, scanId, at, assessment, findings)
  }
  const weighed = severities && { severities }
  const versions = { engineVersion, ruleVersions, ...weighed, ...(agrees && { fingerprint }) }
  await writeState(table, node, { ...place, ...versions, ...stored, scanId, at, assessedAt: at }, current)
  return changedBy(scanId, assessment, findings)
}

/** A repeat of a scan finds what its earlier try has stored. */
const storedBy = (scanId: string, state: NodeItem): { evidence: string } | undefined =>
  state.scanId === scanId && state.evidence !== undefined ? { evidence: state.evidence } : undefined

const changedBy = (scanId: string, assessment: Assessment, findings: Map<string, FindingItem>): string[] =>
  [
    ...assessment.findings.map(({ ruleId }) => ruleId),
    ...noLongerJudged(assessment, findings).map(([ruleId]) => ruleId),
  ].filter((ruleId) => findings.get(ruleId)?.change.scanId === scanId)

/** The findings of rules that are switched off, or gone from the scanner. */
const noLongerJudged = (
  { ruleVersions }: Assessment,
  findings: Map<string, FindingItem>,
): [string, FindingItem][] =>
  [...findings].filter(([ruleId]) => ruleVersions[ruleId] === undefined).sort(([a], [b]) => (a < b ? -1 : 1))

/** First makes whole what an earlier scan left pending: its findings are about to be rewritten. */
const markPending = async (
  table: Table,
  scanId: string,
  at: string,
  { node, cluster, tags }: Assessment,
  { state, findings }: Seen,
): Promise<NodeItem> => {
  if (state?.pending === scanId) return state
  if (state?.pending !== undefined)
    for (const item of findings.values())
      if (item.change.scanId === state.pending) await appendTransition(table, item)
  const unseen = {
    state: 'assessed' as const,
    tags,
    ...(cluster !== undefined && { cluster }),
    assessedAt: at,
  }
  const {
    fingerprint: _,
    evidence: __,
    ...before
  }: Omit<NodeState, 'scanId' | 'at' | 'revision' | 'since'> = state ?? unseen
  return writeState(table, node, { ...before, scanId, at, pending: scanId }, state)
}

/**
 * Writes the findings into the table and into `findings`. A scan judges a finding once: where a repeat brings
 * another verdict, the first stands and the result is false, so that the next scan judges anew.
 */
const writeVerdicts = async (
  table: Table,
  scanId: string,
  at: string,
  assessment: Assessment,
  findings: Map<string, FindingItem>,
): Promise<boolean> => {
  let agrees = true
  for (const finding of assessment.findings) {
    const before = findings.get(finding.ruleId)
    if (before?.change.scanId === scanId) {
      agrees &&= before.finding.status === finding.status && before.finding.reason === finding.reason
      await appendTransition(table, before)
      continue
    }
    const next = nextFinding(before, assessment, finding, scanId, at)
    if (isDeepStrictEqual(next, before)) continue
    // The scan that closed it may have broken off before it wrote so.
    if (before?.closed !== undefined) await appendTransition(table, before)
    await putAfter(table, next, before)
    findings.set(finding.ruleId, next)
    if (next.change.scanId === scanId) await appendTransition(table, next)
  }
  for (const [ruleId, before] of noLongerJudged(assessment, findings)) {
    const isMine = before.change.scanId === scanId
    if (before.closed !== undefined && !isMine) continue
    // What no rule judges any more must not stand open as if one did.
    const next = isMine ? before : closedFinding(before, 'rule-off', scanId, at)
    if (!isMine) await putAfter(table, next, before)
    findings.set(ruleId, next)
    await appendTransition(table, next)
  }
  return agrees
}

const putAfter = async (table: Table, next: FindingItem, before: FindingItem | undefined): Promise<void> => {
  const condition = before
    ? { expression: '#change.#scanId = :seen', values: { ':seen': before.change.scanId } }
    : IS_NEW
  if (!(await putIf(table, next, condition))) throw new WriteConflict(`${next.pk} ${next.sk}`)
}
