/** A field of a cron expression: what it is called, its numbers, the names for them, and which signs it may hold. */
type Field = { what: string; least: number; most: number; names?: string[]; special?: RegExp }

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const FIELDS: Field[] = [
  { what: 'minutes', least: 0, most: 59 },
  { what: 'hours', least: 0, most: 23 },
  { what: 'day of month', least: 1, most: 31, special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { what: 'month', least: 1, most: 12, names: MONTHS },
  {
    what: 'day of week',
    least: 1,
    most: 7,
    names: WEEKDAYS,
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/i,
  },
  { what: 'year', least: 1970, most: 2199 },
]

/**
 * Why EventBridge Scheduler would not take this expression, with the mend; undefined: it would. `at(...)` runs once,
 * which is no schedule for scans.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const scheduleProblem = (expression: string): string | undefined => {
  if (/^rate\([1-9]\d* +(minute|hour|day)s?\)$/.test(expression)) return undefined
  const inside = /^cron\((.+)\)$/.exec(expression)?.[1]
  if (inside === undefined)
    return 'must be rate(NUMBER minutes|hours|days), such as rate(6 hours), or cron(...) with six fields'
  const fields = inside.trim().split(/\s+/)
  if (fields.length !== FIELDS.length)
    return `has ${fields.length} fields; cron takes six: ${FIELDS.map(({ what }) => what).join(', ')}, as in cron(0 6 ? * MON-FRI *)`
  const wrong = FIELDS.find((field, i) => !isField(fields[i] ?? '', field))
  if (wrong)
    return `has a wrong ${wrong.what}: from ${wrong.least} to ${wrong.most}, with * , - and / where several are meant`
  // One of the two has to be left open, and only by a question mark.
  if ((fields[2] === '?') === (fields[4] === '?'))
    return 'must have ? as day of month or as day of week, and not as both'
  return undefined
}

const isField = (text: string, field: Field): boolean =>
  field.special?.test(text) || text.split(',').every((part) => isPart(part, field))

/** `*`, `5`, `MON`, `1-5`, and any of these with `/2`. */
const isPart = (part: string, field: Field): boolean => {
  const [range = '', step, ...more] = part.split('/')
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))) return false
  if (range === '*') return true
  const [from = '', to, ...others] = range.split('-')
  return others.length === 0 && isValue(from, field) && (to === undefined || isValue(to, field))
}

const isValue = (text: string, { least, most, names = [] }: Field): boolean =>
  names.includes(text.toUpperCase()) ||
  (/^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most)

/** Why this names no time zone of the tz database, with the mend; undefined: it does. */
export const timeZoneProblem = (timeZone: string): string | undefined => {
  const mend = 'must be a time zone such as Europe/Berlin, or UTC'
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
    // Offsets such as +01:00 are none, and Scheduler minds the case.
    if (!/^[A-Za-z]/.test(timeZone)) return mend
    return known !== timeZone && known.toLowerCase() === timeZone.toLowerCase()
      ? `must be ${known}`
      : undefined
  } catch {
    return mend
  }
}
