import type { Evidence } from '../evidence/evidence.ts'
import type { EvidenceError } from '../evidence/evidence-error.ts'
import type { Effect, Finding, Served, Status } from '../findings/finding.ts'
import { factsOf } from './facts.ts'
import { judgeSubject, type SubjectVerdict } from './judge-subject.ts'
import { sideOf } from './letter-and-effect.ts'
import { controlOf, type Rule } from './rule.ts'
import type { Facts, Subject } from './subject.ts'

/** The verdict of each rule on one host. Pure: the same evidence and rules give the same findings. */
export const judge = (evidence: Evidence, rules: readonly Rule[]): Finding[] => {
  const facts = factsOf(evidence)
  return rules.map((rule) => judgeRule(rule, facts))
}

/** What to say of a host whose output could not be read: every rule is an ERROR, with the reader's reason. */
export const judgeUnreadable = (error: EvidenceError, rules: readonly Rule[]): Finding[] =>
  rules.map((rule) => finding(rule, { status: 'ERROR', reason: error.code, message: error.message }))

type Outcome = Pick<Finding, 'status' | 'reason' | 'message'> & {
  caveats?: string[]
  proof?: Finding['evidence']
}

const judgeRule = (rule: Rule, facts: Facts): Finding => {
  const running =
    facts.running.kind === 'seen' ? facts.running.servers.map((one) => judgeSubject(rule, one)) : []
  const declared =
    facts.declared.kind === 'seen' ? facts.declared.etcds.map((one) => judgeSubject(rule, one)) : []
  return finding(rule, decide(facts, running, declared), running, declared)
}

/** FAIL wherever one is proved; PASS only where nothing is missing; everything between is an ERROR with its reason. */
const decide = (facts: Facts, running: SubjectVerdict[], declared: SubjectVerdict[]): Outcome => {
  const isRunning = running.length > 0
  const caveats = driftOf(facts, running, declared)
  const failing = worst([...running, ...declared])
  if (failing?.status === 'FAIL') return told(failing, running, [...caveats, ...failing.caveats])

  const unseen = whyUnseen(facts, isRunning)
  const undecided = worst(running)?.status === 'ERROR' ? worst(running) : worst(declared)
  if (undecided?.status === 'ERROR') return told(undecided, running, [...caveats, ...undecided.caveats])
  if (unseen) return { status: 'ERROR', ...unseen, caveats }

  const passing = worst(running)
  if (passing) return told(passing, running, unique([...caveats, ...running.flatMap((one) => one.caveats)]))
  const [first] = declared
  if (first && facts.running.kind === 'not-looked-for')
    return told(first, running, [...caveats, ...first.caveats])
  if (first)
    return {
      status: 'ERROR',
      reason: 'NOT_RUNNING',
      message: `${first.subject.path} declares an etcd, and none runs`,
      proof: [first.excerpt],
    }
  if (facts.absence)
    return {
      status: 'NOT_APPLICABLE',
      reason: facts.absence.reason,
      message: facts.absence.message,
      ...(facts.absence.text === undefined
        ? {}
        : { proof: [{ source: 'apiserver', text: facts.absence.text }] }),
    }
  return {
    status: 'ERROR',
    reason: 'ETCD_NOT_FOUND',
    message: `no etcd was found${facts.partialView ? ', and not every process could be seen' : ', and nothing proves that there is none'}`,
  }
}

/** What keeps an otherwise clean host from a PASS. */
const whyUnseen = (facts: Facts, isRunning: boolean): { reason: string; message: string } | undefined => {
  if (facts.running.kind === 'unreadable')
    return { reason: 'PROCESSES_UNREADABLE', message: 'the list of processes could not be read' }
  if (facts.declared.kind === 'unreadable')
    return { reason: 'MANIFESTS_UNREADABLE', message: 'the manifest folder could not be read' }
  if (facts.cutParts.length > 0)
    return {
      reason: 'EVIDENCE_TRUNCATED',
      message: `the evidence was cut at the source: ${facts.cutParts.join(', ')}`,
    }
  if (facts.contradiction)
    return {
      reason: 'EVIDENCE_CONTRADICTS',
      message: 'ps shows an etcd that the list of processes does not hold',
    }
  if (facts.partialView && isRunning)
    return { reason: 'PARTIAL_VIEW', message: 'not every process could be seen; another etcd may be hidden' }
  return undefined
}

const RANK: Status[] = ['FAIL', 'ERROR', 'PASS']
const worst = (verdicts: readonly SubjectVerdict[]): SubjectVerdict | undefined =>
  RANK.map((status) => verdicts.find((one) => one.status === status)).find((one) => one !== undefined)

const unique = (list: string[]): string[] => [...new Set(list)]

/** Running and declared disagree: the next restart changes the verdict. */
const driftOf = (facts: Facts, running: SubjectVerdict[], declared: SubjectVerdict[]): string[] => {
  const fails = (list: SubjectVerdict[]): boolean => list.some((one) => one.status === 'FAIL')
  if (declared.length > 0 && running.length === 0 && facts.running.kind === 'seen') return ['NOT_RUNNING']
  return running.length > 0 && declared.length > 0 && fails(running) !== fails(declared) ? ['DRIFT'] : []
}

const nameOf = ({ origin, pid, path, name }: Subject): string => {
  if (origin === 'manifest') return path ?? 'the manifest'
  if (origin === 'embedded') return `the etcd in ${name}`
  return pid === undefined ? 'etcd' : `etcd (pid ${pid})`
}

const told = (verdict: SubjectVerdict, running: SubjectVerdict[], caveats: string[]): Outcome => {
  const alike = running.filter((one) => one.status === verdict.status).length
  const others = alike > 1 ? ` (one of ${alike})` : ''
  return {
    status: verdict.status,
    reason: verdict.reason,
    message: `${nameOf(verdict.subject)} ${verdict.says}${others}`,
    caveats: unique(caveats),
    proof: [verdict.excerpt],
  }
}

const finding = (
  rule: Rule,
  outcome: Outcome,
  running: SubjectVerdict[] = [],
  declared: SubjectVerdict[] = [],
): Finding => {
  // The effect tells of the client port, which a rule about peers does not judge.
  const effect = sideOf(rule) === 'client' ? (effectOf(running) ?? effectOf(declared)) : undefined
  const common = ({ status, reason, caveats, value, source }: SubjectVerdict) => ({
    status,
    reason,
    caveats,
    ...(value === undefined ? {} : { value }),
    ...(source === undefined ? {} : { source }),
  })
  return {
    ruleId: rule.id,
    control: controlOf(rule),
    severity: rule.severity,
    status: outcome.status,
    reason: outcome.reason,
    message: outcome.message,
    caveats: outcome.caveats ?? [],
    ...(running.length === 0
      ? {}
      : {
          running: {
            status: worst(running)?.status ?? 'ERROR',
            processes: running.map((one) => ({
              ...(one.subject.pid === undefined ? {} : { pid: one.subject.pid }),
              ...common(one),
            })),
          },
        }),
    ...(declared.length === 0
      ? {}
      : {
          declared: {
            status: worst(declared)?.status ?? 'ERROR',
            manifests: declared.map((one) => ({ path: one.subject.path ?? '', ...common(one) })),
          },
        }),
    ...(effect ? { effect } : {}),
    evidence: outcome.proof ?? [],
  }
}

const WORST_SERVED: Served[] = ['auto-self-signed', 'plain-http', 'given-cert']

/** The worst that any of several etcds does. */
const effectOf = (verdicts: readonly SubjectVerdict[]): Effect | undefined => {
  const effects = verdicts.flatMap(({ subject: { resolution } }) =>
    resolution.kind === 'resolved' && resolution.effect ? [resolution.effect] : [],
  )
  const served = WORST_SERVED.find((one) => effects.some((effect) => effect.servedOnClientPort === one))
  return (
    served && {
      servedOnClientPort: served,
      clientCertRequired: effects.every((effect) => effect.clientCertRequired),
    }
  )
}
