import { expect, test } from 'vitest'
import { ConfigError } from '../../shared/config/config-error.ts'
import { readWaiverFile } from '../../shared/waivers/waiver-file.ts'
import { endOf, OTHER_RULE, RULE } from './waivers.fixture.ts'

const RULES = [RULE, OTHER_RULE]
const FILE = `waivers:
  - rule: ${RULE}
    account: 012345678901
    reason: moves to kubeadm
    ticket: SEC-1
    approvedBy: bob@example.com
    until: 2026-01-31
  - { rule: ${OTHER_RULE}, tag: team=platform, reason: r, ticket: 12, until: 2026-02-28 }
`
const errorOf = (text: string): ConfigError => {
  try {
    readWaiverFile(text, 'waivers.yaml', RULES)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('accepted')
}

test('a file asks for waivers, each to the end of its day', () => {
  expect(readWaiverFile(FILE, 'waivers.yaml', RULES).requests).toEqual([
    {
      ...{ rule: RULE, scope: { kind: 'account', value: '012345678901' }, reason: 'moves to kubeadm' },
      ...{ ticket: 'SEC-1', approvedBy: 'bob@example.com', until: endOf(30) },
    },
    {
      ...{ rule: OTHER_RULE, scope: { kind: 'tag', value: 'team=platform' }, reason: 'r' },
      ...{ ticket: '12', until: '2026-02-28T23:59:59.999Z' },
    },
  ])
  expect(readWaiverFile('waivers: []\n', 'waivers.yaml', RULES).requests).toEqual([])
})

test.each([
  ['an unknown key', '    ticket: SEC-1', '    tikcet: SEC-1', 5, /unknown key `tikcet`.*ticket/],
  ['no reason', '    reason: moves to kubeadm\n', '', 2, /`waivers\[0\]\.reason` is missing/],
  ['an unknown rule', `- rule: ${RULE}`, '- rule: nope', 2, /no rule nope/],
  ['no scope', '    account: 012345678901\n', '', 2, /just one scope/],
  ['two scopes', 'tag: team=platform', 'tag: a=b, cluster: c', 8, /just one scope/],
  ['no account id', '012345678901', '12', 3, /12 digits/],
  ['a tag without a value', 'team=platform', 'team', 8, /key=value/],
  ['a day that is in no calendar', '2026-01-31', '2026-02-30', 7, /no date/],
  [
    'the same a second time',
    `{ rule: ${OTHER_RULE}, tag: team=platform`,
    `{ rule: ${RULE}, account: 012345678901`,
    8,
    /second time/,
  ],
  ['no list', FILE, 'waivers: none\n', 1, /must be a list/],
])('%s is an error with file and line', (_, from, to, line, message) => {
  expect(FILE).toContain(from)
  const error = errorOf(FILE.replace(from, to))
  expect(error.message).toMatch(message)
  expect(error.message).toMatch(new RegExp(`^waivers\\.yaml:${line}: `))
})

test('what is found wrong later still has its line', () => {
  const file = readWaiverFile(FILE, 'waivers.yaml', RULES)
  const [, second] = file.requests
  if (!second) throw new Error('there are two')
  expect(file.problemAt(second, 'until', 'too far').message).toBe('waivers.yaml:8: too far')
})
