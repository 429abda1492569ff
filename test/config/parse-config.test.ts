import { expect, test } from 'vitest'
import { ConfigError } from '../../shared/config/config-error.ts'
import { homeOf, parseConfig } from '../../shared/config/parse-config.ts'
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
        role: 'fleet-scanner-member',
        selectors: [{ 'k8s.io/role/control-plane': '1' }],
      },
    ],
    name: 'fleet-scanner',
    ownerTag: 'owner',
    optOutTag: 'fleet-scanner:exclude',
    schedule: { expression: 'rate(1 day)', timeZone: 'UTC', flexibleMinutes: 0 },
    deadlineMinutes: 15,
    commandTimeoutSeconds: 120,
    concurrency: { targets: 10, commands: 10 },
    poll: { firstSeconds: 2, longestSeconds: 30 },
    rulesOff: [],
    routes: [],
    reminder: { everyDays: 7, off: false },
    sla: { critical: 7, high: 30, medium: 90, low: 180 },
    severities: [],
    waivers: { maxDays: 365, approval: 'optional', tags: [] },
    alarms: { email: [], coverageBelowPercent: 90 },
    retention: { historyDays: 400 },
    removalPolicy: 'retain',
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

test('what stands in a part of a key leaves the other parts at their defaults', () => {
  const text = `${SMALL}schedule: { expression: rate(2 hours) }\nconcurrency: { commands: 3 }\nreminder: { off: true }\n`
  expect(parseConfig(text, 'f.yaml')).toMatchObject({
    schedule: { expression: 'rate(2 hours)', timeZone: 'UTC', flexibleMinutes: 0 },
    concurrency: { targets: 10, commands: 3 },
    reminder: { everyDays: 7, off: true },
  })
})

test('what is there only where it is asked for is asked for by its key, and needs no more', () => {
  expect(parseConfig(SMALL, 'f.yaml')).not.toHaveProperty('api')
  expect(parseConfig(`${SMALL}api: {}\nevidenceBucket: {}\n`, 'f.yaml')).toMatchObject({
    api: { ratePerSecond: 10, burst: 20, concurrency: 5 },
    evidenceBucket: { mode: 'governance' },
  })
})

test('a misspelt key is an error with its line, and the right ones are named', () => {
  const { message, line } = errorOf(SMALL.replace('regions:', 'region:'))
  expect(line).toBe(3)
  expect(message).toContain('fleet-scanner.yaml:3: ')
  expect(message).toContain('unknown key `region`')
  expect(message).toContain('regions')
  expect(errorOf(`${SMALL}deadlineMinute: 5\n`).message).toMatch(/^fleet-scanner\.yaml:6: unknown key/)
  // At any depth the keys of just that place.
  expect(errorOf(`${SMALL}routes:\n  - name: a\n    slack: { webhook: x }\n`).message).toBe(
    'fleet-scanner.yaml:8: unknown key `webhook`; remove it, or use one that is allowed in routes[0].slack: secret',
  )
  expect(errorOf(`${SMALL}schedule:\n  rate: 1 day\n`).message).toContain(
    ':7: unknown key `rate`; remove it, or use one that is allowed in schedule: expression, timeZone, flexibleMinutes',
  )
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
  [
    'a scan after which waits shrink',
    `${SMALL}poll: { firstSeconds: 40 }\n`,
    /at least `poll.firstSeconds`/,
    6,
  ],
  [
    'neither account nor unit',
    SMALL.replace('  - account: 012345678901\n    regions', '  - regions'),
    /either `account` or/,
    2,
  ],
  [
    'both account and unit',
    SMALL.replace('    regions', '    organizationalUnits: [ou-ab12-11112222]\n    regions'),
    /either `account` or `organizationalUnits`/,
    2,
  ],
  [
    'a unit by name',
    SMALL.replace('account: 012345678901', 'organizationalUnits: [Workloads]'),
    /id such as ou-/,
    2,
  ],
  [
    'no unit',
    SMALL.replace('account: 012345678901', 'organizationalUnits: []'),
    /at least one organizational unit/,
    2,
  ],
  [
    'a role of another account',
    `${SMALL}    role: arn:aws:iam::111122223333:role/scanner\n`,
    /`targets\[0\]\.role` is a role of another account/,
    6,
  ],
  [
    'the role of one account for a unit',
    `${SMALL.replace('account: 012345678901', 'organizationalUnits: [ou-ab12-11112222]')}    role: arn:aws:iam::111122223333:role/scanner\n`,
    /by name alone/,
    6,
  ],
  [
    'a role whose name is too long with its ending',
    `${SMALL}    role: path/${'r'.repeat(58)}\n`,
    /at most 57/,
    6,
  ],
  ['a role with a space', `${SMALL}    role: the scanner\n`, /name or ARN of a role/, 6],
  ['an external id that STS refuses', `${SMALL}    externalId: "a b"\n`, /must be 2 or more/, 6],
  [
    'a schedule that runs once',
    `${SMALL}schedule: { expression: "at(2026-01-31T00:00:00)" }\n`,
    /rate\(NUMBER/,
    6,
  ],
  ['an unknown time zone', `${SMALL}schedule:\n  timeZone: Europe/Atlantis\n`, /must be a time zone/, 7],
  [
    'a route that goes nowhere',
    `${SMALL}routes:\n  - name: a\n`,
    /`routes\[0\]` goes nowhere; give it at least one of/,
    7,
  ],
  [
    'a route whose mails would never come',
    `${SMALL}routes:\n  - { name: a, email: [a@b.cd], topic: "arn:aws:sns:eu-west-1:111122223333:x" }\n`,
    /`routes\[0\]` has a `topic` of your own/,
    7,
  ],
  [
    'a secret that could be several',
    `${SMALL}routes:\n  - { name: a, slack: { secret: "*" } }\n`,
    /must be the name or ARN of a secret/,
    7,
  ],
  [
    'a channel by its name',
    `${SMALL}routes:\n  - { name: a, amazonQ: { workspaceId: T0123ABCD, channelId: "#alerts" } }\n`,
    /must be the id of a Slack channel, such as C0123ABCD/,
    7,
  ],
  [
    'a route that stands twice',
    `${SMALL}routes:\n  - { name: a, email: [a@b.cd] }\n  - { name: a, email: [e@b.cd] }\n`,
    /route a stands here a second time/,
    8,
  ],
  ['an address that is none', `${SMALL}alarms: { email: [oncall] }\n`, /must be an email address/, 6],
  ['a topic that is none', `${SMALL}routes:\n  - { name: a, topic: alerts }\n`, /ARN of an SNS topic/, 7],
  [
    'an unknown severity',
    `${SMALL}routes:\n  - { name: a, severities: [bad], email: [a@b.cd] }\n`,
    /must be low, medium, high or critical/,
    7,
  ],
  ['a policy that is none', `${SMALL}removalPolicy: delete\n`, /must be retain or destroy/, 6],
  ['an organization by name', `${SMALL}organization: Example\n`, /id such as o-/, 6],
  ['half a home', `${SMALL}home: { account: 111122223333 }\n`, /`home\.region` is missing/, 6],
  [
    'a rule that is off twice',
    `${SMALL}rulesOff:\n  - rule-a\n  - rule-a\n`,
    /rule-a stands here a second time/,
    8,
  ],
  ['no requests at all', `${SMALL}api: { ratePerSecond: 0 }\n`, /`api\.ratePerSecond` must be at least 1/, 6],
  [
    'no request at a time',
    `${SMALL}api: { concurrency: 0 }\n`,
    /`api\.concurrency` must be a whole number from 1 to 100, or none/,
    6,
  ],
  [
    'more than a bound is good for',
    `${SMALL}api: { concurrency: 101 }\n`,
    /must be a whole number from 1 to 100, or none/,
    6,
  ],
  ['an API by yes', `${SMALL}api: true\n`, /`api` must be a set of keys/, 6],
  [
    'a lock by another name',
    `${SMALL}evidenceBucket: { mode: legal }\n`,
    /must be governance or compliance/,
    6,
  ],
  ['nobody who may push', `${SMALL}securityHub: { pushers: [] }\n`, /must list at least one role/, 6],
  ['a push by nobody named', `${SMALL}securityHub: {}\n`, /`securityHub\.pushers` is missing/, 6],
  [
    'a push by whoever is called so',
    `${SMALL}securityHub: { pushers: ["arn:aws:iam::111122223333:role/*"] }\n`,
    /must be the ARN of a role, such as/,
    6,
  ],
  [
    'a role whose name is too long with the ending for Security Hub',
    `${SMALL}    role: path/${'r'.repeat(52)}\nsecurityHub: { pushers: ["arn:aws:iam::111122223333:role/a"] }\n`,
    /`targets\[0\]\.role` must be at most 51 characters with `securityHub`/,
    6,
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

test('so does an organizational unit', () => {
  const unit = 'organizationalUnits: [ou-ab12-11112222]'
  const text = `${SMALL.replace('account: 012345678901', unit)}  - ${unit}\n    regions: [eu-west-1]\n    selectors: [kops]\n`
  expect(errorOf(text).message).toMatch(
    /:7: organizational unit ou-ab12-11112222 and region eu-west-1 .*second/,
  )
})

test('rules are known by their ids, and one has to stay on', () => {
  const rules = ['rule-a', 'rule-b']
  const read = (text: string) => () => parseConfig(`${SMALL}${text}`, 'f.yaml', rules)
  expect(read('rulesOff: [rule-a]\n')().rulesOff).toEqual(['rule-a'])
  expect(read('rulesOff:\n  - rule-a\n  - rule-c\n')).toThrow(
    'f.yaml:8: there is no rule rule-c; there are rule-a, rule-b',
  )
  expect(read('severities:\n  - { rule: rule-c, severity: low }\n')).toThrow(
    'f.yaml:7: there is no rule rule-c',
  )
  expect(read('rulesOff: [rule-b, rule-a]\n')).toThrow('f.yaml:6: switches every rule off')
})

test('where the scanner runs is needed only by whoever deploys it', () => {
  const home = { account: '111122223333', region: 'eu-west-1' }
  expect(
    homeOf(parseConfig(`${SMALL}home: { account: 111122223333, region: eu-west-1 }\n`, 'f.yaml'), 'f.yaml'),
  ).toEqual(home)
  expect(() => homeOf(parseConfig(SMALL, 'f.yaml'), 'f.yaml')).toThrow(/^f\.yaml: `home` is missing.*add/)
})
