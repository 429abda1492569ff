import { expect, test } from 'vitest'
import type { Verification } from '../../shared/history/verify-evidence.ts'
import { unpainted } from '../../shared/report/grid.ts'
import { renderVerification } from '../../shared/report/verification-table.ts'

const NODE = { account: '111111111111', region: 'eu-central-1', instanceId: 'i-a' }
const RULE = 'etcd-auto-tls-disabled'
const AT = '2026-01-31T12:00:00.000Z'
const HASH = 'f'.repeat(64)
const clean: Verification = {
  ...{ engineVersion: '1', at: AT, verdicts: 2, pieces: 1, agree: 2 },
  ...{ disagree: [], differ: [], unverifiable: [], changedRules: [] },
}
const of = { ...NODE, ruleId: RULE, control: '2.3', evidenceHash: HASH, scanId: 's1' }
const wrong: Verification = {
  ...clean,
  agree: 0,
  changedRules: [{ ruleId: RULE, version: '1', problem: 'version 1 is kept with other content' }],
  disagree: [
    {
      ...{ ...of, at: AT, engineVersion: '1', ruleVersion: '2', differsIn: ['status', 'reason'] },
      said: { status: 'PASS', reason: 'AUTO_TLS_DISABLED', message: 'm' },
      judged: { status: 'FAIL', reason: 'AUTO_TLS_ENABLED', message: 'm' },
    },
  ],
  differ: [
    {
      ...{ ...of, at: AT, severity: 'high', restates: AT, appended: true, from: 'PASS', fromReason: 'OLD' },
      ...{ to: 'FAIL', reason: 'AUTO_TLS_ENABLED', message: 'etcd runs with auto-TLS on' },
    },
  ],
  unverifiable: [{ ...of, problem: 'its evidence is no longer stored' }],
}

test('where all agrees is one line', () => {
  expect(renderVerification(clean, unpainted)).toBe(
    '2 verdicts on 1 piece of evidence, judged again by engine 1: 2 agree\n',
  )
})

test('what is wrong comes first, then what differs, then what cannot be judged again, each with its why', () => {
  expect(renderVerification(wrong, unpainted)).toBe(`${RULE}  version 1 is kept with other content
i-a  2.3  2026-01-31 12:00Z PASS AUTO_TLS_DISABLED, for which its own engine 1, rule 2 give FAIL AUTO_TLS_ENABLED
  was altered, or judging is not repeatable: status, reason; scan s1, evidence ffffffffffff
i-a  2.3  2026-01-31 12:00Z PASS OLD -> FAIL AUTO_TLS_ENABLED  restated
  etcd runs with auto-TLS on
i-a  ${RULE}  its evidence is no longer stored (evidence ffffffffffff)

2 verdicts on 1 piece of evidence, judged again by engine 1: 0 agree, 1 is not what its own versions give, 1 differ, 1 cannot be judged again, 1 rule changed without a new version
`)
})

test('nothing of it moves the cursor or breaks a line', () => {
  const hostile = '\u001b[2J\u202e\r\n'
  const poisoned = JSON.parse(JSON.stringify(wrong), (key, value) =>
    typeof value === 'string' && !['to', 'from', 'status', 'at', 'restates'].includes(key)
      ? `${hostile}${value}`
      : value,
  ) as Verification
  const text = renderVerification({ ...poisoned, engineVersion: '1' }, unpainted)
  for (const character of hostile.replace('\n', '').replace('[2J', '')) expect(text).not.toContain(character)
  expect(text.split('\n')).toHaveLength(renderVerification(wrong, unpainted).split('\n').length)
})
