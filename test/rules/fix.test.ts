import { expect, test } from 'vitest'
import { reasons } from '../../shared/findings/reasons.ts'
import { fixFor } from '../../shared/rules/fix.ts'
import { loadRules } from '../../shared/rules/load.ts'

test('every verdict that is open has a fix that fits into three lines of a mail', () => {
  for (const { code, status } of reasons().filter(
    (each) => each.status === 'FAIL' || each.status === 'ERROR',
  )) {
    const fix = fixFor('any-rule', status, code)
    expect(fix, code).toMatch(/[.]$/)
    expect(fix?.length, code).toBeLessThan(200)
  }
})

test('of a reason that is not known, the rule says what to do', () => {
  for (const { id } of loadRules()) expect(fixFor(id, 'FAIL', 'LATER')).toMatch(/^\w.*`.*[.]$/)
  expect(fixFor('no-such-rule', 'FAIL', 'LATER')).toBeUndefined()
  expect(fixFor('etcd-auto-tls-disabled', 'ERROR', 'LATER')).toBeUndefined()
})
