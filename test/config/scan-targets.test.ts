import { expect, test } from 'vitest'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { securityHubRole } from '../../shared/config/role-arn.ts'
import { scanTargets } from '../../shared/config/scanner-config.ts'

const UNIT = 'ou-ab12-11112222'
const OTHER = 'ou-ab12-33334444'

test('each account and region is a target of its own, and a role is named or given as an ARN', () => {
  const config = parseConfig(
    `targets:
  - { account: 111122223333, regions: [eu-west-1, us-gov-west-1], role: scanner/member, externalId: x9, selectors: [{ a: b }] }
  - { account: 444455556666, regions: [eu-west-1], role: "arn:aws:iam::444455556666:role/other", selectors: [{ a: b }] }
  - { account: 777788889999, regions: [cn-north-1], selectors: [{ a: b }] }
`,
    'f.yaml',
  )
  expect(scanTargets(config).map(({ account, region, roles }) => [account, region, roles.sender])).toEqual([
    ['111122223333', 'eu-west-1', 'arn:aws:iam::111122223333:role/scanner/member-sender'],
    ['111122223333', 'us-gov-west-1', 'arn:aws-us-gov:iam::111122223333:role/scanner/member-sender'],
    ['444455556666', 'eu-west-1', 'arn:aws:iam::444455556666:role/other-sender'],
    ['777788889999', 'cn-north-1', 'arn:aws-cn:iam::777788889999:role/fleet-scanner-member-sender'],
  ])
  expect(scanTargets(config)[0]).toMatchObject({
    roles: { reader: 'arn:aws:iam::111122223333:role/scanner/member-reader' },
    externalId: 'x9',
  })
})

const config = parseConfig(
  `targets:
  - { organizationalUnits: [${UNIT}], regions: [eu-west-1, us-east-1], role: wide, selectors: [{ a: b }] }
  - { account: 111122223333, regions: [eu-west-1], role: own, selectors: [{ a: b }] }
  - { organizationalUnits: [${OTHER}], regions: [eu-central-1, us-east-1], role: late, selectors: [kops] }
`,
  'f.yaml',
)

const placesOf = (accounts: [string, string[]][]) =>
  scanTargets(config, new Map(accounts)).map(({ account, region, roles, entry }) => [
    ...[account, region, roles.sender.replace(/^.*role\//, '')],
    entry,
  ])

test('a unit brings its accounts, each with the role of its own; what is named by account wins, then what stands first', () => {
  expect(
    placesOf([
      [UNIT, ['111122223333', '444455556666']],
      [OTHER, ['444455556666']],
    ]),
  ).toEqual([
    ['111122223333', 'eu-west-1', 'own-sender', undefined],
    ['111122223333', 'us-east-1', 'wide-sender', 0],
    ['444455556666', 'eu-west-1', 'wide-sender', 0],
    ['444455556666', 'us-east-1', 'wide-sender', 0],
    ['444455556666', 'eu-central-1', 'late-sender', 2],
  ])
})

test('of units that nobody has asked for, only what is named by account is a target', () => {
  expect(placesOf([])).toEqual([['111122223333', 'eu-west-1', 'own-sender', undefined]])
})

test('the role for Security Hub is called as the others of its target are', () => {
  const targets = scanTargets(config, new Map([[UNIT, ['444455556666']]]))
  expect(targets.map(securityHubRole).slice(0, 2)).toEqual([
    'arn:aws:iam::111122223333:role/own-security-hub',
    'arn:aws:iam::444455556666:role/wide-security-hub',
  ])
})
