import { expect, test } from 'vitest'
import { ConfigError } from '../../shared/config/config-error.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { scanTargets } from '../../shared/config/scanner-config.ts'

const SMALL = `targets:
  - account: 012345678901
    regions: [eu-west-1]
    selectors:
      - k8s.io/role/control-plane: 1
`

const errorOf = (text: string): ConfigError => {
  try {
    parseConfig(text, 'fleet-scanner.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('accepted')
}

test('a target with its tags is all that a file needs', () => {
  expect(parseConfig(SMALL, 'f.yaml')).toEqual({
    targets: [
      {
        account: '012345678901',
        regions: ['eu-west-1'],
        selectors: [{ 'k8s.io/role/control-plane': '1' }],
      },
    ],
    optOutTag: 'fleet-scanner:exclude',
    deadlineMinutes: 15,
    commandTimeoutSeconds: 120,
    documentName: 'fleet-scanner-collector',
    poll: { firstSeconds: 2, longestSeconds: 30 },
  })
})

test('an account keeps its leading zero and a tag value its spelling, without quotes', () => {
  const text = SMALL.replace(': 1\n', ': yes\n      - { env: [1.10, 0x1f, true] }\n')
  const [target] = scanTargets(parseConfig(text, 'f.yaml'))
  expect(target?.account).toBe('012345678901')
  expect(target?.selectors).toEqual([
    { 'k8s.io/role/control-plane': 'yes' },
    { env: ['1.10', '0x1f', 'true'] },
  ])
})

test('each account and region is a target of its own, and a role is named or given as an ARN', () => {
  const config = parseConfig(
    `targets:
  - { account: 111122223333, regions: [eu-west-1, us-gov-west-1], role: scanner/member, externalId: x9, selectors: [{ a: b }] }
  - { account: 444455556666, regions: [eu-west-1], role: "arn:aws:iam::444455556666:role/other", selectors: [{ a: b }] }
`,
    'f.yaml',
  )
  expect(scanTargets(config).map(({ account, region, role }) => [account, region, role])).toEqual([
    ['111122223333', 'eu-west-1', 'arn:aws:iam::111122223333:role/scanner/member'],
    ['111122223333', 'us-gov-west-1', 'arn:aws-us-gov:iam::111122223333:role/scanner/member'],
    ['444455556666', 'eu-west-1', 'arn:aws:iam::444455556666:role/other'],
  ])
})

test('a misspelt key is an error with its line, and the right ones are named', () => {
  const { message, line } = errorOf(SMALL.replace('regions:', 'region:'))
  expect(line).toBe(3)
  expect(message).toContain('fleet-scanner.yaml:3: ')
  expect(message).toContain('unknown key `region`')
  expect(message).toContain('regions')
  expect(errorOf(`${SMALL}deadlineMinute: 5\n`).message).toMatch(/^fleet-scanner\.yaml:6: unknown key/)
})

test.each([
  ['targets', 'deadlineMinutes: 5\n', /`targets` is missing/, 1],
  [
    'selectors',
    'targets:\n  - account: 111122223333\n    regions: [eu-west-1]\n',
    /selectors` is missing/,
    2,
  ],
  ['no tag at all', SMALL.replace('k8s.io/role/control-plane: 1', '{}'), /must name at least one tag/, 5],
  ['an empty value', SMALL.replace('plane: 1', 'plane:'), /tag value/, 5],
  ['a short account', SMALL.replace('012345678901', '12345'), /12 digits/, 2],
  ['no region', SMALL.replace('[eu-west-1]', '[]'), /at least one region/, 3],
  ['a place for a region', SMALL.replace('eu-west-1', 'Ireland'), /must be a region/, 3],
  ['a number in words', `${SMALL}deadlineMinutes: ten\n`, /whole number/, 6],
  ['no time', `${SMALL}deadlineMinutes: 0\n`, /at least 2/, 6],
  [
    'a command that outlives the scan',
    `${SMALL}deadlineMinutes: 2\ncommandTimeoutSeconds: 61\n`,
    /at most 60/,
    7,
  ],
  ['a list for a mapping', '- targets\n', /is empty or no mapping/, undefined],
  ['nothing', '', /is empty or no mapping/, undefined],
  ['broken YAML', 'targets: [\n', /no YAML/, 2],
  ['a key that stands twice', `${SMALL}targets: []\n`, /no YAML.*unique/, 6],
])('%s is refused with its line', (_name, text, message, line) => {
  const error = errorOf(text)
  expect(error.message).toMatch(message)
  expect(error.line).toBe(line)
})

test('an account and region stand once, so that no inventory reports the nodes of another as gone', () => {
  const twice = `${SMALL}  - account: 012345678901
    regions: [us-east-1, eu-west-1]
    selectors: [{ a: b }]
`
  expect(errorOf(twice).message).toMatch(/^fleet-scanner\.yaml:7: .*a second time.*selectors/)
})
