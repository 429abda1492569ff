import type { Command } from 'commander'
import type { Severity, Status } from '../shared/findings/finding.ts'
import { timeSpanOf } from '../shared/queries/moments.ts'
import type { FindingFilter } from '../shared/store/store.ts'
import { UsageError } from './exit-code.ts'

const STATUSES: Status[] = ['PASS', 'FAIL', 'ERROR', 'NOT_APPLICABLE']
const SEVERITIES: Severity[] = ['low', 'medium', 'high', 'critical']

/** The filters as commander gives them: each a text that may name several, with commas. */
export type FilterOptions = Partial<
  Record<
    'status' | 'rule' | 'control' | 'instance' | 'cluster' | 'account' | 'inRegion' | 'severity' | 'since',
    string
  >
>

/** Adds the filters to a command that reads the table. */
export const withFilters = (command: Command): Command =>
  command
    .option('--status <list>', `only these: ${STATUSES.join(', ')}`)
    .option('--rule <list>', 'only these rules, by id')
    .option('--control <list>', 'only these controls, such as 2.3')
    .option('--instance <list>', 'only these instances, by id')
    .option('--cluster <list>', 'only these clusters')
    .option('--account <list>', 'only these accounts')
    .option('--in-region <list>', 'only instances in these regions')
    .option('--severity <list>', `only these: ${SEVERITIES.join(', ')}`)
    .option(
      '--since <when>',
      'only what has been so since then or later: a date (ISO 8601), or 7d, 24h, 30m ago',
    )

/** What to ask the table for. Throws UsageError on a value that no finding can have. */
export const filterOf = (options: FilterOptions, now: Date): FindingFilter => ({
  ...(options.status && { status: oneOf(STATUSES, '--status', listOf(options.status).map(upper)) }),
  ...(options.rule && { rule: listOf(options.rule) }),
  ...(options.control && { control: listOf(options.control) }),
  ...(options.instance && { instance: listOf(options.instance) }),
  ...(options.cluster && { cluster: listOf(options.cluster) }),
  ...(options.account && { account: listOf(options.account) }),
  ...(options.inRegion && { region: listOf(options.inRegion) }),
  ...(options.severity && { severity: oneOf(SEVERITIES, '--severity', listOf(options.severity).map(lower)) }),
  ...(options.since && { since: sinceOf(options.since, now) }),
})

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const upper = (text: string): string => text.toUpperCase()
const lower = (text: string): string => text.toLowerCase()

const oneOf = <T extends string>(known: T[], option: string, given: string[]): T[] =>
  given.map((value) => {
    const match = known.find((each) => each === value)
    if (match) return match
    throw new UsageError(`${option} does not know "${value}"; it takes ${known.join(', ')}`)
  })

/**
 * The moment that `--at` (or the option that is named) names, in ISO 8601. A date without a time is its end, so that what
 * happened on that day is in it; a time without a zone is UTC. Throws UsageError for what has not come yet.
 */
export const momentOf = (text: string, now: Date, option = '--at'): string => {
  const [begin, end] = timeSpanOf(text, now)
  if (Number.isNaN(new Date(begin).getTime()) || Number.isNaN(end))
    throw new UsageError(
      `${option} does not know "${text}"; it takes a date (its end, UTC) such as 2026-01-31, a time such as 2026-01-31T12:00Z, or 7d, 24h, 30m ago`,
    )
  if (begin > now.getTime()) throw new UsageError(`${option} ${text} has not come yet`)
  return new Date(Math.min(end, now.getTime())).toISOString()
}

/**
 * The moment that `--since` (or the option that is named) names, in ISO 8601. A date without a time begins at midnight UTC;
 * a time without a zone is UTC. Throws UsageError.
 */
export const sinceOf = (text: string, now: Date, option = '--since'): string => {
  const moment = new Date(timeSpanOf(text, now)[0])
  if (Number.isNaN(moment.getTime()))
    throw new UsageError(
      `${option} does not know "${text}"; it takes a date such as 2026-01-31, or 7d, 24h, 30m`,
    )
  return moment.toISOString()
}
