import { createHash } from 'node:crypto'
import * as z from 'zod'
import { decodeCollectorOutput } from '../evidence/envelope.ts'
import { evidenceSchema } from '../evidence/evidence.ts'
import { EvidenceError, type EvidenceErrorCode } from '../evidence/evidence-error.ts'
import type { Finding } from '../findings/finding.ts'
import { judge, judgeUnreadable } from '../rules/judge.ts'
import type { Rule } from '../rules/rule.ts'

/** What is kept in place of evidence where a node's output could not be read. */
export type UnreadableOutput = { unreadable: EvidenceErrorCode; message: string; output: string }

const unreadableOutput = z.object({ unreadable: z.string(), output: z.string() })

/** Stored evidence that cannot be judged again, and why, in words. */
export class NotJudgeableError extends Error {
  override readonly name = 'NotJudgeableError'
}

/** Whether an engine says so: a frozen one is bundled with an error of its own, of the same name. */
export const isNotJudgeable = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'NotJudgeableError'

/** Throws NotJudgeableError where this is not what was stored under the hash. */
export const checkHash = (stored: unknown, hash: string): void => {
  if (createHash('sha256').update(JSON.stringify(stored)).digest('hex') !== hash)
    throw new NotJudgeableError('the stored evidence does not match its hash: it was altered')
}

/**
 * Judges evidence as it came out of the store, by these rules and this release's engine. Throws NotJudgeableError where it is
 * not what was stored under its hash, or nothing that this version knows.
 */
export const judgeStored = (stored: unknown, hash: string, rules: readonly Rule[]): Finding[] => {
  checkHash(stored, hash)
  return judgeKept(stored, rules)
}

/**
 * This release's engine: a finding for each rule, in their order. Output that could not be read then is decoded again.
 * Throws NotJudgeableError where it is nothing that this version knows. Pure.
 */
export const judgeKept = (stored: unknown, rules: readonly Rule[]): Finding[] => {
  const unread = unreadableOutput.safeParse(stored)
  if (unread.success) return judgeOutput(unread.data.output, rules)
  const evidence = evidenceSchema.safeParse(stored)
  if (!evidence.success) throw new NotJudgeableError('the stored evidence is nothing that this version reads')
  return judge(evidence.data, rules)
}

const judgeOutput = (output: string, rules: readonly Rule[]): Finding[] => {
  try {
    return judge(decodeCollectorOutput(output), rules)
  } catch (error) {
    if (error instanceof EvidenceError) return judgeUnreadable(error, rules)
    throw error
  }
}
