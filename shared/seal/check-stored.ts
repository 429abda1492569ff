import { keys, listings } from '../store/keys.ts'
import { type NewestEvidence, problemsOfFindings } from './check-findings.ts'
import { keysGone, type Sealed } from './check-leaves.ts'
import { checkWaivers, problemOfAdded } from './check-waivers.ts'
import { nameOf } from './gather.ts'
import type { SealProblem } from './problems.ts'
import type { SealReader } from './reader.ts'
import { MISPLACED, misplaced, type StoredNode, storedNodes } from './stored-nodes.ts'
import type { UnsealedScans } from './unsealed-scans.ts'

/** What no seal names, of what is stored: changes from before the first seal; and nodes that a scan under way excuses. */
type Unsealed = { transitions: number; excused: number }

/** What is asked of what is stored. `now` in milliseconds; `sealedAt` is of the newest seal. */
export type Asked = {
  newest: NewestEvidence
  sealedAt: string
  now: number
  scans: UnsealedScans
  /** Reads scans again: what seems amiss may be of one that began meanwhile. */
  scansAgain(): Promise<UnsealedScans>
}

/** Something that a scan under way would excuse. */
type Doubt = { scanId: string; at: unknown; problems: (words: string) => SealProblem[]; isFinding: boolean }

/**
 * Looks for what is stored and in no seal although it should be, and holds findings against their last change and
 * what is sealed of their evidence.
 */
export const checkStored = async (reader: SealReader, sealed: Sealed, asked: Asked): Promise<Unsealed> => {
  const doubts: Doubt[] = []
  const found: Unsealed = { transitions: 0, excused: 0 }
  const gone = keysGone(sealed)
  for await (const node of storedNodes(reader, sealed.keys, sealed.problems)) {
    const all = [...changesIn(node, sealed, gone), ...findingsIn(node, sealed, asked.newest)]
    doubts.push(...all.filter((each) => !settle(each, asked.scans, found)))
    if (reader.scope.seals === undefined) checkRestatements(node, sealed, asked)
  }
  if (reader.scope.seals === undefined) await checkWaivers(reader, sealed, asked)
  if (reader.raw) await checkListedScans(reader.raw, reader, sealed.problems)

  if (doubts.length === 0) return found
  const again = await asked.scansAgain()
  for (const each of doubts)
    if (!settle(each, again, found)) {
      const words = again.problemOf(each.scanId, each.at) ?? ''
      sealed.problems.push(...each.problems(words))
    }
  return found
}

/** Whether a scan explains it. */
const settle = ({ scanId, at, isFinding }: Doubt, scans: UnsealedScans, found: Unsealed): boolean => {
  const problem = scans.problemOf(scanId, at)
  if (isFinding) {
    if (problem === undefined) found.excused++
    return problem === undefined
  }
  if (problem === 'before') found.transitions++
  return problem === undefined || problem === 'before'
}

/** A node's changes that no seal names. */
const changesIn = ({ changes }: StoredNode, sealed: Sealed, gone: Set<string>): Doubt[] => {
  const seen = new Set<string>()
  return changes.flatMap(({ key, change, amiss }) => {
    const name = nameOf(key)
    const isTwice = seen.has(name) || gone.has(name)
    seen.add(name)
    // What is sealed was held against its hash, which is over its place in the list, too.
    if (!isTwice && sealed.keys.has(name)) return []
    if (isTwice || amiss !== undefined) {
      sealed.problems.push(misplaced('transition', key, amiss ?? MISPLACED))
      return []
    }
    const problems = (problem: string): SealProblem[] => [misplaced('transition', key, problem)]
    return [{ scanId: change.scanId, at: change.at, problems, isFinding: false }]
  })
}

const findingsIn = (node: StoredNode, sealed: Sealed, newest: NewestEvidence): Doubt[] => {
  const problems = problemsOfFindings(node, sealed, newest)
  if (problems.length === 0) return []
  const { state } = node
  return [{ scanId: String(state?.scanId), at: state?.at, problems: () => problems, isFinding: true }]
}

/** They are made by people's clocks, between scans. */
const checkRestatements = ({ restatements }: StoredNode, sealed: Sealed, { sealedAt, now }: Asked): void => {
  for (const { amiss, ...item } of restatements) {
    if (sealed.keys.has(nameOf(item))) continue
    const problem = problemOfAdded(item.at, sealedAt, now) ?? amiss
    if (problem !== undefined) sealed.problems.push(misplaced('restatement', item, problem))
  }
}

/** By its place in the list a scan is the one that answers for a moment. */
const checkListedScans = async (
  raw: NonNullable<SealReader['raw']>,
  reader: SealReader,
  problems: SealProblem[],
): Promise<void> => {
  for await (const page of raw.listed()) {
    const entries = page.filter(({ listKey }) => listKey === 'SCANS')
    if (entries.length < page.length) return
    for (const item of await reader.items(entries)) {
      const [scanId, openedAt] = [String(item.scanId), String(item.openedAt)]
      const isOwn = nameOf(keys.scan(scanId)) === nameOf(item)
      if (isOwn && item.listSort === listings.scan(scanId, openedAt).listSort) continue
      const problem = 'does not stand in the list of scans where it belongs'
      problems.push({ kind: 'scan', item: `record ${item.pk} ${item.sk}`, problem })
    }
  }
}
