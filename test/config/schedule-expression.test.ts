import { expect, test } from 'vitest'
import { scheduleProblem, timeZoneProblem } from '../../shared/config/schedule-expression.ts'

test.each([
  'rate(1 minute)',
  'rate(1 minutes)',
  'rate(6 hours)',
  'rate(30 day)',
  'cron(0 6 * * ? *)',
  'cron(15,45 6 ? * MON-FRI *)',
  'cron(0/10 8-17 ? * mon-fri 2026-2030)',
  'cron(0 0 1 JAN,JUL ? *)',
  'cron(0 0 L * ? *)',
  'cron(0 0 15W * ? *)',
  'cron(0 0 ? * 6#3 *)',
  'cron(0 0 ? * 6L *)',
  'cron( 0  0 * */3 ? * )',
])('%s is a schedule', (expression) => {
  expect(scheduleProblem(expression)).toBeUndefined()
})

test.each([
  ['every day', /rate\(NUMBER/],
  ['rate(0 days)', /rate\(NUMBER/],
  ['rate(1.5 hours)', /rate\(NUMBER/],
  ['rate(2 weeks)', /rate\(NUMBER/],
  ['rate(1day)', /rate\(NUMBER/],
  ['at(2026-01-31T06:00:00)', /rate\(NUMBER/],
  ['cron(0 6 * * *)', /has 5 fields; cron takes six: minutes, hours/],
  ['cron(0 6 * * ? * *)', /has 7 fields/],
  ['cron(60 6 * * ? *)', /wrong minutes: from 0 to 59/],
  ['cron(0 24 * * ? *)', /wrong hours/],
  ['cron(0 0 0 * ? *)', /wrong day of month/],
  ['cron(0 0 32 * ? *)', /wrong day of month/],
  ['cron(0 0 1 13 ? *)', /wrong month/],
  ['cron(0 0 ? * 0 *)', /wrong day of week: from 1 to 7/],
  ['cron(0 0 ? * MON-FUN *)', /wrong day of week/],
  ['cron(0 0 ? * 6#6 *)', /wrong day of week/],
  ['cron(0 0 1 * ? 1969)', /wrong year/],
  ['cron(? 0 1 * ? *)', /wrong minutes/],
  ['cron(1,,2 0 1 * ? *)', /wrong minutes/],
  ['cron(1-2-3 0 1 * ? *)', /wrong minutes/],
  ['cron(*/0 0 1 * ? *)', /wrong minutes/],
  ['cron(*/5/5 0 1 * ? *)', /wrong minutes/],
  ['cron(0 6 * * * *)', /\? as day of month or as day of week/],
  ['cron(0 6 ? * ? *)', /and not as both/],
])('%s is none', (expression, problem) => {
  expect(scheduleProblem(expression)).toMatch(problem)
})

test('a time zone is one of the tz database, as it is written there', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Calcutta'])
    expect(timeZoneProblem(zone)).toBeUndefined()
  for (const zone of ['Europe/Atlantis', '+01:00', ''])
    expect(timeZoneProblem(zone)).toBe('must be a time zone such as Europe/Berlin, or UTC')
  expect(timeZoneProblem('europe/berlin')).toBe('must be Europe/Berlin')
})
