import type { Evidence } from '../../shared/evidence/evidence.ts'
import type { EvidenceExcerpt, Finding } from '../../shared/findings/finding.ts'
import { all, around, type ShownLine, sizeOf } from './excerpt.ts'
import type { Mark } from './find-token.ts'
import { locate } from './locate.ts'
import { type Part, partsOf } from './parts.ts'

/** A part that decides: the lines that matter, and, where they are not all, the whole. */
export type DecidingPart = {
  part: Part
  marked: boolean
  shown: ShownLine[]
  whole?: ShownLine[]
}

/** The evidence of one finding as it is shown. All of it is hostile text, and bounded. */
export type EvidenceView = {
  deciding: DecidingPart[]
  /** Excerpts that were not found in the evidence. */
  lost: EvidenceExcerpt[]
  /** What else was read from the node. */
  others: { part: Part; lines: ShownLine[] }[]
}

/** Characters of evidence on one page. */
export const MOST_CHARACTERS = 100_000

/** Parts that decide nothing are named up to this number. */
const MOST_PARTS = 200

/** Marks in the evidence what decided the finding. Pure. */
export const evidenceView = (
  finding: Pick<Finding, 'evidence' | 'status' | 'reason'>,
  evidence: Evidence,
): EvidenceView => {
  const parts = partsOf(evidence)
  // A setting that is refused stops etcd at the first; of what it takes, the last counts.
  const which = finding.status === 'ERROR' ? ('first' as const) : ('last' as const)
  const found = new Map<Part, Mark[]>()
  const lost: EvidenceExcerpt[] = []
  for (const excerpt of finding.evidence) {
    const located = locate(excerpt, parts, { which, reason: finding.reason })
    if (located.length === 0) lost.push(excerpt)
    for (const { part, marks } of located) found.set(part, [...(found.get(part) ?? []), ...marks])
  }
  let left = MOST_CHARACTERS
  const bounded = (lines: ShownLine[]): ShownLine[] => {
    left = Math.max(0, left - sizeOf(lines))
    return lines
  }
  const deciding = [...found].map(([part, marks]): DecidingPart => {
    const shown = bounded(around(part.lines, marks, left))
    const isAll = !shown.some((line) => 'leftOut' in line)
    return {
      ...{ part, marked: marks.length > 0, shown },
      ...(!isAll && { whole: bounded(all(part.lines, marks, left)) }),
    }
  })
  const others = parts
    .filter((part) => !found.has(part))
    .slice(0, MOST_PARTS)
    .map((part) => ({ part, lines: bounded(all(part.lines, [], left)) }))
  return { deciding, lost, others }
}
