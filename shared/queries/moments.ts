const AGO = /^(\d+)([mhdw])$/
const MILLISECONDS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/**
 * When what a person's text names begins and ends, in milliseconds: a date such as `2026-01-31` (its whole day, UTC), a time
 * (ISO 8601, UTC where no zone is given), or `7d`, `24h`, `30m`, `2w` ago. NaN: it names no time.
 */
export const timeSpanOf = (text: string, now: Date): [begin: number, end: number] => {
  const [, count, unit] = AGO.exec(text) ?? []
  const [, date, clock = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:T([\d:.]+)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text) ?? []
  // A day that is in no calendar would be taken for one of the next month.
  const day = new Date(`${date}T00:00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${date}T`)
  if (isDay && clock === '') return [day.getTime(), Date.parse(`${date}T23:59:59.999Z`)]
  const time =
    count && unit
      ? now.getTime() - Number(count) * (MILLISECONDS[unit] ?? 0)
      : Date.parse(isDay ? `${date}T${clock}${zone}` : '')
  return [time, time]
}
