import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { memberTemplates } from '../../infra/member-templates.ts'
import { statementsOf } from '../../infra/permissions.ts'
import { collectorDocument } from '../../shared/aws/document.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { securityHubRole } from '../../shared/config/role-arn.ts'
import { scanTargets } from '../../shared/config/scanner-config.ts'
import { everySetting, HOME } from './every-setting.ts'
import { allows, inAccount } from './iam.ts'

const MEMBER = '111122223333'
const OUR_DOCUMENT = collectorDocument().name

const rolesOf = (config: ReturnType<typeof parseConfig>, kind: 'trust' | 'rights', role: string) =>
  memberTemplates(config)
    .filter(({ once }) => once === 'account')
    .flatMap(({ template }) => statementsOf(template))
    .filter((statement) => statement.kind === kind && statement.of === role)

const config = (targets: string, more = '') =>
  parseConfig(`home: { account: ${HOME}, region: eu-central-1 }\n${more}\ntargets:\n${targets}`, 'test.yaml')

const oneTarget = (selectors: string, more = '') =>
  config(`  - { account: ${MEMBER}, regions: [eu-west-1], selectors: ${selectors} }`, more)

const toInstance = (tags: Record<string, string>, region = 'eu-west-1', account = MEMBER) => ({
  action: 'ssm:SendCommand',
  resource: `arn:aws:ec2:${region}:${account}:instance/i-0a`,
  context: {
    'aws:RequestedRegion': region,
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
  },
})

const sender = (from: ReturnType<typeof parseConfig>, account = MEMBER) =>
  inAccount(rolesOf(from, 'rights', 'fleet-scanner-member-sender'), account)

describe('who may take the roles', () => {
  const caller = {
    'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/fleet-scanner-run-scan`,
    'sts:ExternalId': 'change-me',
    'aws:PrincipalOrgID': 'o-a1b2c3d4e5',
  }
  const take = (role: string, context: Record<string, string>) =>
    allows(inAccount(rolesOf(everySetting(), 'trust', role), MEMBER), {
      action: 'sts:AssumeRole',
      resource: '',
      context,
    })
  const parser = { ...caller, 'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/fleet-scanner-parse-results` }

  it('gives the sender to run-scan and the reader to parse-results, and neither to the other', () => {
    expect(take('fleet-scanner-member-sender', caller)).toBe(true)
    expect(take('fleet-scanner-member-reader', parser)).toBe(true)
    expect(take('fleet-scanner-member-sender', parser)).toBe(false)
    expect(take('fleet-scanner-member-reader', caller)).toBe(false)
  })

  it.each([
    ['another role of the account', { 'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/admin` }],
    [
      'a role of that name with a path',
      { 'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/x/fleet-scanner-run-scan` },
    ],
    ['another external id', { 'sts:ExternalId': 'guessed' }],
    ['another organization', { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' }],
  ])('refuses %s', (_, other) => {
    expect(take('fleet-scanner-member-sender', { ...caller, ...other })).toBe(false)
  })

  it.each(['sts:ExternalId', 'aws:PrincipalOrgID', 'aws:PrincipalArn'])(
    'refuses a caller without %s',
    (key) => {
      const { [key as keyof typeof caller]: _, ...rest } = caller
      expect(take('fleet-scanner-member-sender', rest)).toBe(false)
    },
  )

  it('names the account of the scanner as the only principal', () => {
    for (const { principals } of rolesOf(everySetting(), 'trust', 'fleet-scanner-member-sender'))
      expect(principals).toEqual([`arn:<AWS::Partition>:iam::${HOME}:root`])
  })

  it('asks for neither external id nor organization where none is configured', () => {
    const [trust] = rolesOf(oneTarget('[kops]'), 'trust', 'fleet-scanner-member-sender')
    expect(Object.keys(trust?.conditions ?? {})).toEqual(['ArnEquals aws:PrincipalArn'])
  })

  it('cannot be made without knowing where the scanner is', () => {
    const homeless = parseConfig(
      `targets: [{ account: ${MEMBER}, regions: [eu-west-1], selectors: [kops] }]`,
      'x',
    )
    expect(() => memberTemplates(homeless)).toThrow(/write it down as `home/)
  })
})

describe('who may send findings to Security Hub', () => {
  const ROLE = 'fleet-scanner-member-security-hub'
  const auditor = {
    'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/auditor`,
    'sts:ExternalId': 'change-me',
    'aws:PrincipalOrgID': 'o-a1b2c3d4e5',
  }
  const statements = (kind: 'trust' | 'rights') => inAccount(rolesOf(everySetting(), kind, ROLE), MEMBER)
  /** As IAM asks it: of one account's statement, since a statement names the account that it lets in. */
  const take = (context: Record<string, string>, from = HOME) =>
    allows(
      statements('trust').filter(({ principals }) => principals.includes(`arn:aws:iam::${from}:root`)),
      { action: 'sts:AssumeRole', resource: '', context },
    )
  const send = (product: string, target: string) =>
    allows(statements('rights'), {
      action: 'securityhub:BatchImportFindings',
      resource: `arn:aws:securityhub:${product}`,
      context: { 'securityhub:TargetAccount': target },
    })

  it('the configured roles, each of its own account', () => {
    expect(take(auditor)).toBe(true)
    const other = { ...auditor, 'aws:PrincipalArn': `arn:aws:iam::${MEMBER}:role/security/auditor` }
    expect(take(other, MEMBER)).toBe(true)
    expect(take(other)).toBe(false)
    expect(take(auditor, MEMBER)).toBe(false)
  })

  it.each([
    ['a function of the scanner', { 'aws:PrincipalArn': `arn:aws:iam::${HOME}:role/fleet-scanner-run-scan` }],
    ['another external id', { 'sts:ExternalId': 'guessed' }],
    ['another organization', { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' }],
  ])('not %s', (_, other) => {
    expect(take({ ...auditor, ...other })).toBe(false)
  })

  it('sends findings of the account, to the regions that are scanned, and does nothing else', () => {
    expect(send(`eu-west-1:${MEMBER}:product/${MEMBER}/default`, MEMBER)).toBe(true)
    expect(send(`eu-west-1:${MEMBER}:product/${MEMBER}/default`, HOME)).toBe(false)
    expect(send(`eu-west-1:${HOME}:product/${HOME}/default`, HOME)).toBe(false)
    expect(send('eu-west-1::product/aws/guardduty', MEMBER)).toBe(false)
    expect(send(`ap-south-1:${MEMBER}:product/${MEMBER}/default`, MEMBER)).toBe(false)
    expect(statements('rights').flatMap(({ actions }) => actions)).toEqual([
      'securityhub:BatchImportFindings',
    ])
  })

  it('nobody, and there is no such role, without `securityHub`', () => {
    expect(rolesOf(oneTarget('[kops]'), 'trust', ROLE)).toEqual([])
  })

  it('the role is the one that a push assumes', () => {
    const [target] = scanTargets(everySetting())
    expect(target && securityHubRole(target)).toBe(`arn:aws:iam::${HOME}:role/${ROLE}`)
  })
})

describe('what the sender may send, and where to', () => {
  const toDocument = (name: string, account = MEMBER) => ({
    action: 'ssm:SendCommand',
    resource: `arn:aws:ssm:eu-west-1:${account}:document/${name}`,
    context: { 'aws:RequestedRegion': 'eu-west-1' },
  })

  it('sends our document and no other', () => {
    const rights = sender(oneTarget('[kops]'))
    expect(allows(rights, toDocument(OUR_DOCUMENT))).toBe(true)
    for (const name of [`${OUR_DOCUMENT}x`, 'FleetScanner-Collect-000000000000', 'AWS-RunShellScript'])
      expect(allows(rights, toDocument(name))).toBe(false)
    expect(allows(rights, toDocument('AWS-RunShellScript', ''))).toBe(false)
  })

  it.each([
    [{ 'k8s.io/role/control-plane': '1' }, true],
    [{ 'k8s.io/role/master': '1' }, true],
    [{ 'k8s.io/role/control-plane': '0' }, false],
    [{ 'k8s.io/role/node': '1' }, false],
    [{}, false],
    [{ 'k8s.io/role/control-plane': '1', 'fleet-scanner:exclude': 'true' }, false],
    [{ 'k8s.io/role/control-plane': '1', 'fleet-scanner:exclude': '' }, false],
    [{ 'k8s.io/role/control-plane': '1', 'fleet-scanner:exclude': 'FALSE' }, true],
  ])('an instance tagged %o: %s', (tags, may) => {
    expect(allows(sender(oneTarget('[kops]')), toInstance(tags))).toBe(may)
  })

  it('sends to no selected instance of another region or account, and to nothing but instances', () => {
    const rights = sender(oneTarget('[kops]'))
    const selected = toInstance({ 'k8s.io/role/control-plane': '1' })
    expect(allows(rights, toInstance({ 'k8s.io/role/control-plane': '1' }, 'us-east-1'))).toBe(false)
    expect(allows(rights, toInstance({ 'k8s.io/role/control-plane': '1' }, 'eu-west-1', HOME))).toBe(false)
    const hybrid = `arn:aws:ssm:eu-west-1:${MEMBER}:managed-instance/mi-0a`
    expect(allows(rights, { ...selected, resource: hybrid })).toBe(false)
  })

  it('gives an account only what its own targets select, where they differ', () => {
    const both = everySetting()
    const kops = { 'k8s.io/role/control-plane': '1' }
    const platform = { team: 'platform', role: 'etcd' }
    expect(allows(sender(both, HOME), toInstance(kops, 'eu-central-1', HOME))).toBe(true)
    expect(allows(sender(both, HOME), toInstance(platform, 'eu-central-1', HOME))).toBe(false)
    expect(allows(sender(both), toInstance(platform))).toBe(true)
    expect(allows(sender(both), toInstance(kops))).toBe(false)
  })

  const name = fc.constantFrom('a', 'b', 'team', 'k8s.io/role/x', '${aws:username}', 'x*')
  const tags = fc.dictionary(fc.constantFrom('a', 'b', 'team', 'k8s.io/role/x'), name, { maxKeys: 4 })
  const values = fc.oneof(name, fc.constant('*'), fc.array(name, { minLength: 1, maxLength: 3 }))
  const selector = fc.dictionary(fc.constantFrom('a', 'b', 'team', 'k8s.io/role/x'), values, { minKeys: 1 })
  const optOut = fc.constantFrom(undefined, '', 'true', 'false', 'False', 'no')

  test('the selected instances that are not left out may be sent to, and no others', () => {
    fc.assert(
      fc.property(fc.array(selector, { minLength: 1, maxLength: 3 }), tags, optOut, (selectors, has, out) => {
        const isSelected = selectors.some((each) =>
          Object.entries(each).every(
            ([key, wanted]) =>
              has[key] !== undefined && (wanted === '*' || [wanted].flat().includes(has[key])),
          ),
        )
        const isLeftOut = out !== undefined && out.toLowerCase() !== 'false'
        const tagged = { ...has, ...(out !== undefined && { 'fleet-scanner:exclude': out }) }
        const rights = sender(oneTarget(JSON.stringify(selectors)))
        expect(allows(rights, toInstance(tagged))).toBe(isSelected && !isLeftOut)
      }),
      { numRuns: 60 },
    )
  })
})

describe('selectors that IAM cannot say in full', () => {
  it('holds to the other tags of a selector with an open key', () => {
    const rights = sender(oneTarget('[{ Role: server, "kubernetes.io/cluster/*": "*" }]'))
    expect(allows(rights, toInstance({ Role: 'server' }))).toBe(true)
    expect(allows(rights, toInstance({ 'kubernetes.io/cluster/a': 'owned' }))).toBe(false)
  })

  it('refuses a selector that has nothing else', () => {
    expect(() => memberTemplates(oneTarget('[{ "kubernetes.io/cluster/*": "*" }]'))).toThrow(
      /add a tag whose key is written out/,
    )
  })
})

it('refuses two roles of one name in one account', () => {
  const twice = `  - { account: ${MEMBER}, regions: [eu-west-1], externalId: one, selectors: [kops] }
  - { account: ${MEMBER}, regions: [us-east-1], externalId: two, selectors: [kops] }`
  expect(() => memberTemplates(config(twice))).toThrow(/is wanted twice/)
})

describe('many selectors', () => {
  const sets = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({ team: `team-number-${n}`, role: ['etcd', 'cp'] })),
    )

  it('takes thirty sets of tags', () => {
    expect(sender(oneTarget(sets(30)))).toHaveLength(35)
  })

  it('says so when a policy gets too long for IAM', () => {
    expect(() => memberTemplates(oneTarget(sets(60)))).toThrow(
      /fleet-scanner-member-sender would have \d{5} characters, and IAM takes 10240; give some targets another `role`/,
    )
  })
})

it('makes one template of roles for each role and external id', () => {
  const made = memberTemplates(everySetting()).map(({ name, once, serves, regions }) => ({
    name,
    once,
    serves,
    regions,
  }))
  expect(made).toEqual([
    {
      name: 'member-role-1',
      once: 'account',
      serves: [HOME, MEMBER],
      regions: ['eu-central-1', 'eu-west-1', 'us-east-1'],
    },
    { name: 'member-role-2', once: 'account', serves: ['ou-ab12-11112222'], regions: ['eu-central-1'] },
    {
      name: 'member-document',
      once: 'region',
      serves: [HOME, MEMBER, 'ou-ab12-11112222'],
      regions: ['eu-central-1', 'eu-west-1', 'us-east-1'],
    },
  ])
})
