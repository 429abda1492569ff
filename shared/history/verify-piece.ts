import type { Finding } from '../findings/finding.ts'
import type { Node, Transition } from '../findings/records.ts'
import type { Rule } from '../rules/rule.ts'
import { EvidenceNotKeptError, type Store } from '../store/store.ts'
import { type Disagreement, disagreement, ownVersions } from './by-own-versions.ts'
import type { Engines } from './engines.ts'
import { checkHash, isNotJudgeable } from './judge-stored.ts'
import { NO_EVIDENCE, restatementOf, type Statement } from './restate.ts'
import type { RuleBook } from './rule-book.ts'

/** A verdict that today's versions give otherwise, as the restatement that it calls for. */
export type Difference = Transition & { evidenceHash: string; restates: string; appended: boolean }

/** A verdict that cannot be judged again, by the versions of then or at all, and why. */
export type Unverifiable = Node & {
  ruleId: string
  evidenceHash: string
  problem: string
  /** What judged it then; absent where that is not the problem, or not known. */
  engineVersion?: string
  ruleVersion?: string
}

/** What judges: `engineVersion` is today's, `at` ISO 8601. */
export type Judges = {
  rules: readonly Rule[]
  book: RuleBook
  engines: Engines
  engineVersion: string
  at: string
}

/** What came out for one verdict on one piece of evidence: it agrees where nothing is listed. */
export type Checked = {
  disagree: Disagreement[]
  unverifiable: Unverifiable[]
  differ?: Omit<Difference, 'appended'>
}

/** Judges one piece of evidence again, for each verdict on it by the versions of then and by today's. */
export const verifyPiece = async (
  source: Pick<Store, 'evidence'>,
  statements: Statement[],
  judges: Judges,
): Promise<{ statement: Statement; checked: Checked }[]> => {
  const stored = await readPiece(source, statements)
  const judge = judging(stored, judges.engines, neededFor(statements, judges))
  return statements.map((statement) => ({ statement, checked: check(statement, judge, judges) }))
}

/** The verdict of an engine and a rule, or in words why there is none. */
type Judge = (engineVersion: string, rule: Rule) => Finding | string

const check = (statement: Statement, judge: Judge, judges: Judges): Checked => {
  const { book, engines, engineVersion, rules, at } = judges
  const disagree = new Map<string, Disagreement>()
  const problems = new Map<string, Unverifiable>()
  const { account, region, instanceId, ruleId, evidenceHash } = statement.verdict
  const verdict = { account, region, instanceId, ruleId, evidenceHash }

  for (const saying of statement.sayings) {
    const own = ownVersions(saying, book, engines, engineVersion)
    const judged = typeof own === 'string' ? own : judge(own.engineVersion, own.rule)
    if (typeof own === 'string' || typeof judged === 'string') {
      const problem = String(judged)
      const by = {
        ...(saying.engineVersion !== undefined && { engineVersion: saying.engineVersion }),
        ...(saying.ruleVersion !== undefined && { ruleVersion: saying.ruleVersion }),
      }
      problems.set(problem, { ...verdict, problem, ...(typeof own === 'string' && by) })
      continue
    }
    const found = disagreement(saying, own, judged)
    // A finding that stands says once more what the change to it has said.
    const key = `${own.engineVersion}#${own.ruleVersion}#${saying.to}#${saying.reason}#${saying.restates}`
    if (found && !disagree.has(key)) disagree.set(key, found)
  }

  const rule = rules.find(({ id }) => id === ruleId)
  const today = rule && judge(engineVersion, rule)
  if (typeof today === 'string') problems.set(today, { ...verdict, problem: today })
  const ruleVersions = rule ? { [ruleId]: String(rule.version) } : {}
  const differ =
    today === undefined || typeof today === 'string'
      ? undefined
      : restatementOf(statement, today, { engineVersion, ruleVersions }, at)
  return {
    disagree: [...disagree.values()],
    unverifiable: [...problems.values()],
    ...(differ && { differ }),
  }
}

/** The rules that each engine is asked for. */
type Needed = Map<string, Set<Rule>>

const neededFor = (statements: Statement[], { rules, book, engines, engineVersion }: Judges): Needed => {
  const needed: Needed = new Map()
  const need = (version: string, rule: Rule) =>
    needed.set(version, (needed.get(version) ?? new Set<Rule>()).add(rule))
  for (const { verdict, sayings } of statements) {
    for (const saying of sayings) {
      const own = ownVersions(saying, book, engines, engineVersion)
      if (typeof own !== 'string') need(own.engineVersion, own.rule)
    }
    const today = rules.find(({ id }) => id === verdict.ruleId)
    if (today) need(engineVersion, today)
  }
  return needed
}

/** Each engine judges all that it is asked for at once: most of its work is to read the evidence. */
const judging = (stored: { evidence: unknown } | string, engines: Engines, needed: Needed): Judge => {
  const done = new Map<string, Map<Rule, Finding> | string>()
  return (version, rule) => {
    if (typeof stored === 'string') return stored
    const judged =
      done.get(version) ?? judgeBy(stored.evidence, engines, version, [...(needed.get(version) ?? [])])
    done.set(version, judged)
    if (typeof judged === 'string') return judged
    const finding = judged.get(rule)
    if (finding === undefined) throw new Error(`engine ${version} gives no verdict by ${rule.id}`)
    return finding
  }
}

const judgeBy = (
  evidence: unknown,
  engines: Engines,
  version: string,
  rules: Rule[],
): Map<Rule, Finding> | string => {
  const engine = engines[version]
  if (engine === undefined) throw new Error(`there is no engine ${version}`)
  try {
    const findings = engine(evidence, rules)
    return new Map(rules.flatMap((rule, i) => (findings[i] ? [[rule, findings[i]] as const] : [])))
  } catch (error) {
    if (isNotJudgeable(error)) return error.message
    throw error
  }
}

/** What is stored under the hash, or in words why it cannot be used. */
const readPiece = async (
  source: Pick<Store, 'evidence'>,
  [first]: Statement[],
): Promise<{ evidence: unknown } | string> => {
  if (!first) return 'there is no evidence'
  const { evidenceHash } = first.verdict
  if (evidenceHash === NO_EVIDENCE) return 'it does not name the evidence that it rests on'
  try {
    const evidence = await source.evidence(first.verdict, evidenceHash)
    if (evidence === undefined) return 'its evidence is no longer stored'
    checkHash(evidence, evidenceHash)
    return { evidence }
  } catch (error) {
    if (isNotJudgeable(error) || error instanceof EvidenceNotKeptError) return error.message
    if (isUnpackingError(error)) return 'the stored evidence cannot be unpacked'
    throw error
  }
}

/** What unzipping and parsing throw; the table's own errors are for the caller. */
const isUnpackingError = (error: unknown): boolean =>
  error instanceof SyntaxError ||
  (error instanceof Error && 'code' in error && /^(Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code)))
