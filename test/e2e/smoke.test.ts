import { expect, test } from 'vitest'
import { STEPS } from '../../scripts/smoke.ts'
import { smoked } from './smoke.fixture.ts'

test('on the embedded account all is as assumed', { timeout: 180_000 }, async () => {
  const { code, stdout, stderr, results } = await smoked()
  expect(stderr).toBe('')
  expect(Object.keys(results)).toEqual(STEPS.map(({ name }) => name))
  // Nobody is subscribed to the alarms of the embedded account.
  const { doctor, ...others } = results
  expect(doctor).toMatch(/^unseen .*: it finds problems with alarms$/)
  for (const result of Object.values(others)) expect(result).toMatch(/^ok /)
  expect(results.plan).toContain('2 instances in 1 accounts and regions')
  expect(results.scan).toContain('2 of 2 assessed')
  expect(results.cancel).toContain('is cancelled')
  expect(stdout).toContain('all is as assumed')
  expect(code).toBe(0)
})
