import { randomInt } from 'node:crypto'
import type { AuditScope } from '../shared/report/audit-report.ts'
import { REPORT_FORMATS, type ReportFormat, SAMPLED_FORMATS } from '../shared/report/formats/names.ts'
import { UsageError } from './exit-code.ts'
import { type FilterOptions, filterOf, momentOf, sinceOf } from './filters.ts'
import type { Globals } from './output.ts'

/** As commander gives them. */
export type ReportOptions = Pick<FilterOptions, 'cluster' | 'account' | 'control'> & {
  at?: string
  from?: string
  to?: string
  sample?: string
  seed?: string
  includeWaived?: boolean
  push?: string
  config?: string
  fleet?: string
  dryRun?: boolean
  all?: boolean
}

/** What is to be reported: a moment, a period that ends with it, a part of the fleet, and how much to draw. */
export type ReportQuestion = {
  format: ReportFormat
  at: string
  /** The moment is that of asking. */
  isNow: boolean
  period?: { from: string; to: string }
  scope: AuditScope
  sample?: { size: number; seed: number }
}

/** As many as auditors draw by habit where a control is tested on a large population. */
const SAMPLE = 25
const LARGEST_SEED = 2 ** 31 - 1

/** Throws UsageError on what goes not together, or is no value of its option. */
export const questionOf = (options: ReportOptions, { format }: Globals, now: Date): ReportQuestion => {
  const { at: when, from, to, sample, seed, cluster, account, control } = options
  if (when !== undefined && to !== undefined)
    throw new UsageError('--at and --to both say what the report is about; give one of them')
  const wanted = formatOf(format)
  const at = to === undefined ? momentOf(when ?? now.toISOString(), now) : momentOf(to, now, '--to')
  const period = from === undefined ? undefined : { from: sinceOf(from, now, '--from'), to: at }
  if (to !== undefined && !period) throw new UsageError('--to ends a period; say where it begins with --from')
  if (period && period.from > period.to)
    throw new UsageError(`the period begins (${period.from}) after it has ended (${period.to})`)
  const drawn = sampleOf(wanted, sample, seed)
  return {
    ...{ format: wanted, at, isNow: when === undefined && to === undefined },
    ...(period && { period }),
    scope: filterOf(
      { ...(cluster && { cluster }), ...(account && { account }), ...(control && { control }) },
      now,
    ),
    ...(drawn && { sample: drawn }),
  }
}

/** The page is what a person wants who names no format. */
const formatOf = (given: string): ReportFormat => {
  if (given === 'table') return 'html'
  const format = REPORT_FORMATS.find((each) => each === given)
  if (!format)
    throw new UsageError(`report does not know the format "${given}"; it takes ${REPORT_FORMATS.join(', ')}`)
  return format
}

const sampleOf = (
  format: ReportFormat,
  size: string | undefined,
  seed: string | undefined,
): ReportQuestion['sample'] => {
  if (!SAMPLED_FORMATS.some((each) => each === format)) {
    if (size === undefined && seed === undefined) return undefined
    throw new UsageError(
      `a sample goes into ${SAMPLED_FORMATS.join(', ')}; ${format} has no place for raw evidence`,
    )
  }
  return {
    size: numberOf('--sample', size ?? String(SAMPLE)),
    seed: seed === undefined ? randomInt(LARGEST_SEED) : numberOf('--seed', seed),
  }
}

const numberOf = (option: string, text: string): number => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(number <= LARGEST_SEED))
    throw new UsageError(`${option} does not know "${text}"; it takes a whole number up to ${LARGEST_SEED}`)
  return number
}
