import { nodeKey } from '../findings/records.ts'
import type { Rule } from '../rules/rule.ts'
import type { FindingFilter, Store } from '../store/store.ts'
import type { Disagreement } from './by-own-versions.ts'
import { ENGINES, type Engines } from './engines.ts'
import { changedRules, keptRule, type RuleProblem } from './kept-rules.ts'
import { type Statement, statementsOf } from './restate.ts'
import { ruleBook } from './rule-book.ts'
import { type Checked, type Difference, type Judges, type Unverifiable, verifyPiece } from './verify-piece.ts'

export type { Disagreement } from './by-own-versions.ts'
export type { RuleProblem } from './kept-rules.ts'
export type { Difference, Unverifiable } from './verify-piece.ts'

/** What evidence is judged again from: the table, or a bundle of it. */
export type EvidenceSource = Pick<Store, 'history' | 'findings' | 'evidence' | 'keptRules'>

/** Where differences are appended as restatements. */
export type RestatementSink = Pick<Store, 'appendRestatement' | 'keepRules'>

/**
 * What came out. A verdict agrees where its own versions give it again and today's give no other; the lists may name a
 * verdict more than once.
 */
export type Verification = {
  engineVersion: string
  at: string
  /** Verdicts that rest on evidence, and the pieces of evidence under them. */
  verdicts: number
  pieces: number
  agree: number
  /** Not what the versions that gave them give: altered. */
  disagree: Disagreement[]
  /** Given otherwise by today's versions. */
  differ: Difference[]
  unverifiable: Unverifiable[]
  /** Rules of this release that are kept with another content under the same version. */
  changedRules: RuleProblem[]
}

/** What judges, and when: ISO 8601. `appendTo`: where differences are appended as restatements; absent: nowhere. */
export type Judging = {
  rules: readonly Rule[]
  /** Today's engine, one of `engines`. */
  engineVersion: string
  /** Absent: those that this release carries. */
  engines?: Engines
  at: string
  appendTo?: RestatementSink
}

/** Pieces of evidence that are read side by side. */
const AT_ONCE = 16

/**
 * Judges all stored evidence again: by the versions that each verdict names, which must give just it, and by today's, which is
 * compared with what was said of the evidence last, restatements included. Nothing is overwritten; may be repeated.
 */
export const verifyEvidence = async (
  source: EvidenceSource,
  filter: Pick<FindingFilter, 'instance' | 'rule' | 'account' | 'region'>,
  { rules, engineVersion, engines = ENGINES, at, appendTo }: Judging,
): Promise<Verification> => {
  const kept = await source.keptRules()
  const statements = statementsOf(await source.history(filter), await source.findings(filter))
  const pieces = [...Map.groupBy(statements, ({ verdict }) => pieceKey(verdict)).values()]
  const judges: Judges = { rules, book: ruleBook(kept, rules), engines, engineVersion, at }
  const changed = changedRules(kept, rules)
  const append = appendTo && appending(appendTo, judges, changed)
  const result: Verification = {
    ...{ engineVersion, at, verdicts: statements.length, pieces: pieces.length },
    ...{ agree: 0, disagree: [], differ: [], unverifiable: [], changedRules: changed },
  }
  for (let i = 0; i < pieces.length; i += AT_ONCE)
    for (const verified of await Promise.all(
      pieces.slice(i, i + AT_ONCE).map((piece) => verifyPiece(source, piece, judges)),
    ))
      for (const { statement, checked } of verified) await add(result, statement, checked, append)
  return result
}

const pieceKey = (verdict: Statement['verdict']): string => `${nodeKey(verdict)}#${verdict.evidenceHash}`

type Append = (statement: Statement, restatement: Omit<Difference, 'appended'>) => Promise<boolean>

const add = async (
  result: Verification,
  statement: Statement,
  { disagree, unverifiable, differ }: Checked,
  append: Append | undefined,
): Promise<void> => {
  result.disagree.push(...disagree)
  result.unverifiable.push(...unverifiable)
  if (differ) {
    const appended = append !== undefined && (await append(statement, differ))
    result.differ.push({ ...differ, appended })
  }
  if (!differ && disagree.length === 0 && unverifiable.length === 0) result.agree++
}

/**
 * Appends restatements, once the rules that they are judged by are kept. None by a rule that is kept with another content: its
 * own version would not give it again.
 */
const appending = (to: RestatementSink, { rules, at }: Judges, changed: RuleProblem[]): Append => {
  let kept: Promise<unknown> | undefined
  const isChanged = (id: string): boolean => changed.some(({ ruleId }) => ruleId === id)
  return async (statement, restatement) => {
    if (isChanged(restatement.ruleId)) return false
    kept ??= to.keepRules(rules.map((rule) => keptRule(rule, at)))
    await kept
    return to.appendRestatement(restatement, statement.restatements + 1)
  }
}
