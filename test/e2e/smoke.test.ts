import { expect, test } from 'vitest'
import { STEPS } from '../../scripts/smoke.ts'
import { smoked } from './smoke.fixture.ts'

test('on the embedded account all is as assumed', { timeout: 180_000 }, async () => {
  const { code, stdout, stderr, results } = await smoked()
  expect(stderr).toBe('')
  expect(Object.keys(results)).toEqual(STEPS.map(({ name }) => name))
  // Nobody is subscribed to the alarms of the embedded account.
  const { doctor, api, bucket, ...others } = results
  expect(doctor).toMatch(/^unseen .*: it finds problems with alarms$/)
  // What is there only where it is configured is not there.
  expect(api).toMatch(/^unseen .*there is no API: it is not configured/)
  expect(bucket).toMatch(/^unseen .*there is no bucket for seals/)
  for (const result of Object.values(others)) expect(result).toMatch(/^ok /)
  expect(results.plan).toContain('2 instances in 1 accounts and regions')
  expect(results.scan).toContain('2 of 2 assessed')
  expect(results.cancel).toContain('is cancelled')
  expect(stdout).toContain('all is as assumed')
  expect(code).toBe(0)
})
