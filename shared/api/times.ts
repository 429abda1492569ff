import { timeSpanOf } from '../queries/moments.ts'
import type { Span } from '../queries/queries.ts'
import { DAY_MS } from '../waivers/waiver.ts'
import { wrongParameters } from './problem.ts'

const KNOWN = 'it takes a date such as 2026-01-31, a time such as 2026-01-31T12:00Z, or 7d, 24h, 30m ago'

/** The moment at which what a parameter names begins, ISO 8601. Throws ProblemError. */
export const beginOf = (parameter: string, text: string, now: string): string =>
  isoOf(parameter, text, timeSpanOf(text, new Date(now))[0])

/** The moment at which it ends, and now at the latest. Throws ProblemError for what has not come yet. */
export const endOf = (parameter: string, text: string, now: string): string => {
  const [begin, end] = timeSpanOf(text, new Date(now))
  const moment = isoOf(parameter, text, end)
  if (begin > Date.parse(now)) throw wrongParameters([{ parameter, problem: 'has not come yet' }])
  return moment < now ? moment : now
}

/** Days of a time that one request may be about: what it reads grows with them, and it has 29 seconds. */
export const MOST_DAYS = 400

type Given = { from?: string | undefined; to?: string | undefined }

/**
 * After `from`, up to and with `to`; where they are not given, from `back` (such as `30d`) until now. Throws ProblemError, also
 * for more than `mostDays` days.
 */
export const spanOf = (given: Given, now: string, back: string, mostDays = MOST_DAYS): Span => {
  const from = beginOf('from', given.from ?? back, now)
  const to = given.to === undefined ? now : endOf('to', given.to, now)
  if (from >= to) throw wrongParameters([{ parameter: 'from', problem: 'is not before `to`' }])
  if (Date.parse(to) - Date.parse(from) > mostDays * DAY_MS)
    throw wrongParameters([
      { parameter: 'from', problem: `is more than ${mostDays} days before \`to\`; ask for a part of it` },
    ])
  return { from, to }
}

/** Times in the table have four digits of a year. */
const EARLIEST_MS = Date.UTC(1970, 0, 1)
const LATEST_MS = Date.UTC(9999, 11, 31)

const isoOf = (parameter: string, text: string, ms: number): string => {
  if (Number.isNaN(ms)) throw wrongParameters([{ parameter, problem: `does not know "${text}"; ${KNOWN}` }])
  return new Date(Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS)).toISOString()
}
