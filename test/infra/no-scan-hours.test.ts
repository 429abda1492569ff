import { expect, test } from 'vitest'
import { noScanHours } from '../../infra/no-scan-hours.ts'
import { longestGapHours } from '../../infra/schedule-gap.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'

test.each<[string, number]>([
  ['rate(1 day)', 24],
  ['rate(90 minutes)', 1.5],
  ['rate(2 hours)', 2],
  ['rate(7 days)', 168],
  ['cron(0 3 * * ? *)', 24],
  ['cron(0 * * * ? *)', 1],
  ['cron(*/20 * * * ? *)', 1 / 3],
  // 18:30 to 06:00
  ['cron(0,30 6-18 * * ? *)', 11.5],
  ['cron(0 6,18 * * ? *)', 12],
  ['cron(0 6 ? * MON-FRI *)', 72],
  ['cron(0 6 ? * 2-6 *)', 72],
  ['cron(0 6 ? * FRI-MON *)', 96],
  // Friday 18:00 to Monday 06:00
  ['cron(0 6/12 ? * MON-FRI *)', 60],
  ['cron(0 6 ? * SUN *)', 168],
  // From the 31st to the 1st, or from a 30th; the 29th of February is no worse.
  ['cron(0 6 */2 * ? *)', 48],
  ['cron(0 6 1,15 * ? *)', 17 * 24],
  ['cron(0 6 ? JAN-JUN * *)', 185 * 24],
])('%s leaves at most %d hours between two scans', (expression, hours) => {
  expect(longestGapHours(expression, 'UTC')).toBeCloseTo(hours, 6)
})

test.each(['cron(0 6 L * ? *)', 'cron(0 6 15W * ? *)', 'cron(0 6 ? * 2#1 *)', 'cron(0 6 ? * 6L *)'])(
  '%s is rarer than an alarm can watch, and not worked out',
  (expression) => expect(longestGapHours(expression, 'UTC')).toBe(Number.POSITIVE_INFINITY),
)

test('a year ends the schedule, a 30th of February never comes', () => {
  expect(longestGapHours('cron(0 6 * * ? 2027)', 'UTC')).toBe(Number.POSITIVE_INFINITY)
  expect(longestGapHours('cron(0 6 30 FEB ? *)', 'UTC')).toBe(Number.POSITIVE_INFINITY)
})

test('where clocks are put back a day is an hour longer', () => {
  expect(longestGapHours('cron(0 3 * * ? *)', 'Europe/Berlin')).toBe(25)
  expect(longestGapHours('rate(1 day)', 'Europe/Berlin')).toBe(24)
})

test.each([
  'cron(0 25 * * ? *)',
  'cron(0 3 * * ?)',
  'cron(0 3 * FOO ? *)',
  'rate(1 week)',
  'cron(- 3 * * ? *)',
])('%s is refused', (expression) =>
  expect(() => longestGapHours(expression, 'UTC')).toThrow(/is no (schedule|field)/),
)

const config = (text: string) =>
  parseConfig(
    `targets: [{ account: 111122223333, regions: [eu-west-1], selectors: [{ a: b }] }]\n${text}`,
    'fleet-scanner.yaml',
  )

test('the alarm waits for the gap, the window in which a scan may start, its deadline, and what comes after', () => {
  expect(noScanHours(config(''))).toBe(26)
  expect(noScanHours(config('schedule: { expression: rate(1 hour) }'))).toBe(3)
  expect(noScanHours(config('schedule: { flexibleMinutes: 240 }\ndeadlineMinutes: 60'))).toBe(31)
})

test('what is configured goes before what is worked out, and neither looks back for more than a week', () => {
  expect(noScanHours(config('alarms: { noScanHours: 12 }'))).toBe(12)
  expect(noScanHours(config('alarms: { noScanHours: 168 }'))).toBe(168)
  expect(noScanHours(config('alarms: { noScanHours: 169 }'))).toBeUndefined()
  expect(noScanHours(config('schedule: { expression: rate(7 days) }'))).toBeUndefined()
  expect(
    noScanHours(config('schedule: { expression: "cron(0 6 ? * SUN *)" }\nalarms: { noScanHours: 100 }')),
  ).toBe(100)
})
