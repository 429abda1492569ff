import type { Finding } from '../findings/finding.ts'
import { type Node, nodeKey, type Transition } from '../findings/records.ts'
import type { Rule } from '../rules/rule.ts'
import { EvidenceNotKeptError, type FindingFilter, type Store } from '../store/store.ts'
import { judgeStored, NotJudgeableError } from './judge-stored.ts'
import { restatementOf, type Statement, statementsOf, type Versions } from './restate.ts'

/** A verdict that today's versions give otherwise, as the restatement that it calls for. */
export type Difference = Transition & { evidenceHash: string; restates: string; appended: boolean }

/** A verdict that cannot be judged again, and why. */
export type Unverifiable = Node & { ruleId: string; evidenceHash: string; problem: string }

export type Verification = {
  engineVersion: string
  at: string
  /** Verdicts that rest on evidence, and the pieces of evidence under them. */
  verdicts: number
  pieces: number
  agree: number
  differ: Difference[]
  unverifiable: Unverifiable[]
}

/** What judges, and when: ISO 8601. `append`: whether differences are appended as restatements. */
export type Judging = { rules: readonly Rule[]; engineVersion: string; at: string; append: boolean }

/** Pieces of evidence that are read side by side. */
const AT_ONCE = 16

/**
 * Judges all stored evidence again and compares it with what was said of it last, restatements included. Nothing is
 * overwritten; may be repeated.
 */
export const verifyEvidence = async (
  store: Pick<Store, 'history' | 'findings' | 'evidence' | 'appendRestatement'>,
  filter: Pick<FindingFilter, 'instance' | 'rule' | 'account' | 'region'>,
  judging: Judging,
): Promise<Verification> => {
  const statements = statementsOf(await store.history(filter), await store.findings(filter))
  const pieces = [...Map.groupBy(statements, ({ verdict }) => pieceKey(verdict)).values()]
  const result: Verification = {
    engineVersion: judging.engineVersion,
    at: judging.at,
    verdicts: statements.length,
    pieces: pieces.length,
    agree: 0,
    differ: [],
    unverifiable: [],
  }
  for (let i = 0; i < pieces.length; i += AT_ONCE)
    for (const checked of await Promise.all(
      pieces.slice(i, i + AT_ONCE).map((piece) => verifyPiece(store, piece, judging)),
    )) {
      result.agree += checked.agree
      result.differ.push(...checked.differ)
      result.unverifiable.push(...checked.unverifiable)
    }
  return result
}

const pieceKey = (verdict: Statement['verdict']): string => `${nodeKey(verdict)}#${verdict.evidenceHash}`

type Checked = Pick<Verification, 'agree' | 'differ' | 'unverifiable'>

const verifyPiece = async (
  store: Pick<Store, 'evidence' | 'appendRestatement'>,
  statements: Statement[],
  { rules, engineVersion, at, append }: Judging,
): Promise<Checked> => {
  const checked: Checked = { agree: 0, differ: [], unverifiable: [] }
  const versions: Versions = {
    engineVersion,
    ruleVersions: Object.fromEntries(rules.map((rule) => [rule.id, String(rule.version)])),
  }
  const today = await judgedToday(store, statements, rules)
  for (const statement of statements) {
    const { account, region, instanceId, ruleId, evidenceHash } = statement.verdict
    const finding = typeof today === 'string' ? undefined : today.get(ruleId)
    if (!finding) {
      const problem = typeof today === 'string' ? today : 'this version has no such rule'
      checked.unverifiable.push({ account, region, instanceId, ruleId, evidenceHash, problem })
      continue
    }
    const restatement = restatementOf(statement, finding, versions, at)
    if (!restatement) checked.agree++
    else {
      const n = statement.restatements + 1
      const appended = append && (await store.appendRestatement(restatement, n))
      checked.differ.push({ ...restatement, appended })
    }
  }
  return checked
}

/** Today's verdicts by rule, or why there are none. */
const judgedToday = async (
  store: Pick<Store, 'evidence'>,
  [first]: Statement[],
  rules: readonly Rule[],
): Promise<Map<string, Finding> | string> => {
  if (!first) return 'there is no evidence'
  const { evidenceHash } = first.verdict
  try {
    const stored = await store.evidence(first.verdict, evidenceHash)
    if (stored === undefined) return 'its evidence is no longer stored'
    return new Map(judgeStored(stored, evidenceHash, rules).map((each) => [each.ruleId, each]))
  } catch (error) {
    if (error instanceof NotJudgeableError || error instanceof EvidenceNotKeptError) return error.message
    if (isUnpackingError(error)) return 'the stored evidence cannot be unpacked'
    throw error
  }
}

/** What unzipping and parsing throw; the table's own errors are for the caller. */
const isUnpackingError = (error: unknown): boolean =>
  error instanceof SyntaxError ||
  (error instanceof Error && 'code' in error && /^(Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code)))
