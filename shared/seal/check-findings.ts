import type { Transition } from '../findings/records.ts'
import { keys, nodeOfPk } from '../store/keys.ts'
import { recordedText } from '../store/recorded-text.ts'
import { canonicalJson } from './canonical.ts'
import type { Sealed } from './check-leaves.ts'
import { nameOf } from './gather.ts'
import { itemName, type SealProblem } from './problems.ts'
import { type FindingSaid, findingName, type StoredNode } from './stored-nodes.ts'

/** The evidence of each node that the newest seal names which names any of it, by the node's partition. */
export type NewestEvidence = Map<string, { seal: number; hashes: Set<string> }>

/** Holds a node's findings against their last changes and what is sealed of its evidence. */
export const problemsOfFindings = (
  { pk, changes, findings }: StoredNode,
  sealed: Sealed,
  newest: NewestEvidence,
): SealProblem[] => {
  if (!findings) return []
  const sorted = changes.map(({ change }) => change).sort((a, b) => (a.at < b.at ? -1 : 1))
  const last = new Map(sorted.map((each) => [each.ruleId, each]))
  const problems: SealProblem[] = []
  for (const finding of findings) {
    const { ruleId, evidenceHash } = finding
    const change = last.get(ruleId)
    last.delete(ruleId)
    const evidence = keys.evidence(nodeOfPk(pk), evidenceHash ?? '')
    const isSealed = evidenceHash === undefined || sealed.keys.has(nameOf(evidence))
    if (finding.closed === undefined && !isSealed)
      problems.push({
        kind: 'evidence',
        item: `${itemName('evidence', evidence)}, under ${ruleId}`,
        problem: 'no seal names it: it was put in the place of what was judged',
      })
    const problem =
      problemOfStatus(finding, change) ??
      (isSealed && change
        ? problemOf(
            finding,
            change,
            newest.get(pk),
            sealed.keys.has(nameOf(keys.transition(change, ruleId, change.scanId))),
          )
        : undefined)
    if (problem !== undefined) problems.push({ kind: 'finding', item: findingName(pk, ruleId), problem })
  }
  for (const change of last.values())
    if (change.closed === undefined)
      problems.push({
        kind: 'finding',
        item: findingName(pk, change.ruleId),
        problem: `is gone, and its last change says ${wordsOf(change)}`,
      })
  return problems
}

const problemOfStatus = (
  { status, reason, closed, amiss }: FindingSaid,
  change: Transition | undefined,
): string | undefined => {
  if (!change) return 'has no change that brought it about'
  if (change.closed === closed && change.to === status && change.reason === reason) return amiss
  return `says ${status} ${reason}${closed ? `, ${closed}` : ''}, and its last change says ${wordsOf(change)}`
}

/** Texts may be cleaned by a newer version; a closed finding has its verdict's, and the change says why it was closed. */
const READ_APART = new Set(['message', 'listKey', 'listSort'])

const problemOf = (
  finding: FindingSaid,
  change: Transition,
  newest: { hashes: Set<string> } | undefined,
  isChangeSealed: boolean,
): string | undefined => {
  const { since, scanId, evidenceHash, closed, own } = finding
  if (change.since !== undefined && since !== change.since)
    return `says since ${since}, and its last change ${change.since}`
  if (evidenceHash === undefined && change.evidenceHash !== undefined)
    return 'has no evidence, and its last change has'
  if (closed === undefined && evidenceHash !== undefined && newest && !newest.hashes.has(evidenceHash))
    return 'rests on other evidence than the newest that is sealed of its instance'
  // What no change has brought is judged by newer evidence.
  if (
    evidenceHash === change.evidenceHash &&
    (finding.severity !== change.severity || finding.control !== change.control)
  )
    return `says ${finding.severity} ${finding.control}, and its last change ${change.severity} ${change.control}`
  if (
    evidenceHash === change.evidenceHash &&
    closed === undefined &&
    !isText(finding.message, change.message)
  )
    return 'says another message than its last change'
  if (!own) return undefined
  if (closed === undefined && !isChangeSealed) return 'has a last change that no seal names'
  if (change.since === change.at && scanId !== change.scanId)
    return `says scan ${scanId}, and its last change ${change.scanId}`
  const known = finding.knowsItsChange ? Object.keys(change) : ['scanId', 'at', 'from', 'fromReason']
  const differs = known.filter(
    (name) =>
      !READ_APART.has(name) && canonicalJson(fieldOf(own, name)) !== canonicalJson(fieldOf(change, name)),
  )
  if (finding.knowsItsChange && closed === undefined && !isText(own.message, change.message))
    differs.push('message')
  return differs.length > 0
    ? `remembers its last change otherwise than that is stored: ${differs.join(', ')}`
    : undefined
}

const fieldOf = (change: Transition, name: string): unknown => change[name as keyof Transition]

const isText = (a: unknown, b: unknown): boolean => recordedText(String(a)) === recordedText(String(b))

const wordsOf = ({ to, reason, closed }: Transition): string =>
  `${to} ${reason}${closed ? `, ${closed}` : ''}`
