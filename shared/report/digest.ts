import type { Coverage } from '../findings/coverage.ts'
import type { Severity, Status } from '../findings/finding.ts'
import type { ScanRecord, Transition } from '../findings/records.ts'
import { DIGEST_GROUPS, GROUP_WORDS, type GroupedChange, newsOf } from './digest-groups.ts'
import { digestJson } from './digest-json.ts'
import { digestText } from './digest-text.ts'

/** What a scan brought, and what it is compared with. */
export type DigestInput = {
  scanId: string
  /** When the digest is made: ISO 8601, UTC. */
  at: string
  coverage: Coverage
  /** Findings of the whole fleet by status. */
  findings: Partial<Record<Status, number>>
  transitions: Transition[]
  /** Each begins with `account/region: `. */
  targetErrors: string[]
  /** The latest earlier scan that came far enough to know its coverage. */
  previous?: Pick<ScanRecord, 'scanId' | 'coverage' | 'targetErrors'>
  /** No scan has ended well before this one. */
  baseline: boolean
  /** The scan was of chosen instances, or was cancelled: then only verdicts that changed are news. */
  partial?: 'chosen' | 'cancelled'
}

/** The parts of a message; `attributes` are for subscribers that filter. */
export type DigestMessage = {
  subject: string
  bodies: { default: string; email: string }
  attributes: Record<string, string>
}

/** What both bodies show. */
export type DigestContent = DigestInput & { subject: string; news: GroupedChange[]; listed: GroupedChange[] }

/** More changes than this are counted, not listed: it keeps a message readable and far below SNS's 256 KiB. */
export const MOST_LISTED = 40

/** SNS takes fewer than 100 characters. */
const SUBJECT_LIMIT = 99

/**
 * One message about what changed in a scan; undefined where nothing did: no verdict is news, no more instances than
 * before went unassessed, no further target failed, and it is not the first scan.
 */
export const buildDigest = (input: DigestInput): DigestMessage | undefined => {
  const news = newsOf(input.transitions)
  const lost = newlyLost(input)
  const failedTargets = newlyFailed(input)
  if (!input.baseline && news.length === 0 && lost <= 0 && failedTargets === 0) return undefined
  const subject = subjectOf(input, news, lost, failedTargets)
  const open = news.filter(({ group }) => group !== 'departed')
  const content = { ...input, subject, news, listed: news.slice(0, MOST_LISTED) }
  return {
    subject,
    bodies: { default: digestJson(content), email: digestText(content) },
    attributes: {
      scanId: input.scanId,
      kind: input.baseline ? 'baseline' : 'change',
      worst: worstStatus(open),
      severity: worstSeverity(open),
    },
  }
}

/** Numbers of our own only, so that no text of a node reaches a mail's header. */
const subjectOf = (
  input: DigestInput,
  news: GroupedChange[],
  lost: number,
  failedTargets: number,
): string => {
  const { assessed, total } = input.coverage
  const parts = DIGEST_GROUPS.flatMap((group) => {
    const count = news.filter((each) => each.group === group).length
    return count > 0 ? [`${count} ${GROUP_WORDS[group].counted}`] : []
  })
  if (failedTargets > 0)
    parts.push(`${failedTargets} ${failedTargets === 1 ? 'target' : 'targets'} out of reach`)
  if (input.baseline) parts.push(`${assessed} of ${total} assessed`)
  else if (lost > 0) parts.push(`${lost} more not assessed`)
  const start = input.baseline ? 'fleet-scanner, first scan: ' : 'fleet-scanner: '
  return `${start}${parts.join(', ')}`.slice(0, SUBJECT_LIMIT)
}

const gap = (coverage: Coverage | undefined): number => (coverage ? coverage.total - coverage.assessed : 0)

const newlyLost = ({ coverage, previous, partial }: DigestInput): number =>
  partial ? 0 : gap(coverage) - gap(previous?.coverage)

const newlyFailed = ({ targetErrors, previous, partial }: DigestInput): number => {
  if (partial) return 0
  const before = new Set((previous?.targetErrors ?? []).map(targetOf))
  return new Set(targetErrors.map(targetOf).filter((target) => !before.has(target))).size
}

const targetOf = (error: string): string => error.split(': ')[0] ?? ''

const worstStatus = (news: GroupedChange[]): Status | 'NONE' =>
  (['FAIL', 'ERROR', 'PASS', 'NOT_APPLICABLE'] as const).find((status) =>
    news.some(({ change }) => change.to === status),
  ) ?? 'NONE'

const worstSeverity = (news: GroupedChange[]): Severity | 'none' =>
  (['critical', 'high', 'medium', 'low'] as const).find((severity) =>
    news.some(({ change }) => change.to === 'FAIL' && change.severity === severity),
  ) ?? 'none'
