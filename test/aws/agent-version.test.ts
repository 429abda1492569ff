import { expect, test } from 'vitest'
import { isTooOld, OLDEST_AGENT } from '../../shared/aws/agent-version.ts'

test.each([
  [OLDEST_AGENT, false],
  ['2.0.789.9', true],
  ['2.0.791', false],
  ['2.0', true],
  ['1.2.371', true],
  ['1.9.9999.0', true],
  ['2.1.0.0', false],
  ['3.3.808.0', false],
  ['10.0.0.0', false],
  ['', false],
  ['unknown', false],
])('an agent %s is too old: %s', (version, tooOld) => {
  expect(isTooOld(version)).toBe(tooOld)
})
