import { expect, test } from 'vitest'
import { HOME_ACCOUNT } from '../../local/caller.ts'
import { smoked } from './smoke.fixture.ts'

test('what is not as assumed is told, with what was seen, and the rest goes on', {
  timeout: 180_000,
}, async () => {
  const { code, stdout, results } = await smoked([{ action: 'ssm:SendCommand', account: HOME_ACCOUNT }])
  expect(results.plan).toMatch(/^ok /)
  expect(results.scan).toMatch(/^FAILED .*could not be sent/)
  expect(results.pause).toMatch(/^ok /)
  expect(stdout).toMatch(/scan.* not as assumed: docs\/assumptions\.md/)
  expect(code).toBe(1)
})
