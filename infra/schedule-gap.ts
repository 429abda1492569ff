/** The longest time, in hours, between two times that a schedule names; Infinity where that is over a month or unclear. */
export const longestGapHours = (expression: string, timeZone: string): number => {
  const rate = /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$/.exec(expression)
  if (rate) return Number(rate[1]) * HOURS[rate[2] as keyof typeof HOURS]
  const cron = /^cron\(\s*(.+?)\s*\)$/.exec(expression)?.[1]?.split(/\s+/)
  if (cron?.length !== 6)
    throw new Error(`${expression} is no schedule: write rate(1 day), or cron(...) with six fields`)
  // The hour that a clock is put back by.
  return cronGap(cron) + (timeZone === 'UTC' ? 0 : 1)
}

const HOURS = { minute: 1 / 60, hour: 1, day: 24 }
const DAY_MS = 86_400_000
const MONTHS = ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['', 'SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/**
 * Fields as EventBridge Scheduler has them: minutes, hours, day of month, month, day of week (1: Sunday), year.
 * `L`, `W`, `#` and years make schedules of weeks and more, and are not worked out: such a gap counts as unknown.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
const cronGap = (fields: string[]): number => {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields
  if (year !== '*' || /[LW#]/i.test(day) || /#|L$|^L|,L/i.test(weekday)) return Number.POSITIVE_INFINITY
  const minutes = valuesOf(minute, 0, 59)
  const times = valuesOf(hour, 0, 23).flatMap((h) => minutes.map((m) => h + m / 60))
  const days = new Set(valuesOf(day, 1, 31))
  const months = new Set(valuesOf(month, 1, 12, MONTHS))
  const weekdays = new Set(valuesOf(weekday, 1, 7, WEEKDAYS))
  const start = Date.UTC(2027, 0, 1)
  // Four years and a month: every date, and every date on every day of a week that matters for gaps of days.
  const matching = Array.from({ length: 1492 }, (_, n) => n).filter((n) => {
    const date = new Date(start + n * DAY_MS)
    return (
      days.has(date.getUTCDate()) && months.has(date.getUTCMonth() + 1) && weekdays.has(date.getUTCDay() + 1)
    )
  })
  if (matching.length < 2) return Number.POSITIVE_INFINITY
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const overNight = longestStep(matching) * 24 - (last - first)
  return Math.max(longestStep(times), overNight)
}

const longestStep = (ascending: number[]): number =>
  ascending.slice(1).reduce((longest, each, i) => Math.max(longest, each - (ascending[i] ?? each)), 0)

/** The numbers that a field names, ascending: `*`, `?`, `5`, `MON`, `1-5`, `1,3`, and any of these with `/2`. */
const valuesOf = (field: string, least: number, most: number, names: string[] = []): number[] => {
  const number = (text: string): number => {
    const named = names.indexOf(text.toUpperCase())
    const value = named > 0 ? named : Number(text)
    if (!/^\w+$/.test(text) || !Number.isInteger(value) || value < least || value > most)
      throw new Error(`${field} is no field of a cron expression: ${text} is not from ${least} to ${most}`)
    return value
  }
  const found = field.split(',').flatMap((part) => {
    const [range = '', step] = part.split('/')
    const [from = '', to] = range === '*' || range === '?' ? [`${least}`, `${most}`] : range.split('-')
    const end = to === undefined ? (step === undefined ? number(from) : most) : number(to)
    const by = step === undefined ? 1 : Math.max(1, number(step))
    const values: number[] = []
    // FRI-MON goes over the end of the week.
    const length = end - number(from) + (end < number(from) ? most - least + 1 : 0)
    for (let i = 0; i <= length; i += by)
      values.push(least + ((number(from) - least + i) % (most - least + 1)))
    return values
  })
  return [...new Set(found)].toSorted((a, b) => a - b)
}
