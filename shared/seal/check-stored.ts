import { type Node, nodeKey, type StoredFinding, type Transition } from '../findings/records.ts'
import { keys } from '../store/keys.ts'
import { keysGone, type Sealed } from './check-leaves.ts'
import { nameOf } from './gather.ts'
import { itemName, type SealProblem } from './problems.ts'
import type { SealReader } from './reader.ts'
import { OVERLAP_MS } from './standing.ts'
import type { UnsealedScans } from './unsealed-scans.ts'

/** What no seal names, of what is stored: changes from before the first seal, in numbers. */
type Before = { transitions: number }

/**
 * Looks for what is stored and in no seal although it should be, and holds findings against their last change and
 * what is sealed of their evidence.
 */
export const checkStored = async (
  reader: SealReader,
  sealed: Sealed,
  scans: UnsealedScans,
): Promise<Before> => {
  const { problems } = sealed
  const history = (await reader.history()).filter(({ restates }) => restates === undefined)
  const seen = new Set<string>()
  const gone = keysGone(sealed)
  let transitions = 0
  for (const each of history) {
    const key = keys.transition(each, each.ruleId, each.scanId)
    const name = nameOf(key)
    if (seen.has(name) || gone.has(name))
      problems.push({ kind: 'transition', item: itemName('transition', key), problem: MISPLACED })
    seen.add(name)
    if (sealed.keys.has(name)) continue
    const problem = scans.problemOf(each.scanId, each.at)
    if (problem === 'before') transitions++
    else if (problem !== undefined)
      problems.push({ kind: 'transition', item: itemName('transition', key), problem })
  }
  if (reader.scope.seals === undefined) await checkRestatements(reader, sealed, scans.sealedAt)
  const findings = await reader.findings()
  if (findings) await checkFindings(reader, sealed, scans, history, findings)
  return { transitions }
}

const MISPLACED = 'stands under another key than its own: it was added'

/** They are made by people's clocks, between scans. */
const checkRestatements = async (reader: SealReader, sealed: Sealed, sealedAt: string): Promise<void> => {
  const until = new Date(Date.parse(sealedAt) - OVERLAP_MS).toISOString()
  for (const item of await reader.restatements(new Date(0).toISOString()))
    if (!sealed.keys.has(nameOf(item)) && String(item.at) < until)
      sealed.problems.push({
        kind: 'restatement',
        item: itemName('restatement', item),
        problem: 'no seal names it, though seals were made after it: it was added',
      })
  for (const { key, item } of await reader.waivers())
    if (!sealed.keys.has(nameOf(key)) && String(item.changedAt) < until)
      sealed.problems.push({
        kind: 'waiver',
        item: itemName('waiver', key),
        problem: 'no seal names it, though seals were made after it: it was added',
      })
}

const checkFindings = async (
  reader: SealReader,
  sealed: Sealed,
  scans: UnsealedScans,
  history: Transition[],
  findings: StoredFinding[],
): Promise<void> => {
  const last = new Map(history.map((each) => [findingKey(each), each]))
  const doubtful: { node: Node; problem: SealProblem }[] = []
  for (const finding of findings) {
    const { evidenceHash, ruleId, status, reason } = finding
    const change = last.get(findingKey(finding))
    last.delete(findingKey(finding))
    if (evidenceHash !== undefined && !sealed.keys.has(nameOf(keys.evidence(finding, evidenceHash))))
      doubtful.push({
        node: finding,
        problem: {
          kind: 'evidence',
          item: `${itemName('evidence', keys.evidence(finding, evidenceHash))}, under ${ruleId}`,
          problem: 'no seal names it: it was put in the place of what was judged',
        },
      })
    if (change && change.closed === undefined && change.to === status && change.reason === reason) continue
    const said = change ? `says ${status} ${reason}, and its last change says ${wordsOf(change)}` : NO_CHANGE
    doubtful.push({ node: finding, problem: { kind: 'finding', item: findingName(finding), problem: said } })
  }
  for (const change of last.values())
    if (change.closed === undefined)
      doubtful.push({
        node: change,
        problem: {
          kind: 'finding',
          item: findingName(change),
          problem: `is gone, and its last change says ${wordsOf(change)}`,
        },
      })
  sealed.problems.push(...(await withoutUnderWay(reader, scans, doubtful)))
}

const NO_CHANGE = 'has no change that brought it about'

/** A scan that is under way has written of a node what no seal can name yet. */
const withoutUnderWay = async (
  reader: SealReader,
  scans: UnsealedScans,
  doubtful: { node: Node; problem: SealProblem }[],
): Promise<SealProblem[]> => {
  const states = await reader.items(doubtful.map(({ node }) => keys.node(node)))
  const underWay = new Set(
    states
      .filter(({ scanId, at }) => scans.problemOf(String(scanId), String(at)) === undefined)
      .map(({ pk }) => pk),
  )
  return doubtful.filter(({ node }) => !underWay.has(keys.node(node).pk)).map(({ problem }) => problem)
}

const findingKey = ({ ruleId, ...node }: Node & { ruleId: string }): string => `${nodeKey(node)}#${ruleId}`

const findingName = ({ ruleId, ...node }: Node & { ruleId: string }): string =>
  `finding of ${nodeKey(node)} ${ruleId}`

const wordsOf = ({ to, reason, closed }: Transition): string =>
  `${to} ${reason}${closed ? `, ${closed}` : ''}`
