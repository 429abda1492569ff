import { createHash } from 'node:crypto'
import type { Finding } from '../findings/finding.ts'
import type { Node } from '../findings/records.ts'
import { auditId } from './audit-findings.ts'

/** One drawn verdict, with all of the evidence that it rests on, as the node gave it: hostile. */
export type SampleItem = Node & {
  id: string
  ruleId: string
  status: Finding['status']
  reason: string
  evidenceHash?: string
  /** Absent where it could not be read: `problem` says why. */
  evidence?: unknown
  /** What today's engine and rules make of it, while the report was made. */
  again?: { status: Finding['status']; reason: string; agrees: boolean }
  problem?: string
}

/** A random sample: `of` verdicts were there to draw from. */
export type Sample = { seed: number; size: number; of: number; items: SampleItem[] }

/**
 * Draws verdicts at random, the same for the same seed and verdicts: ordered by the SHA-256 of `seed:account/region/instance/rule`,
 * the first `size`. So anybody can draw it again with nothing but a hash.
 */
export const drawSample = <F extends Node & { ruleId: string }>(
  findings: F[],
  size: number,
  seed: number,
): F[] =>
  findings
    .map((finding) => ({ finding, rank: rankOf(seed, auditId(finding)) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .map(({ finding }) => finding)

const rankOf = (seed: number, id: string): string =>
  createHash('sha256').update(`${seed}:${id}`).digest('hex')
