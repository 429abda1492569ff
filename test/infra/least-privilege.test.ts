import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allTemplates } from '../../infra/all-templates.ts'
import { statementsOf } from '../../infra/permissions.ts'
import { WILDCARDS } from '../../infra/wildcards.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { brokenIn, resourcesOf } from './mutate/guarantee.ts'
import { guaranteesOf, synthesized } from './mutate/guarantees.ts'

const templates = Object.entries(synthesized())

describe.each(templates)('%s', (name, template) => {
  const statements = statementsOf(template)
  const rights = statements.filter(({ kind }) => kind === 'rights')

  it.each(guaranteesOf(name))('$says', ({ says, broken }) => {
    expect(brokenIn(template, [{ says, broken }])).toEqual([])
  })

  it('allows no action by a wildcard', () => {
    const allowed = statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions)
    expect(allowed.filter((action) => action.includes('*'))).toEqual([])
  })

  it('allows on every resource only what takes no other', () => {
    const wide = rights.filter(({ effect, resources }) => effect === 'Allow' && resources.includes('*'))
    expect(wide.flatMap(({ actions }) => actions).filter((action) => !(action in WILDCARDS))).toEqual([])
  })

  it('has no managed policy but the one that denies all, and does not know AWS-RunShellScript', () => {
    expect(JSON.stringify(template)).not.toMatch(
      /AWS-RunShellScript|ManagedPolicyArns|:policy\/(?!AWSDenyAll")/,
    )
  })

  it('sends commands by documents without a condition of tags, and to instances never without one', () => {
    const sends = rights.filter(({ actions }) => actions.includes('ssm:SendCommand'))
    for (const { resources, conditions, actions } of sends) {
      expect(actions).toEqual(['ssm:SendCommand'])
      const isTagged = Object.keys(conditions).some((key) => key.includes(' aws:ResourceTag/'))
      expect(
        resources.every((each) => each.includes(isTagged ? ':instance/' : ':document/FleetScanner-Collect-')),
      ).toBe(true)
    }
  })
})

describe('scanner and members fit together', () => {
  const all = templates.flatMap(([, template]) => statementsOf(template))

  it('the member roles trust roles that the scanner has', () => {
    const roles = new Set(all.filter(({ kind }) => kind === 'trust').map(({ of }) => of))
    const trusted = all
      .filter(({ of }) => /-(sender|reader)$/.test(of))
      .flatMap(({ conditions }) => conditions['ArnEquals aws:PrincipalArn'] ?? [])
    expect(trusted.length).toBeGreaterThan(0)
    expect(trusted.map((arn) => arn.split(':role/')[1]).filter((role) => !roles.has(role ?? ''))).toEqual([])
  })

  it('the scanner takes the roles that the members have, and no others', () => {
    const made = templates.flatMap(([, template]) =>
      resourcesOf(template, 'AWS::IAM::Role').flatMap(({ properties: { Path = '/', RoleName } }) =>
        /-(sender|reader)$/.test(String(RoleName)) ? [`${String(Path)}${String(RoleName)}`] : [],
      ),
    )
    const taken = all
      .filter(({ kind, actions }) => kind === 'rights' && actions.includes('sts:AssumeRole'))
      .flatMap(({ resources }) => resources.map((arn) => arn.replace(/^.*:role/, '')))
    expect(new Set(taken)).toEqual(new Set(made))
  })
})

it('lists no call as taking no resources that nothing uses', () => {
  const used = templates
    .flatMap(([, template]) => statementsOf(template))
    .filter(({ resources }) => resources.includes('*'))
  const actions = new Set(used.flatMap(({ actions }) => actions))
  expect(Object.keys(WILDCARDS).filter((action) => !actions.has(action))).toEqual([])
})

it('names no partition that is not the configured one', () => {
  const text = readFileSync('samples/every-setting.yaml', 'utf8')
    .replaceAll('arn:aws:', 'arn:aws-cn:')
    .replaceAll(/eu-central-1|eu-west-1/g, 'cn-north-1')
    .replaceAll('us-east-1', 'cn-northwest-1')
  const inChina = Object.values(allTemplates(parseConfig(text, 'china.yaml')))
  expect(inChina.flatMap((template) => JSON.stringify(template).match(/arn:aws:[^"]*/g) ?? [])).toEqual([])
  expect(JSON.stringify(inChina)).toContain('arn:aws-cn:iam::111122223333:role/fleet-scanner-member-sender')
})
