import { DAY_MS, type WaiverRequest } from './waiver.ts'

/** What the configuration demands of a waiver. */
export type WaiverPolicy = {
  /** How far ahead its end may be. */
  maxDays: number
  /** Whether somebody else has to approve it. */
  approval: 'required' | 'optional'
  /** The keys of the tags that scans keep: by another one it would cover nothing, ever. */
  tags: string[]
}

/** What a field may not be, and why, in words; undefined: nothing is wrong. */
type Problem = { field: 'tag' | 'until' | 'approvedBy'; text: string }

/** The last moment of a day such as `2026-01-31`, UTC; undefined: there is no such day. */
export const endOfDay = (date: string): string | undefined => {
  const day = new Date(/^\d{4}-\d{2}-\d{2}$/.test(date) ? `${date}T00:00:00Z` : Number.NaN)
  // 31 February would be taken for a day of March.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
    ? `${date}T23:59:59.999Z`
    : undefined
}

/** The first thing that keeps a request from being granted to this person at this moment. */
export const problemOf = (
  { scope, until, approvedBy }: Pick<WaiverRequest, 'scope' | 'until' | 'approvedBy'>,
  who: string,
  { maxDays, approval, tags }: WaiverPolicy,
  at: string,
): Problem | undefined => {
  if (scope.kind === 'tag' && !tags.some((key) => scope.value.startsWith(`${key}=`)))
    return {
      field: 'tag',
      text: `scans keep ${tags.join(', ')}, and no such tag as ${scope.value}; add its key to \`waivers.tags\` of the configuration, and scan`,
    }
  const today = at.slice(0, 10)
  if (until <= at)
    return { field: 'until', text: `${until.slice(0, 10)} is over; a waiver ends in the future` }
  const last = new Date(Date.parse(`${today}T00:00:00Z`) + maxDays * DAY_MS).toISOString().slice(0, 10)
  if (until.slice(0, 10) > last)
    return {
      field: 'until',
      text: `${until.slice(0, 10)} is too far ahead; a waiver ends within ${maxDays} days, by ${last}`,
    }
  if (approvedBy === undefined)
    return approval === 'required'
      ? { field: 'approvedBy', text: 'the configuration demands that somebody else approves each waiver' }
      : undefined
  return isSamePerson(approvedBy, who)
    ? {
        field: 'approvedBy',
        text: `${approvedBy} is who asks (${who}); a waiver is approved by another person`,
      }
    : undefined
}

/**
 * Whether two names are of one person: `alice`, `alice@example.com`, and `arn:aws:sts::...:assumed-role/ROLE/alice`. By
 * name only; a session that is named after no person tells nothing.
 */
const isSamePerson = (one: string, other: string): boolean => {
  const [a, b] = [nameIn(one), nameIn(other)]
  const hasBothDomains = a.includes('@') && b.includes('@')
  return a === b || (!hasBothDomains && a.split('@')[0] === b.split('@')[0])
}

/** What stands last in an ARN, or behind `local:`. */
const nameIn = (who: string): string =>
  who
    .trim()
    .toLowerCase()
    .replace(/^(arn:.*\/|local:)/, '')
